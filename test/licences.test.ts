import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/*
 * Each package that package-lock.json names, those of other platforms included, has a licence that lets us use and pass
 * it on. Only packages of production are passed on (`npm prune --omit=dev` in the Dockerfile), with their LICENSE files.
 */

type Package = { license?: string; dev?: boolean; integrity?: string; resolved?: string };
type Licensed = { name: string; license: string | undefined; dev: boolean };

/** Ask for their text to be kept, and no more; those of CC-BY, for data, for their author to be named. */
const permissive = [
  ...[
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
    'ISC',
    'MIT',
    'MIT-0',
  ],
  ...['PSF-2.0', 'Python-2.0', 'Unlicense', 'Zlib'],
  ...['CC-BY-3.0', 'CC-BY-4.0'],
];
/** Ask for the source of changed files to be passed on: we change none, and pass none of these packages on. */
const developmentOnly = ['MPL-2.0'];

/** Packages whose manifest does not say it in the form of SPDX: what it says, and what their own files say. */
const read: Readonly<Record<string, { says: string | undefined; files: string }>> = {
  'dejavu-fonts-ttf': {
    says: 'SEE LICENSE IN README.md AND LICENSE',
    files:
      'Bitstream Vera and Arev: may be embedded and passed on, but not sold by themselves; the rest is public domain',
  },
  'png-js': { says: undefined, files: 'MIT' },
  slick: { says: 'MIT (http://mootools.net/license.txt)', files: 'MIT' },
  unionfs: { says: undefined, files: 'Unlicense' },
  'xmlhttprequest-ssl': { says: undefined, files: 'MIT' },
};

/** Whether an expression of SPDX is fulfilled by these licences; one of a form that is not known here is not. */
function isFulfilled(expression: string, allowed: readonly string[]): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  const alternatives = plain.split(/ or /i);
  if (alternatives.length > 1 && / and |[()]/i.test(plain)) return false;
  return alternatives.some((one) => one.split(/ and /i).every((licence) => allowed.includes(licence)));
}

const isAllowed = ({ name, license, dev }: Licensed): boolean => {
  const known = Object.hasOwn(read, name) ? read[name] : undefined;
  if (known) return known.says === license;
  return (
    license !== undefined && isFulfilled(license, dev ? [...permissive, ...developmentOnly] : permissive)
  );
};

const refused = (packages: readonly Licensed[]): string[] =>
  packages.filter((one) => !isAllowed(one)).map(({ name, license }) => `${name}: ${license ?? 'no licence'}`);

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Package>;
};
const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(
    ([path, { license, dev = false }]): Licensed => ({
      ...{ name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), license, dev },
    }),
  );

test('every package has a licence that lets us use and pass it on', () => {
  expect(packages.length).toBeGreaterThan(500);
  expect(refused(packages)).toEqual([]);
});

test('package-lock.json says of each installed package what the package says itself', () => {
  const differ = Object.entries(lock.packages).flatMap(([path, { license }]) => {
    const manifest = new URL(`../${path}/package.json`, import.meta.url);
    if (path === '' || !existsSync(manifest)) return [];
    const said = (JSON.parse(readFileSync(manifest, 'utf8')) as { license?: string | { type: string } })
      .license;
    return (typeof said === 'object' ? said.type : said) === license ? [] : [path];
  });
  expect(differ).toEqual([]);
});

test('package-lock.json has a checksum of each package, and the address of none: any registry will do', () => {
  const { '': _root, ...others } = lock.packages;
  const odd = Object.entries(others).filter(
    ([, one]) => !one.integrity?.startsWith('sha512-') || one.resolved,
  );
  expect(odd.map(([path]) => path)).toEqual([]);
});

test('what was read in a package itself is still needed', () => {
  const names = new Set(packages.map(({ name }) => name));
  expect(Object.keys(read).filter((name) => !names.has(name))).toEqual([]);
});

test.each([
  ['GPL-3.0-only', false],
  ['MIT AND GPL-3.0-only', false],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT OR Apache-2.0 AND GPL-3.0-only', false],
  ['(MIT OR Apache-2.0) AND GPL-3.0-only', false],
  ['AGPL-3.0', false],
  ['MPL-2.0', false],
  ['UNLICENSED', false],
  ['', false],
  ['constructor', false],
  [undefined, false],
  ['Apache-2.0 AND MIT', true],
])('a package of production under %s: %s', (license, expected) => {
  expect(isAllowed({ name: 'x', license, dev: false })).toBe(expected);
});

test('a licence that was read is refused once the package says another one', () => {
  expect(refused([{ name: 'slick', license: 'AGPL-3.0', dev: false }])).toEqual(['slick: AGPL-3.0']);
  expect(isAllowed({ name: 'x', license: 'MPL-2.0', dev: true })).toBe(true);
});
