import { z } from 'zod';
import { fingerprint } from '../kernel/fingerprint.ts';
import type { ImportWorkflows } from '../modules/imports/import-workflows.ts';
import {
  type ImportKind,
  type ImportOptions,
  type ImportRow,
  insertImport,
  type NewImportLine,
  type OnRejected,
  workflowIdOfImport,
} from '../modules/imports/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { type Reply, replayedHeader } from './endpoint.ts';
import type { ReceivedFile } from './files/receive.ts';
import { parse } from './problems.ts';
import { externalId } from './schemas/fields.ts';
import type { ImportView } from './schemas/imports.ts';

/** A file that was received, and its lines as they are read. */
export type Kept = {
  kind: ImportKind;
  onRejected: OnRejected;
  /** What says, in addition to the bytes, how the file was read: the same file read otherwise is another import. */
  content: object;
  options?: ImportOptions;
  lines: AsyncIterable<readonly NewImportLine[]>;
  idempotencyKey: string | null;
  actor: string;
  now: string;
};

const keyAsId = z.object({ 'Idempotency-Key': externalId });

/** Stores a file's lines. The import's id is the caller's key, or follows from the content and how it is read. */
export async function keepImport(
  sql: Sql,
  { sha256 }: ReceivedFile,
  { kind, onRejected, content, options = {}, lines, idempotencyKey, actor, now }: Kept,
): Promise<{ row: ImportRow; replayed: boolean }> {
  const key = idempotencyKey && parse(keyAsId, { 'Idempotency-Key': idempotencyKey }, 'parameters');
  const print = fingerprint({ kind, sha256, onRejected, ...content });
  const id = key ? key['Idempotency-Key'] : `imp_${print.slice(0, 32)}`;
  return insertImport(sql, { id, kind, onRejected, fingerprint: print, options, actor }, lines, now);
}

/** The answer to a file that was kept; its workflow is started once the answer is sent. */
export function receivedReply(
  importWorkflows: ImportWorkflows,
  { row, replayed }: { row: ImportRow; replayed: boolean },
): Reply<ImportView> {
  const waits = row.finishedAt === null;
  return {
    status: replayed || !waits ? 200 : 202,
    body: importViewOf(row),
    headers: { Location: `/v1/imports/${row.id}`, ...replayedHeader(replayed) },
    ...(waits ? { afterwards: () => importWorkflows.startSoon(row) } : {}),
  };
}

export function importViewOf(row: ImportRow): ImportView {
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
    statement: (row.options.statement as ImportView['statement']) ?? null,
    createdAt,
    finishedAt,
    workflowId: state === 'refused' ? null : workflowIdOfImport(id),
  };
}
