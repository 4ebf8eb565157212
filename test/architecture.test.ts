import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Without I/O, clock or randomness. */
const pure = ['luxon', 'date-holidays', 'jsvat', 'big.js'];
const node = 'node:*';
const messages = ['workflows/messages.ts', 'workflows/search-attributes.ts'];
const temporalClient = ['client', 'worker', 'common', 'envconfig', 'proto'].map(
  (name) => `@temporalio/${name}`,
);

/**
 * Who may import whom: folders end in "/", the rest are files and packages. A folder's own files are always
 * allowed. What is missing here (worker.ts, server.ts, cli, dev) constructs, and may import anything.
 */
const table: Record<string, { may: readonly string[]; typesOf?: readonly string[] }> = {
  domain: { may: [...pure, 'node:crypto'] },
  workflows: {
    may: ['domain/order-state.ts', 'domain/steps.ts', '@temporalio/workflow', '@temporalio/common'],
    typesOf: ['activities/'],
  },
  activities: {
    may: ['domain/', 'db/', 'emails/', 'storefronts/', ...messages, '@temporalio/activity', node],
  },
  db: { may: ['domain/', 'luxon', 'postgres', node] },
  emails: {
    may: ['domain/', 'handlebars', 'mjml', 'nodemailer', 'intl-messageformat', node],
  },
  documents: { may: ['domain/', 'emails/messages.ts', 'csv-stringify', 'pdfkit', node] },
  storefronts: { may: ['domain/', 'standardwebhooks', 'ipaddr.js', node] },
  temporal: { may: ['domain/', 'db/', ...messages, ...temporalClient, 'p-limit', node] },
  'vat-register': { may: ['domain/', 'db/', 'zod', node] },
  api: {
    may: [
      'domain/',
      'db/',
      'documents/',
      'temporal/',
      'vat-register/',
      'luxon',
      'web',
      'csv-parse',
      'csv-stringify',
      node,
    ],
  },
  admin: { may: ['domain/', 'db/', 'documents/', 'temporal/', 'vat-register/', 'luxon', 'web', node] },
};

/** What "web" stands for above: libraries that answer HTTP, none that drives a server of another kind. */
const web = [
  '@asteasolutions/zod-to-openapi',
  'cookie-parser',
  'express',
  'express-rate-limit',
  'helmet',
  'pino',
  'pino-http',
  'preact',
  'preact-render-to-string',
  'prom-client',
  'swagger-ui-express',
  'zod',
];

type Source = { readonly path: string; readonly text: string };

const sources: Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(`${src}/${path}`, 'utf8') }));

/** What a file imports: files as paths below src, packages by their name, Node's modules as "node:…". */
function importsOf({ path, text }: Source): { target: string; typeOnly: boolean }[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  const found = [
    ...[...statements].map(([, type, specifier]) => ({
      specifier: specifier!,
      typeOnly: type !== undefined,
    })),
    ...[...dynamic].map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
  return found.map(({ specifier, typeOnly }) => ({ target: targetOf(specifier, path), typeOnly }));
}

function targetOf(specifier: string, path: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function allows(allowed: readonly string[], target: string): boolean {
  return allowed.some(
    (entry) =>
      entry === target ||
      (entry.endsWith('/') && target.startsWith(entry)) ||
      (entry === node && target.startsWith('node:')) ||
      (entry === 'web' && web.includes(target)),
  );
}

function violations(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const folder = file.path.split('/')[0]!;
    const rule = table[folder];
    if (!rule) return [];
    return importsOf(file)
      .filter(({ target, typeOnly }) => {
        const allowed = [`${folder}/`, ...rule.may, ...(typeOnly ? (rule.typesOf ?? []) : [])];
        return !allows(allowed, target);
      })
      .map(({ target }) => `${file.path} imports ${target}`);
  });
}

test.each(Object.keys(table))('%s imports only what it may', (folder) => {
  const files = sources.filter(({ path }) => path.startsWith(`${folder}/`));
  expect(files).not.toEqual([]);
  expect(violations(files)).toEqual([]);
});

test('an import that is not allowed is noticed in each of its forms', () => {
  const text = [
    "import { connect } from '../db/client.ts';",
    "import type { Sql } from '../db/client.ts';",
    "import {\n  one,\n  type Two,\n} from '../db/orders.ts';",
    "export { three } from '../db/ledger.ts';",
    "import 'node:fs';",
    "import fs from 'fs/promises';",
    "const pg = await import('postgres');",
    "import { DateTime } from 'luxon';",
    "import type { Money } from './money.ts';",
  ].join('\n');
  expect(violations([{ path: 'domain/bad.ts', text }])).toEqual([
    'domain/bad.ts imports db/client.ts',
    'domain/bad.ts imports db/client.ts',
    'domain/bad.ts imports db/orders.ts',
    'domain/bad.ts imports db/ledger.ts',
    'domain/bad.ts imports node:fs',
    'domain/bad.ts imports node:fs/promises',
    'domain/bad.ts imports postgres',
  ]);
});

test('a workflow may import the types of activities, never their code', () => {
  const types = "import type { Activities } from '../activities/activities.ts';";
  expect(violations([{ path: 'workflows/w.ts', text: types }])).toEqual([]);
  expect(violations([{ path: 'workflows/w.ts', text: types.replace(' type', '') }])).toEqual([
    'workflows/w.ts imports activities/activities.ts',
  ]);
});

test('what workflows import of the domain imports nothing more, so that no library’s data breaks a replay', () => {
  const shared = sources.filter(({ path }) => ['domain/order-state.ts', 'domain/steps.ts'].includes(path));
  expect(shared).toHaveLength(2);
  expect(shared.flatMap(importsOf)).toEqual([]);
});

test('only config.ts and the dev launcher read the environment', () => {
  const readers = sources.filter(({ text }) => /\bprocess\.env\b/.test(text)).map(({ path }) => path);
  expect(readers.filter((path) => path !== 'config.ts' && !path.startsWith('dev/'))).toEqual([]);
});

test('the domain has no clock, no chance, and no way out', () => {
  const impure =
    /\bDate\.now\(|new Date\(\)|DateTime\.(now|local|utc)\(|Math\.random|randomUUID|randomBytes|\bfetch\(/;
  const found = sources.filter(({ path, text }) => path.startsWith('domain/') && impure.test(text));
  expect(found.map(({ path }) => path)).toEqual([]);
});

test('no file is an index, but for the workflow bundle’s entry', () => {
  const indexes = sources.map(({ path }) => path).filter((path) => /(^|\/)index\.tsx?$/.test(path));
  expect(indexes).toEqual(['workflows/index.ts']);
});
