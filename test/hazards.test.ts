import { expect, test } from 'vitest';
import { readSources, type Source } from './support/source-code.ts';

/*
 * What the processes of production never do, whatever the input: run programs, evaluate text, put HTML into a page as it
 * is, or build SQL from texts. src/dev starts programs, and is not part of production (.dockerignore).
 */

/** What may not occur, and the only places where it does, with the reason. */
const hazards: readonly { pattern: RegExp; where?: Readonly<Record<string, string>> }[] = [
  { pattern: /node:child_process|node:cluster/ },
  { pattern: /\beval\(|new Function\(|node:vm/ },
  {
    pattern: /\beval: true/,
    where: { 'platform/thread.ts': 'while developing: loads a module of ours in TypeScript' },
  },
  { pattern: /dangerouslySetInnerHTML|innerHTML/ },
  { pattern: /\bSafeString\b|noEscape|\{\{\{/ },
  { pattern: /rejectUnauthorized|NODE_TLS_REJECT|insecureHTTPParser/ },
  { pattern: /Math\.random\(/ },
  { pattern: /createHash\('(?!sha256')|createHmac\('(?!sha256')|createCipher/ },
  { pattern: /from 'node:v8'/ },
  {
    pattern: /\.unsafe\(/,
    where: {
      'platform/postgres/migrate.ts': 'the migrations, files of ours',
      'platform/postgres/client.ts': 'the pool’s own: builds nothing, hands over what it is given',
      'modules/banking/open-documents.ts': 'names of columns, constants in that file',
      'modules/banking/matches.ts': 'names of columns, constants in that file',
    },
  },
];

const code = (text: string): string => text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');

const found = (files: readonly Source[]): string[] =>
  files
    .filter(({ path }) => !path.startsWith('dev/'))
    .flatMap(({ path, text }) =>
      hazards
        .filter(({ pattern, where = {} }) => !Object.hasOwn(where, path) && pattern.test(code(text)))
        .map(({ pattern }) => `${path}: ${pattern.exec(code(text))![0]}`),
    );

test('nothing that production runs starts programs, evaluates text, trusts without a check, or builds SQL from texts', () => {
  expect(found(readSources())).toEqual([]);
});

test('SQL of a name is made of constants: each place names its columns itself', () => {
  const places = readSources().filter(({ path }) => path.startsWith('modules/') && /\.unsafe\(/.test(path));
  for (const { text } of places)
    for (const [, name] of text.matchAll(/\b(?:key|keyOfColumn|digitsOfColumn)\((?:db, )?([^)]*)\)/g))
      expect(name).toMatch(/^'[a-z.]+'$|: string$/);
});

test('a planted hazard of each kind is found', () => {
  const planted = [
    "import { exec } from 'node:child_process';",
    'eval(text)',
    'new Worker(text, { eval: true })',
    '<p dangerouslySetInnerHTML={{ __html: name }} />',
    'new Handlebars.SafeString(name)',
    'connect({ rejectUnauthorized: false })',
    'Math.random()',
    "createHash('md5')",
    "import { deserialize } from 'node:v8';",
    'sql.unsafe(text)',
  ];
  expect(planted).toHaveLength(hazards.length);
  for (const [index, text] of planted.entries()) {
    expect(found([{ path: 'api/planted.ts', text }]), text).toHaveLength(1);
    expect(hazards[index]!.pattern.test(text), text).toBe(true);
  }
});
