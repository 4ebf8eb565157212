import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { CommandKind } from '../orders/rules/order-state.ts';

export type CommandRow = {
  id: string;
  orderId: string;
  kind: CommandKind;
  body: Record<string, unknown>;
  fingerprint: string;
  actor: string;
  reason: string | null;
  createdAt: string;
  outcome: 'applied' | 'refused' | null;
  refusal: string | null;
  /** What the caller may read beside the code of a refusal. */
  because: Record<string, unknown> | null;
  decidedAt: string | null;
};

export type NewCommand = Pick<
  CommandRow,
  'id' | 'orderId' | 'kind' | 'body' | 'fingerprint' | 'actor' | 'reason'
>;

const columns = (db: Db) =>
  db`id, order_id, kind, body, fingerprint, actor, reason, created_at, outcome, refusal, because, decided_at`;

/** How long the poller leaves a new command to the caller's own signal. */
const FIRST_SIGNAL_MS = 5_000;

/** Inserts a command; false if its id exists already. */
export async function insertCommand(db: Db, command: NewCommand, now: string): Promise<boolean> {
  const { id, orderId, kind, body, fingerprint, actor, reason } = command;
  const signalAfter = new Date(Date.parse(now) + FIRST_SIGNAL_MS).toISOString();
  const inserted = await db`
    insert into commands (id, order_id, kind, body, fingerprint, actor, reason, created_at, signal_after)
    values (${id}, ${orderId}, ${kind}, ${db.json(body as never)}, ${fingerprint}, ${actor}, ${reason}, ${now}, ${signalAfter})
    on conflict (id) do nothing returning id`;
  return inserted.length === 1;
}

export async function findCommand(db: Db, id: string): Promise<CommandRow | null> {
  const [row] = await db<CommandRow[]>`select ${columns(db)} from commands where id = ${id}`;
  return row ?? null;
}

/** @throws NettermsError `command-not-found` */
export async function getCommand(db: Db, id: string): Promise<CommandRow> {
  const row = await findCommand(db, id);
  if (!row) throw new NettermsError('command-not-found', `There is no command ${id}.`);
  return row;
}

/** The commands with these ids, in the order in which they came. */
export async function getCommands(db: Db, ids: readonly string[]): Promise<CommandRow[]> {
  return db<
    CommandRow[]
  >`select ${columns(db)} from commands where id = any(${ids as string[]}) order by position`;
}

/** An order's commands that wait for an outcome, in the order in which they came. */
export async function pendingCommands(db: Db, orderId: string): Promise<CommandRow[]> {
  return db<
    CommandRow[]
  >`select ${columns(db)} from commands where order_id = ${orderId} and outcome is null order by position`;
}

export async function commandsOf(db: Db, orderId: string): Promise<CommandRow[]> {
  return db<CommandRow[]>`select ${columns(db)} from commands where order_id = ${orderId} order by position`;
}

/** Of these commands those that wait for an outcome. */
export async function undecidedOf(db: Db, ids: readonly string[]): Promise<CommandRow[]> {
  return db<CommandRow[]>`
    select ${columns(db)} from commands where id = any(${ids as string[]}) and outcome is null order by position`;
}

/** Writes the outcome, once. */
export async function decideCommand(
  db: Db,
  id: string,
  refusal: string | null,
  now: string,
  because: Record<string, unknown> | null = null,
): Promise<void> {
  await db`update commands set outcome = ${refusal === null ? 'applied' : 'refused'}, refusal = ${refusal},
             because = ${because && db.json(because as never)}, decided_at = ${now}
           where id = ${id} and outcome is null`;
}

/** Claims commands whose workflow must be told again; the next try comes later each time, at most hourly. */
export async function claimUnsignalled(
  db: Db,
  { now, limit }: { now: string; limit: number },
): Promise<CommandRow[]> {
  return db<CommandRow[]>`
    update commands set signals = signals + 1,
      signal_after = ${now}::timestamptz + least(interval '1 hour', interval '5 seconds' * power(2, least(signals, 12)))
    where id in (select id from commands where outcome is null and signal_after <= ${now}
                 order by signal_after limit ${limit} for update skip locked)
    returning ${columns(db)}`;
}
