import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ApiKey } from '../../modules/access/api-keys.ts';
import type { ImportWorkflows } from '../../modules/imports/import-workflows.ts';
import {
  getImport,
  type ImportKind,
  type ImportRow,
  importKinds,
  listImports,
  type RejectedLine,
  rejectedLines,
  unknownImport,
} from '../../modules/imports/tables.ts';
import { forSpreadsheets } from '../../modules/reports/documents/csv.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { holds } from '../auth.ts';
import { pageOf } from '../cursor.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { customerLines } from '../files/customer-lines.ts';
import { readLines } from '../files/read-lines.ts';
import type { Uploads } from '../files/uploads.ts';
import { importViewOf, keepImport, receivedReply } from '../keep-import.ts';
import {
  customerFiles,
  file,
  importQuery,
  importsPage,
  importsQuery,
  importView,
  rejectedPage,
  rejectedQuery,
} from '../schemas/imports.ts';

const tag = 'Imports';
/** Rejected lines that are read at once when all are asked for. */
const BATCH = 1_000;

/** Imported files: receiving one, its progress, and its rejected lines. */
export function importEndpoints({
  sql,
  importWorkflows,
  uploads,
}: {
  sql: Sql;
  importWorkflows: ImportWorkflows;
  uploads: Uploads;
}): Endpoint[] {
  /** The import, if this key may see it: a store does not see bank lines. Throws `import-not-found`. */
  async function importFor(key: ApiKey, id: string): Promise<ImportRow> {
    const row = await getImport(sql, id);
    return kindsFor(key).includes(row.kind) ? row : unknownImport(id);
  }

  return [
    endpoint({
      method: 'post',
      path: '/customers/import',
      operationId: 'importCustomers',
      tag,
      summary: 'Import customers from a CSV or JSON Lines file; all valid lines take effect at once',
      tryOut: { parameters: { 'Idempotency-Key': 'customers-1' } },
      scopes: ['storefront', 'accounting'],
      query: importQuery,
      body: file,
      files: customerFiles,
      answer: importView,
      keyed: true,
      statuses: { 200: 'received before, or refused', 202: 'received' },
      handle: async ({ query: { onRejected, separator = null }, body: upload, ...call }) => {
        const { type } = upload;
        return uploads.use(call.key, upload, async (file) => {
          const lines = readLines(file.read(), type, customerLines, separator);
          const how = { kind: 'customers', content: { type, separator }, onRejected, lines } as const;
          return receivedReply(importWorkflows, await keepImport(sql, file, { ...how, ...call }));
        });
      },
    }),
    endpoint({
      method: 'get',
      path: '/imports',
      operationId: 'listImports',
      tag,
      summary: 'List imports, the newest first',
      scopes: ['storefront', 'read'],
      query: importsQuery,
      answer: importsPage,
      handle: async ({ query: { limit, cursor }, key }) => {
        const rows = await listImports(sql, kindsFor(key), { after: cursor, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt, id }));
        return { body: { items: items.map(importViewOf), nextCursor } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/imports/{importId}',
      operationId: 'readImport',
      tag,
      summary: 'Read the progress and the outcome of an import',
      tryOut: { after: ['importCustomers'] },
      scopes: ['storefront', 'read'],
      answer: importView,
      handle: async ({ params: { importId }, key }) => ({
        body: importViewOf(await importFor(key, importId)),
      }),
    }),
    endpoint({
      method: 'get',
      path: '/imports/{importId}/rejected',
      operationId: 'listRejectedLines',
      tag,
      summary: 'List the lines that were rejected, and why; CSV contains all of them',
      tryOut: { after: ['importCustomers'] },
      scopes: ['storefront', 'read'],
      query: rejectedQuery,
      long: true,
      formats: ['json', 'csv'],
      answer: rejectedPage,
      handle: async ({ params: { importId }, query: { limit, cursor }, key, format }) => {
        await importFor(key, importId);
        if (format === 'csv') return { file: reportOf(sql, importId), name: `${importId}-rejected` };
        const rows = await rejectedLines(sql, importId, { after: cursor?.after ?? 0, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ number }) => ({ after: number }));
        return { body: { items: items.map(lineView), nextCursor } };
      },
    }),
  ];
}

const kindsFor = (key: ApiKey): readonly ImportKind[] => (holds(key, 'read') ? importKinds : ['customers']);

const lineView = ({ number, subject, errors, raw, reason }: RejectedLine) => ({
  line: number,
  ...{ subject, errors, raw, reason },
});

/** All rejected lines as a file for a spreadsheet. Nothing that was sent becomes a formula in it. */
function reportOf(sql: Sql, id: string): Readable {
  const columns = ['line', 'subject', 'errors', 'raw'];
  const rows = Readable.from(allRejected(sql, id));
  const csv = stringify({ header: true, columns, bom: true, ...forSpreadsheets });
  rows.on('error', (error) => csv.destroy(error));
  return rows.pipe(csv);
}

async function* allRejected(sql: Sql, id: string) {
  for (let after = 0; ; ) {
    const rows = await rejectedLines(sql, id, { after, limit: BATCH });
    for (const { number, subject, errors, raw } of rows) {
      const said = errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`));
      yield { line: number, subject, errors: said.join('\n'), raw };
    }
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.number;
  }
}
