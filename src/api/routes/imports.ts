import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import type { ApiKey } from '../../modules/access/api-keys.ts';
import type { ImportWorkflows } from '../../modules/imports/import-workflows.ts';
import {
  getImport,
  type ImportKind,
  type ImportOptions,
  type ImportRow,
  importKinds,
  insertImport,
  listImports,
  type OnRejected,
  type RejectedLine,
  rejectedLines,
  unknownImport,
  workflowIdOfImport,
} from '../../modules/imports/tables.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { holds } from '../auth.ts';
import { pageOf } from '../cursor.ts';
import { type Endpoint, endpoint, type Reply, replayedHeader } from '../endpoint.ts';
import { bankLineReader } from '../files/bank-line-reader.ts';
import type { Separator } from '../files/csv.ts';
import { customerLines } from '../files/customer-lines.ts';
import { type LineReader, readLines } from '../files/read-lines.ts';
import { receive, type Upload } from '../files/receive.ts';
import { parse } from '../problems.ts';
import { bankFileQuery, bankFiles } from '../schemas/bank-lines.ts';
import { externalId } from '../schemas/fields.ts';
import {
  customerFiles,
  file,
  type ImportView,
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

type Sent = {
  upload: Upload;
  onRejected: OnRejected;
  separator: Separator | null;
  idempotencyKey: string | null;
  actor: string;
  now: string;
  /** How a bank's file is read. */
  mapping?: object;
  options?: ImportOptions;
};

/** Imported files: receiving one, its progress, and its rejected lines. */
export function importEndpoints({
  sql,
  importWorkflows,
}: {
  sql: Sql;
  importWorkflows: ImportWorkflows;
}): Endpoint[] {
  /** Stores the file's lines. The import's id is the caller's key, or follows from the content and the options. */
  async function take(kind: ImportKind, reader: LineReader, sent: Sent) {
    const { upload, onRejected, separator, idempotencyKey, actor, now, mapping, options = {} } = sent;
    const key = idempotencyKey && parse(keyAsId, { 'Idempotency-Key': idempotencyKey }, 'parameters');
    const received = await receive(upload.bytes);
    try {
      const { sha256 } = received;
      const content = fingerprint({
        kind,
        type: upload.type,
        sha256,
        onRejected,
        separator,
        mapping,
        options,
      });
      const id = key ? key['Idempotency-Key'] : `imp_${content.slice(0, 32)}`;
      const given = { id, kind, onRejected, fingerprint: content, options, actor };
      return await insertImport(sql, given, readLines(received.read(), upload.type, reader, separator), now);
    } finally {
      await received.close();
    }
  }

  /** The import, if this key may see it: a store does not see bank lines. Throws `import-not-found`. */
  async function importFor(key: ApiKey, id: string): Promise<ImportRow> {
    const row = await getImport(sql, id);
    return kindsFor(key).includes(row.kind) ? row : unknownImport(id);
  }

  function received({ row, replayed }: Awaited<ReturnType<typeof insertImport>>): Reply<ImportView> {
    const waits = row.finishedAt === null;
    return {
      status: replayed || !waits ? 200 : 202,
      body: viewOf(row),
      headers: { Location: `/v1/imports/${row.id}`, ...replayedHeader(replayed) },
      ...(waits ? { afterwards: () => importWorkflows.startSoon(row) } : {}),
    };
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
        const sent = { upload, onRejected, separator, ...call };
        return received(await take('customers', customerLines, sent));
      },
    }),
    endpoint({
      method: 'post',
      path: '/payments/import',
      operationId: 'importBankFile',
      tag,
      summary: 'Import a bank’s CSV file; certain matches are booked, the other lines wait in a pool',
      tryOut: { parameters: { 'Idempotency-Key': 'bank-1' } },
      scopes: ['accounting'],
      query: bankFileQuery,
      body: file,
      files: bankFiles,
      answer: importView,
      keyed: true,
      statuses: { 200: 'received before, or refused', 202: 'received' },
      handle: async ({ query, body: upload, ...call }) => {
        const { onRejected, separator = null, book = 'certain', ...given } = query;
        const { timeZone, currency } = (await activePolicies(sql)).settings.body;
        const mapping = { dateFormat: 'yyyy-MM-dd', decimal: '.' as const, currency, ...given };
        const reader = bankLineReader(mapping, dayAt(call.now, timeZone));
        const sent = { upload, onRejected, separator, mapping, options: { book }, ...call };
        return received(await take('payments', reader, sent));
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
        return { body: { items: items.map(viewOf), nextCursor } };
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
      handle: async ({ params: { importId }, key }) => ({ body: viewOf(await importFor(key, importId)) }),
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

const keyAsId = z.object({ 'Idempotency-Key': externalId });

function viewOf(row: ImportRow): ImportView {
  const { id, kind, state, onRejected, lines, rejected, applied, outcomes, createdAt, finishedAt } = row;
  const { created = 0, updated = 0, unchanged = 0 } = outcomes;
  return {
    importId: id,
    kind,
    state,
    onRejected,
    lines,
    progress: { done: applied, total: lines - rejected },
    created,
    updated,
    unchanged,
    rejected,
    createdAt,
    finishedAt,
    workflowId: state === 'refused' ? null : workflowIdOfImport(id),
  };
}

const lineView = ({ number, subject, errors, raw }: RejectedLine) => ({ line: number, subject, errors, raw });

/** All rejected lines as a file for a spreadsheet. Nothing that was sent becomes a formula in it. */
function reportOf(sql: Sql, id: string): Readable {
  const columns = ['line', 'subject', 'errors', 'raw'];
  const rows = Readable.from(allRejected(sql, id));
  const csv = stringify({ header: true, columns, escape_formulas: true, bom: true });
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
