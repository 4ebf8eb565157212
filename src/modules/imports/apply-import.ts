import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { getImport, type ImportKind, type ImportRow, lockOf } from './tables.ts';

export type Applier = {
  /**
   * What can be done before, so that the transaction that applies the lines is shorter: nothing that is visible before
   * the end. It may be interrupted, repeated, and done twice at once.
   */
  prepare?: (sql: Sql, row: ImportRow) => Promise<void>;
  /** Applies the waiting lines, notes each outcome, and reports from time to time how many lines it has processed. */
  apply: (
    tx: Tx,
    row: ImportRow,
    given: { now: string; reportProgress: (lines: number) => Promise<void> },
  ) => Promise<void>;
};

/** How each kind is applied; src/registry.ts lists them. */
export type Appliers = Readonly<Record<ImportKind, Applier>>;

/**
 * Applies the valid lines of an import, all in one transaction. If the import is finished, only reads it again; two
 * calls at once wait for each other. A failure leaves nothing behind.
 * @throws NettermsError `import-not-found`
 */
export async function applyImport(
  sql: Sql,
  id: string,
  { appliers, now }: { appliers: Appliers; now: string },
): Promise<ImportRow> {
  await sql`update imports set state = 'applying', applied = 0 where id = ${id} and finished_at is null`;
  const waiting = await getImport(sql, id);
  if (waiting.finishedAt === null) await appliers[waiting.kind].prepare?.(sql, waiting);
  return inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${lockOf(tx, id)})`;
    const row = await getImport(tx, id);
    if (row.finishedAt !== null) return row;
    // Outside the transaction, so that others see the progress, and the import's row is not locked until the end.
    const reportProgress = async (lines: number): Promise<void> => {
      await sql`update imports set applied = ${lines} where id = ${id} and finished_at is null`;
    };
    await appliers[row.kind].apply(tx, row, { now, reportProgress });
    return finish(tx, row, now);
  });
}

async function finish(
  tx: Tx,
  { id, kind, actor, lines, rejected }: ImportRow,
  now: string,
): Promise<ImportRow> {
  const counted = await tx<{ outcome: string; count: number }[]>`
    select outcome, count(*)::int as count from import_lines
    where import_id = ${id} and outcome <> 'rejected' group by outcome`;
  const outcomes = Object.fromEntries(counted.map(({ outcome, count }) => [outcome, count]));
  await tx`
    update imports set state = 'done', applied = ${lines - rejected}, outcomes = ${tx.json(outcomes)}, finished_at = ${now}
    where id = ${id}`;
  const detail = { lines, rejected, ...outcomes };
  await recordAudit(tx, { at: now, actor, action: `import.${kind}`, subject: `import/${id}`, detail });
  return getImport(tx, id);
}
