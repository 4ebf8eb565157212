import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { modules } from '../src/modules/order.ts';
import {
  importsOf,
  type Owner,
  ownersIn,
  readSchema,
  readSources,
  type Source,
  tablesOf,
} from './support/source-code.ts';

/*
 * Checks the rules of docs/architecture.md: who may import whom, the order of the modules, pure rules, owners of
 * tables, and who constructs. Each check is tested with a planted violation of its kind.
 */

const sources = readSources();
const owners = ownersIn(readSchema());

/** Libraries without I/O, clock or randomness. */
const pure = ['luxon', 'date-holidays', 'ibantools', 'big.js', 'intl-messageformat'];
/** The names that workflows and their callers share: they import only deterministic rules. */
const messages = ['workflows/messages.ts', 'workflows/search-attributes.ts'];
const temporalClient = ['client', 'worker', 'common', 'envconfig', 'proto'].map(
  (name) => `@temporalio/${name}`,
);
const web = [
  ...['@asteasolutions/zod-to-openapi', 'cookie-parser', 'express', 'express-rate-limit', 'helmet', 'pino'],
  ...['pino-http', 'preact', 'preact-render-to-string', 'prom-client', 'swagger-ui-express', 'zod'],
];
const node = 'node:';

/** What each area may import in addition to its own files: folders end in "/", the others are files and packages. */
const areas: readonly { area: RegExp; may: readonly string[]; typesOf?: readonly string[] }[] = [
  { area: /^kernel\//, may: [...pure, 'node:crypto'] },
  { area: /^modules\/[\w-]+\/rules\//, may: ['kernel/', ...pure, 'node:crypto'] },
  // What reads files of others, in a thread of its own.
  {
    area: /^modules\/banking\/formats\//,
    may: ['kernel/', ...['csv-parse', 'fflate', 'read-excel-file', 'saxes'], 'node:buffer'],
  },
  {
    area: /^modules\//,
    may: [
      ...[
        'kernel/',
        'platform/',
        ...messages,
        '@temporalio/client',
        'postgres',
        'p-limit',
        'luxon',
        'zod',
        node,
      ],
      ...['handlebars', 'mjml', 'pdfkit', 'csv-stringify', 'standardwebhooks'],
    ],
  },
  {
    area: /^platform\//,
    may: ['kernel/', ...messages, ...temporalClient, 'postgres', 'nodemailer', 'ipaddr.js', 'p-limit', node],
  },
  { area: /^workflows\//, may: ['@temporalio/workflow', '@temporalio/common'], typesOf: ['activities/'] },
  {
    area: /^activities\//,
    may: ['kernel/', 'platform/', 'modules/', 'registry.ts', ...messages, '@temporalio/activity', node],
  },
  {
    area: /^api\//,
    may: [
      'kernel/',
      'platform/',
      'modules/',
      'registry.ts',
      'luxon',
      'csv-parse',
      'csv-stringify',
      'p-limit',
      'i18n-iso-countries',
      ...web,
      node,
    ],
  },
  { area: /^backoffice\//, may: ['kernel/', 'platform/', 'modules/', 'registry.ts', 'luxon', ...web, node] },
];

const isRules = (path: string): boolean => /^modules\/[\w-]+\/rules\//.test(path);
const moduleOf = (path: string): string | null => /^modules\/([\w-]+)\//.exec(path)?.[1] ?? null;
const place = (module: string): number => (modules as readonly string[]).indexOf(module);
const isDeterministic = (path: string): boolean =>
  isRules(path) &&
  sources.some((source) => source.path === path && source.text.startsWith('// Deterministic:'));

/** Imports that are not allowed between areas. */
function forbiddenImports(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const rule = areas.find(({ area }) => area.test(file.path));
    if (!rule) return [];
    const own = `${file.path.split('/')[0]}/`;
    return importsOf(file)
      .filter(({ target, typeOnly }) => {
        if (target.startsWith(own) || isRules(target))
          return isRules(file.path)
            ? !isRules(target)
            : own === 'workflows/' && isRules(target) && !isDeterministic(target);
        return ![...rule.may, ...(typeOnly ? (rule.typesOf ?? []) : [])].some(
          (entry) =>
            entry === target || ((entry.endsWith('/') || entry === node) && target.startsWith(entry)),
        );
      })
      .map(({ target }) => `${file.path} imports ${target}`);
  });
}

/** Imports of a module from one that comes after it, types included; rules are exempt. */
function upwardImports(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const from = moduleOf(file.path);
    if (from === null || isRules(file.path)) return [];
    return importsOf(file)
      .filter(({ target }) => {
        const to = moduleOf(target);
        return to !== null && !isRules(target) && place(to) > place(from);
      })
      .map(({ target }) => `${file.path} imports ${target}`);
  });
}

