import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/*
 * docs/security.md: the tests and files that it names exist, and each requirement of OWASP ASVS 5.0.0 of the levels 1 and
 * 2 has exactly one row.
 */

const document = readFileSync(new URL('../docs/security.md', import.meta.url), 'utf8');
const root = new URL('../', import.meta.url);

/** How many requirements of the levels 1 and 2 each section of ASVS 5.0.0 has; they are its first ones. */
const sections: Readonly<Record<string, number>> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2, '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2, '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3, '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3 },
  ...{ '6.8': 4, '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2, '8.1': 2, '8.2': 3, '8.3': 1 },
  ...{ '8.4': 1, '9.1': 3, '9.2': 4, '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2 },
  ...{ '10.7': 3, '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1, '12.1': 3, '12.2': 2 },
  ...{ '12.3': 4, '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5, '14.1': 2, '14.2': 4, '14.3': 3, '15.1': 3 },
  ...{ '15.2': 3, '15.3': 7, '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3, '17.1': 1, '17.2': 4 },
  '17.3': 2,
};
const requirements = Object.entries(sections).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
);

/** The tests that a text names: a file, and the names in quotes that follow it. */
function testsIn(text: string): { file: string; name: string }[] {
  const named: { file: string; name: string }[] = [];
  let file = '';
  for (const [, path, name] of text.matchAll(/`(test\/[^`]+\.ts)`|"([^"]+)"/g))
    if (path) file = path;
    else if (name) named.push({ file, name });
  return named;
}

/** Whether a file of tests has a test, or a group of tests, of that name. */
const has = (source: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote},`));

const sourceOf = (path: string): string =>
  existsSync(new URL(path, root)) ? readFileSync(new URL(path, root), 'utf8') : '';

const missing = (text: string): string[] =>
  text
    .split('\n')
    .flatMap(testsIn)
    .filter(({ file, name }) => file !== '' && !has(sourceOf(file), name))
    .map(({ file, name }) => `${file}: ${name}`);

/** The numbers of a cell such as "1.2.6–1.2.8, 1.3.1". */
const expanded = (cell: string): string[] =>
  cell.split(', ').flatMap((part) => {
    const [first = '', last = first] = part.split('–');
    const from = requirements.indexOf(first);
    const to = requirements.indexOf(last);
    return from < 0 || to < from ? [`unknown: ${part}`] : requirements.slice(from, to + 1);
  });

test('each test that the document names exists', () => {
  expect(document.split('\n').flatMap(testsIn).length).toBeGreaterThan(150);
  expect(missing(document)).toEqual([]);
});

test('each file that the document names exists', () => {
  const paths = [...document.matchAll(/`((?:src|test|deploy|scripts)\/[\w./-]+\.\w+)`/g)].map(
    ([, path]) => path!,
  );
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('each requirement of ASVS 5.0.0, levels 1 and 2, has one row', () => {
  expect(requirements).toHaveLength(253);
  const asvs = document.slice(document.indexOf('## OWASP ASVS'));
  const rows = [...asvs.matchAll(/^\| (\d+\.\d+\.\d+[^|]*?) \| ([^|]+?) \| ([^\n]+) \|$/gm)];
  expect(rows.flatMap(([, cell]) => expanded(cell!)).sort()).toEqual([...requirements].sort());
  const met = new Set(rows.map(([, , answer]) => answer));
  expect([...met].sort()).toEqual(['does not apply', 'in part', 'no', 'yes']);
});

test('each of the API Security Top 10 has a row', () => {
  const rows = [...document.matchAll(/^\| \*\*API(\d+)\*\*/gm)].map(([, number]) => Number(number));
  expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a test, or a number, that does not exist is found', () => {
  expect(expanded('1.4.1, 1.4.3')).toEqual(['1.4.1', '1.4.3']);
  expect(expanded('1.2.6–1.2.8')).toEqual(['1.2.6', '1.2.7', '1.2.8']);
  expect(expanded('3.1.1')).toEqual(['unknown: 3.1.1']);
  const planted =
    '| 1.1.1 | yes | `test/api/access.test.ts` "is required by nobody", `test/none.test.ts` "is there" |';
  expect(missing(planted)).toEqual([
    'test/api/access.test.ts: is required by nobody',
    'test/none.test.ts: is there',
  ]);
});
