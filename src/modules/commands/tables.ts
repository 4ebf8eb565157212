import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { OrderCommandKind } from '../orders/rules/order-state.ts';
import type { CommandKind } from './rules/kinds.ts';
import type { Refusal } from './rules/refusal.ts';

export type CommandRow = {
  id: string;
  customerId: string;
  /** Null for a customer's command. */
  orderId: string | null;
  /** The customer's command that asked this of the order. */
  parentId: string | null;
  kind: CommandKind;
  body: Record<string, unknown>;
  fingerprint: string;
  actor: string;
  reason: string | null;
  createdAt: string;
  outcome: 'applied' | 'refused' | null;
  refusal: string | null;
  /** The refusal as a sentence, and further members of the problem. */
  because: { detail?: string; members?: Record<string, unknown> } | null;
  decidedAt: string | null;
};
/** A command of an order. */
export type OrderCommandRow = CommandRow & { orderId: string; kind: OrderCommandKind };

export type NewCommand = Omit<CommandRow, 'createdAt' | 'outcome' | 'refusal' | 'because' | 'decidedAt'>;

const columns = (db: Db) =>
  db`id, customer_id, order_id, parent_id, kind, body, fingerprint, actor, reason, created_at, outcome, refusal, because,
  decided_at`;

/** The channel on which PostgreSQL announces the id of a decided command. */
export const OUTCOME_CHANNEL = 'netterms_outcome';

/** Inserts a command; only the pipeline does this (commands/submit.ts). Null if its id already exists. */
export async function insertCommand(db: Db, command: NewCommand, now: string): Promise<CommandRow | null> {
  const { id, customerId, orderId, parentId, kind, body, fingerprint, actor, reason } = command;
  const [row] = await db<CommandRow[]>`
    insert into commands (id, customer_id, order_id, parent_id, kind, body, fingerprint, actor, reason, created_at)
    values (${id}, ${customerId}, ${orderId}, ${parentId}, ${kind}, ${db.json(body as never)}, ${fingerprint}, ${actor},
            ${reason}, ${now})
    on conflict (id) do nothing returning ${columns(db)}`;
  return row ?? null;
}

export async function findCommand(db: Db, id: string): Promise<CommandRow | null> {
  const [row] = await db<CommandRow[]>`select ${columns(db)} from commands where id = ${id}`;
  return row ?? null;
}

/**
 * A command of an order.
 * @throws NettermsError `command-not-found`
 */
export async function getOrderCommand(db: Db, id: string): Promise<OrderCommandRow> {
  const row = await findCommand(db, id);
  if (!row?.orderId) throw new NettermsError('command-not-found', `There is no command ${id}.`);
  return row as OrderCommandRow;
}

/** The commands with these ids, oldest first. */
export async function getCommands(db: Db, ids: readonly string[]): Promise<CommandRow[]> {
  return db<
    CommandRow[]
  >`select ${columns(db)} from commands where id = any(${ids as string[]}) order by position`;
}

/** The commands that a customer's command asked of orders, oldest first. */
export async function childrenOf(db: Db, parentId: string): Promise<OrderCommandRow[]> {
  return db<
    OrderCommandRow[]
  >`select ${columns(db)} from commands where parent_id = ${parentId} order by position`;
}

/** The first commands of an order that wait for an outcome, oldest first. */
export async function pendingCommands(db: Db, orderId: string, limit: number): Promise<OrderCommandRow[]> {
  return db<OrderCommandRow[]>`
    select ${columns(db)} from commands where order_id = ${orderId} and outcome is null order by position limit ${limit}`;
}

export async function commandsOf(db: Db, orderId: string): Promise<OrderCommandRow[]> {
  return db<
    OrderCommandRow[]
  >`select ${columns(db)} from commands where order_id = ${orderId} order by position`;
}

/** Writes the outcome, once, and notifies all who wait for it. */
export async function decideCommand(
  db: Db,
  id: string,
  { refusal, now }: { refusal: Refusal | null; now: string },
): Promise<void> {
  const because = refusal && { detail: refusal.detail, members: refusal.because };
  await db`
    with decided as (
      update commands set outcome = ${refusal === null ? 'applied' : 'refused'}, refusal = ${refusal?.code ?? null},
        because = ${because && db.json(because as never)}, decided_at = ${now}
      where id = ${id} and outcome is null returning id)
    select pg_notify(${OUTCOME_CHANNEL}, id) from decided`;
}

/**
 * Claims commands whose workflow must be notified again. The pause between tries grows, up to an hour; `late` from the
 * seventh try on, some five minutes after the command.
 */
export async function claimUnsignalled(
  db: Db,
  { limit }: { limit: number },
): Promise<(OrderCommandRow & { late: boolean })[]> {
  return db<(OrderCommandRow & { late: boolean })[]>`
    update commands set signals = signals + 1,
      signal_after = now() + least(interval '1 hour', interval '5 seconds' * power(2, least(signals, 12)))
    where id in (select id from commands where outcome is null and signal_after <= now()
                 order by signal_after limit ${limit} for update skip locked)
    returning ${columns(db)}, signals > 6 as late`;
}