/** Circles of imports among rules, types included. */
function circles(files: readonly Source[]): string[] {
  const rules = new Map(
    files
      .filter(({ path }) => isRules(path))
      .map((file) => [file.path, importsOf(file).map(({ target }) => target)]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || done.has(path)) return;
    for (const next of rules.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of rules.keys()) walk(path, []);
  return found;
}

/** SQL that writes another module's table, reads a table of a module that comes after it, or is outside of modules. */
function foreignSql(files: readonly Source[], owned: ReadonlyMap<string, Owner> = owners): string[] {
  const found = files.flatMap((file) =>
    tablesOf(file).flatMap(({ table, write, columns }) => {
      const owner = owned.get(table);
      if (!owner) return [];
      const module = moduleOf(file.path);
      if (module === owner.module) return [];
      const granted = (module !== null && owner.writers.get(module)) || [];
      if (write && columns?.length && columns.every((column) => granted.includes(column))) return [];
      if (!write && module !== null && (place(module) > place(owner.module) || granted.length > 0)) return [];
      return [`${file.path} ${write ? 'writes' : 'reads'} ${table}`];
    }),
  );
  return [...new Set(found)];
}

const constructs =
  /\b(?:connect|createTemporalClient|createMailer|createWorkers|createPoller|createApp|createAdmin|createOrderWorkflows)\(/;

/** Files that construct what processes are made of, except the processes themselves. */
function constructors(files: readonly Source[]): string[] {
  const defines = /export (?:async )?function (?:connect|create\w+)\(/;
  return files
    .filter(({ path }) => /^(?:kernel|modules|platform|workflows|activities|api|backoffice)\//.test(path))
    .filter(({ text }) =>
      constructs.test(text.replace(new RegExp(defines, 'g'), '').replace(/^\s*(?:\*|\/\/).*$/gm, '')),
    )
    .map(({ path }) => path);
}

const impure =
  /\bDate\.now\(|new Date\(\)|DateTime\.(?:now|local|utc)\(|Math\.random|randomUUID|randomBytes|\bfetch\(/;

/** Rules and kernel that use a clock, randomness, or something outside of the process. */
const impureRules = (files: readonly Source[]): string[] =>
  files
    .filter(({ path, text }) => (path.startsWith('kernel/') || isRules(path)) && impure.test(text))
    .map(({ path }) => path);

test('every module has a place in the order, and every place has a module', () => {
  const found = new Set(sources.map(({ path }) => moduleOf(path)).filter((module) => module !== null));
  expect([...found].sort()).toEqual([...modules].sort());
});

test('the table in docs/architecture.md lists the modules in their order', () => {
  const map = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8');
  const rows = [...map.matchAll(/^\| (\d+) \| `([\w-]+)` \|/gm)].map(
    ([, number, name]) => `${number} ${name}`,
  );
  expect(rows).toEqual(modules.map((name, index) => `${index + 1} ${name}`));
});

test('each area imports only what it may', () => {
  expect(forbiddenImports(sources)).toEqual([]);
});

test('modules use those before them: imports, types included, and SQL', () => {
  expect(upwardImports(sources)).toEqual([]);
  expect(foreignSql(sources)).toEqual([]);
});

test('rules form no circle, and use no clock, no randomness, and nothing outside of the process', () => {
  expect(circles(sources)).toEqual([]);
  expect(impureRules(sources)).toEqual([]);
});

test('rules that workflows import have no imports, so that no library’s data breaks a replay', () => {
  const shared = sources.filter(({ path }) => isDeterministic(path));
  expect(shared).not.toEqual([]);
  expect(shared.flatMap(importsOf)).toEqual([]);
});

test('the schema names an owner above each table', () => {
  expect(owners.size).toBeGreaterThan(25);
  const unknown = [...owners].filter(([, { module, writers }]) =>
    [module, ...writers.keys()].some((name) => place(name) < 0),
  );
  expect(unknown).toEqual([]);
});

test('only processes construct, and only config.ts and the dev launcher read the environment', () => {
  expect(constructors(sources)).toEqual(['platform/postgres/migrate.ts']);
  const readers = sources.filter(({ text }) => /\bprocess\.env\b/.test(text)).map(({ path }) => path);
  expect(readers.filter((path) => path !== 'config.ts' && !path.startsWith('dev/'))).toEqual([]);
});

test('only edges and processes import the registry', () => {
  const importers = sources.filter((file) => importsOf(file).some(({ target }) => target === 'registry.ts'));
  expect(
    importers.map(({ path }) => path).filter((path) => /^(?:kernel|platform|modules|workflows)\//.test(path)),
  ).toEqual([]);
});

/** Files that insert a command, or name the function that does, except the pipeline's own. */
const insertsCommands = (files: readonly Source[]): string[] =>
  files
    .filter(({ text }) => /insert into commands\b|\binsertCommand\b|`cmd_|'cmd_/.test(text))
    .map(({ path }) => path)
    .filter(
      (path) =>
        !['modules/commands/tables.ts', 'modules/commands/submit.ts', 'modules/commands/ids.ts'].includes(
          path,
        ),
    );

test('only the pipeline inserts commands and makes their ids', () => {
  // The example of an id in the API's document.
  expect(insertsCommands(sources)).toEqual(['api/schemas/fields.ts']);
});

test('only people read the audit trail: only SQL of its own module reads it', () => {
  const readers = sources.filter((file) => tablesOf(file).some(({ table }) => table === 'audit'));
  expect(readers.map(({ path }) => path)).toEqual(['modules/audit/tables.ts']);
  const shown = sources.filter(({ text }) => /\b(?:auditOf|latestOf)\b/.test(text)).map(({ path }) => path);
  expect(shown).toEqual([
    'backoffice/customers.tsx',
    'modules/audit/tables.ts',
    'modules/credit/views.ts',
    'modules/overview/timeline.ts',
  ]);
});

test('no file is an index, except the workflow bundle’s entry', () => {
  const indexes = sources.map(({ path }) => path).filter((path) => /(^|\/)index\.tsx?$/.test(path));
  expect(indexes).toEqual(['workflows/index.ts']);
});

/** What the checks must find: a file for each kind of violation. */
const planted = {
  area: {
    path: 'modules/banking/rules/bad.ts',
    text: "import { connect } from '../../../platform/postgres/client.ts';",
  },
  order: { path: 'modules/audit/bad.ts', text: "import type { OrderRow } from '../orders/tables.ts';" },
  circle: { path: 'modules/terms/rules/a.ts', text: "import type { B } from './b.ts';" },
  clock: { path: 'modules/terms/rules/now.ts', text: 'export const now = () => Date.now();' },
  sql: { path: 'modules/audit/bad.ts', text: 'await tx`update orders set total = 1 where id = 2`;' },
  constructs: { path: 'modules/credit/bad.ts', text: 'const sql = connect(url);' },
  command: { path: 'modules/payments/bad.ts', text: 'await insertCommand(tx, command, now);' },
} as const satisfies Record<string, Source>;

test('a planted violation of each kind is found', () => {
  expect(forbiddenImports([planted.area])).toEqual([
    'modules/banking/rules/bad.ts imports platform/postgres/client.ts',
  ]);
  expect(upwardImports([planted.order])).toEqual(['modules/audit/bad.ts imports modules/orders/tables.ts']);
  const other = { path: 'modules/terms/rules/b.ts', text: "export type { A } from './a.ts';" };
  expect(circles([planted.circle, other])).toEqual([
    'modules/terms/rules/a.ts → modules/terms/rules/b.ts → modules/terms/rules/a.ts',
  ]);
  expect(impureRules([planted.clock])).toEqual(['modules/terms/rules/now.ts']);
  expect(foreignSql([planted.sql])).toEqual(['modules/audit/bad.ts writes orders']);
  expect(constructors([planted.constructs])).toEqual(['modules/credit/bad.ts']);
  expect(insertsCommands([planted.command])).toEqual(['modules/payments/bad.ts']);
});

test('SQL is found in each of its forms', () => {
  const owned = ownersIn('-- owner: ledger; orders writes seen_at\ncreate table entries (\n);');
  const sqlOf = (path: string, sql: string) => foreignSql([{ path, text: `await tx\`${sql}\`` }], owned);
  for (const sql of [
    'insert into entries values (1)',
    'delete from entries',
    'with x as (update entries e set amount = 1) select 1',
  ])
    expect(sqlOf('modules/orders/bad.ts', sql)).toEqual(['modules/orders/bad.ts writes entries']);
  expect(sqlOf('modules/orders/good.ts', 'update entries set seen_at = 1 where id = 2')).toEqual([]);
  expect(sqlOf('modules/orders/bad.ts', 'update entries set seen_at = 1, amount = 2')).toHaveLength(1);
  expect(sqlOf('modules/orders/good.ts', 'select 1 from orders o join entries e using (id)')).toEqual([]);
  for (const path of ['modules/customers/bad.ts', 'api/routes/bad.ts'])
    expect(sqlOf(path, 'select 1 from orders o join entries e using (id)')).toEqual([
      `${path} reads entries`,
    ]);
});

test('a forbidden import is found in each of its forms', () => {
  const text = [
    "import { connect } from '../platform/postgres/client.ts';",
    "import type { Sql } from '../platform/postgres/client.ts';",
    "import {\n  one,\n  type Two,\n} from '../modules/orders/tables.ts';",
    "export { three } from '../modules/ledger/tables.ts';",
    "import 'node:fs';",
    "import fs from 'fs/promises';",
    "const pg = await import('postgres');",
    "import { DateTime } from 'luxon';",
    "import type { Money } from './money.ts';",
  ].join('\n');
  expect(forbiddenImports([{ path: 'kernel/bad.ts', text }])).toEqual([
    'kernel/bad.ts imports platform/postgres/client.ts',
    'kernel/bad.ts imports platform/postgres/client.ts',
    'kernel/bad.ts imports modules/orders/tables.ts',
    'kernel/bad.ts imports modules/ledger/tables.ts',
    'kernel/bad.ts imports node:fs',
    'kernel/bad.ts imports node:fs/promises',
    'kernel/bad.ts imports postgres',
  ]);
});

test('a workflow may import the types of activities, never their code, and only deterministic rules', () => {
  const types = "import type { Activities } from '../activities/activities.ts';";
  expect(forbiddenImports([{ path: 'workflows/w.ts', text: types }])).toEqual([]);
  expect(forbiddenImports([{ path: 'workflows/w.ts', text: types.replace(' type', '') }])).toEqual([
    'workflows/w.ts imports activities/activities.ts',
  ]);
  const rules = "import { dueDate } from '../modules/terms/rules/due-dates.ts';";
  expect(forbiddenImports([{ path: 'workflows/w.ts', text: rules }])).toEqual([
    'workflows/w.ts imports modules/terms/rules/due-dates.ts',
  ]);
});
