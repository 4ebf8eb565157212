import { type FieldError, NettermsError } from '../../kernel/errors.ts';
import { replayOrConflict } from '../../kernel/replay.ts';
import type { Db, Sql, Tx } from '../../platform/postgres/client.ts';

/** What a file may contain. */
export const importKinds = ['customers', 'payments'] as const;
export type ImportKind = (typeof importKinds)[number];
/** `refused`: nothing of it was applied, because a line was rejected and the sender wanted all or nothing. */
export type ImportState = 'received' | 'applying' | 'done' | 'refused';
/** What rejected lines mean for the others. */
export type OnRejected = 'skip' | 'refuse';

export type ImportRow = {
  id: string;
  kind: ImportKind;
  state: ImportState;
  onRejected: OnRejected;
  fingerprint: string;
  lines: number;
  rejected: number;
  /** Lines that the running transaction has processed. */
  applied: number;
  /** The number of lines by outcome; empty before the end. */
  outcomes: Record<string, number>;
  /** How to use its lines; depends on the kind. */
  options: ImportOptions;
  actor: string;
  createdAt: string;
  finishedAt: string | null;
};

/**
 * `book`: which bank lines are booked without a person's decision. `statement`: how a bank's file was read, with the
 * last booked day of each account.
 */
export type ImportOptions = {
  readonly book?: 'certain' | 'none';
  readonly statement?: object & { readonly bookedThrough: Readonly<Record<string, string>> };
};

/**
 * A line as it was read: its business id and its facts; if it is rejected, the errors and the text as it was sent.
 * Without an `outcome` it waits to be applied; `reason` is the code of a rejection, where the kind has codes.
 */
export type NewImportLine = {
  number: number;
  subject: string | null;
  facts: object | null;
  fingerprint: string | null;
  raw: string | null;
  errors: readonly FieldError[] | null;
  outcome?: string;
  reason?: string;
};

export type RejectedLine = {
  number: number;
  subject: string | null;
  errors: FieldError[];
  raw: string;
  reason: string | null;
};

export type NewImport = Pick<ImportRow, 'id' | 'kind' | 'onRejected' | 'fingerprint' | 'actor'> & {
  options?: ImportOptions;
};

export const workflowIdOfImport = (id: string): string => `import/${id}`;

/** The longest that reading a file takes: a second request with the same file waits that long for the first. */
const RECEIVING = '2min';

const columns = (db: Db) =>
  db`id, kind, state, on_rejected, fingerprint, lines, rejected, applied, outcomes, options, actor, created_at, finished_at`;

async function findImport(db: Db, id: string): Promise<ImportRow | null> {
  const [row] = await db<ImportRow[]>`select ${columns(db)} from imports where id = ${id}`;
  return row ?? null;
}

/** @throws NettermsError `import-not-found` */
export async function getImport(db: Db, id: string): Promise<ImportRow> {
  const row = await findImport(db, id);
  return row ?? unknownImport(id);
}

export function unknownImport(id: string): never {
  throw new NettermsError('import-not-found', `There is no import ${id}.`);
}

/**
 * Stores a file with all its lines, or nothing of it. If the import was received before, returns it as it is, and does
 * not read `lines`.
 * @throws NettermsError `conflict` if the id was used for another file; and whatever reading the lines throws
 */
export async function insertImport(
  sql: Sql,
  given: NewImport,
  lines: AsyncIterable<readonly NewImportLine[]>,
  now: string,
): Promise<{ row: ImportRow; replayed: boolean }> {
  const known = async (db: Db) =>
    replayOrConflict(await findImport(db, given.id), given.fingerprint, `Import ${given.id}`);
  const first = await known(sql);
  if (first) return { row: first, replayed: true };
  const result = await sql.begin(async (tx) => {
    await tx`select set_config('lock_timeout', ${RECEIVING}, true)`;
    await tx`select pg_advisory_xact_lock(${lockOf(tx, given.id)})`;
    const meanwhile = await known(tx);
    if (meanwhile) return { row: meanwhile, replayed: true };
    return { row: await store(tx, given, lines, now), replayed: false };
  });
  return result as { row: ImportRow; replayed: boolean };
}

/** The lock of an import: only one transaction at a time receives or applies it. */
export const lockOf = (db: Db, id: string) => db`hashtextextended(${workflowIdOfImport(id)}, 0)`;

async function store(
  tx: Tx,
  given: NewImport,
  lines: AsyncIterable<readonly NewImportLine[]>,
  now: string,
): Promise<ImportRow> {
  const { id, kind, onRejected, fingerprint, actor, options = {} } = given;
  // The counts are written below: they are known only when the last line has been read.
  await tx`insert into imports (id, kind, state, on_rejected, fingerprint, lines, rejected, options, actor, created_at)
           values (${id}, ${kind}, 'received', ${onRejected}, ${fingerprint}, 1, 0, ${tx.json(options)}, ${actor}, ${now})`;
  let count = 0;
  for await (const batch of lines) {
    await insertLines(tx, id, batch);
    count += batch.length;
  }
  const [row] = await tx<ImportRow[]>`
    with wrong as (select count(*)::int as found from import_lines where import_id = ${id} and outcome = 'rejected')
    update imports set lines = ${count}, rejected = wrong.found,
                       state = case when wrong.found > 0 and on_rejected = 'refuse' then 'refused' else state end,
                       finished_at = case when wrong.found > 0 and on_rejected = 'refuse' then ${now}::timestamptz end
    from wrong where id = ${id} returning ${columns(tx)}`;
  return row!;
}

async function insertLines(tx: Tx, id: string, batch: readonly NewImportLine[]): Promise<void> {
  await tx`
    insert into import_lines (import_id, number, subject, raw, facts, fingerprint, errors, outcome, reason)
    select ${id}, number, subject, raw, nullif(facts, 'null'), fingerprint, nullif(errors, 'null'), outcome, reason
    from jsonb_to_recordset(${tx.json(batch as never)})
      as line(number int, subject text, raw text, facts jsonb, fingerprint text, errors jsonb, outcome text, reason text)`;
}

/** A page of the imports of these kinds, the newest first; `after` is the last of the previous page. */
export async function listImports(
  db: Db,
  kinds: readonly ImportKind[],
  { after, limit }: { after: { createdAt: string; id: string } | null; limit: number },
): Promise<ImportRow[]> {
  const place = after ? db`(created_at, id) < (${after.createdAt}, ${after.id})` : db`true`;
  return db<ImportRow[]>`
    select ${columns(db)} from imports where kind = any(${kinds as string[]}) and ${place} order by created_at desc, id desc limit ${limit}`;
}

/** A page of the rejected lines in the file's order; `after` is the number of the last line of the previous page. */
export async function rejectedLines(
  db: Db,
  id: string,
  { after, limit }: { after: number; limit: number },
): Promise<RejectedLine[]> {
  return db<RejectedLine[]>`
    select number, subject, errors, raw, reason from import_lines
    where import_id = ${id} and outcome = 'rejected' and number > ${after} order by number limit ${limit}`;
}

/** Claims imports whose workflow should have ended by now; the lease keeps other pollers away for a while. */
export async function claimWaitingImports(
  db: Db,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<ImportRow[]> {
  return db<ImportRow[]>`
    update imports set wake_by = now() + ${leaseMs} * interval '1 millisecond'
    where id in (select id from imports where finished_at is null and wake_by <= now()
                 order by wake_by limit ${limit} for update skip locked)
    returning ${columns(db)}`;
}

/** Makes the poller check all unfinished imports now. */
export async function wakeImports(db: Db): Promise<void> {
  await db`update imports set wake_by = now() where finished_at is null`;
}
