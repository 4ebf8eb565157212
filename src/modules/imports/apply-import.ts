import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { getImport, type ImportKind, type ImportRow, lockOf } from './tables.ts';

/** Applies the lines that wait, each with its outcome, and says from time to time how many it has gone through. */
export type Applier = (
  tx: Tx,
  row: ImportRow,
  given: { now: string; went: (lines: number) => Promise<void> },
) => Promise<void>;

/** How each kind is applied; src/registry.ts lists them. */
export type Appliers = Readonly<Record<ImportKind, Applier>>;

/**
 * Applies what is right in an import, all in one transaction. A repeat of one that is finished only reads it again;
 * two at once wait for each other. What breaks off leaves nothing behind.
 * @throws NettermsError `import-not-found`
 */
export async function applyImport(
  sql: Sql,
  id: string,
  { appliers, now }: { appliers: Appliers; now: string },
): Promise<ImportRow> {
  await sql`update imports set state = 'applying', applied = 0 where id = ${id} and finished_at is null`;
  return inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${lockOf(tx, id)})`;
    const row = await getImport(tx, id);
    if (row.finishedAt !== null) return row;
    // Beside the transaction, so that it is seen before the end; it does not hold the import's row until then.
    const went = async (lines: number): Promise<void> => {
      await sql`update imports set applied = ${lines} where id = ${id} and finished_at is null`;
    };
    await appliers[row.kind](tx, row, { now, went });
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
