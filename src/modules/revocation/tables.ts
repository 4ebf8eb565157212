import { NettermsError } from '../../kernel/errors.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { findMail, type MailState } from '../mail/tables.ts';

/** What happens to the open orders: they continue as agreed, or all that is open on them is due at once. */
export type OpenOrders = 'keep' | 'demand';

/** A revocation as stored, and its progress. */
export type RevocationRow = {
  id: string;
  customerId: string;
  openOrders: OpenOrders;
  reason: string;
  actor: string;
  commandId: string;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** How many orders were open or reserved at the revocation. */
  orders: number;
  /** In how many of them the demand has taken effect; the others were closed first, or are waiting. */
  demanded: number;
};

const columns = (
  db: Db,
) => db`id, customer_id, command_id, open_orders, reason, actor, created_at, started_at, finished_at,
  (select count(*)::int from revocation_orders o where o.revocation_id = revocations.id) as orders,
  (select count(*)::int from revocation_orders o join commands c on c.id = o.command_id
   where o.revocation_id = revocations.id and c.outcome = 'applied') as demanded`;

/** Where a revocation stands; one that keeps the open orders is finished at once. */
export function revocationState({
  startedAt,
  finishedAt,
}: RevocationRow): 'waiting' | 'running' | 'finished' {
  if (finishedAt) return 'finished';
  return startedAt ? 'running' : 'waiting';
}

/** The one place where the id of a revocation's workflow is made. */
export const revocationWorkflowId = (revocationId: string): string => `revoke/${revocationId}`;

/** The letter's business key. */
export const demandMailId = (revocationId: string): string => `demand:${revocationId}`;

/** The inverse of `demandMailId`. */
export const revocationOfMail = (mailId: string): string => mailId.slice('demand:'.length);

export async function findRevocation(db: Db, id: string): Promise<RevocationRow | null> {
  const [row] = await db<RevocationRow[]>`select ${columns(db)} from revocations where id = ${id}`;
  return row ?? null;
}

/** @throws NettermsError `revocation-not-found` */
export async function getRevocation(db: Db, id: string): Promise<RevocationRow> {
  const row = await findRevocation(db, id);
  if (!row) throw new NettermsError('revocation-not-found', `There is no revocation ${id}.`);
  return row;
}

/** A customer's latest revocation with a demand, and the state of its letter; null if there was none. */
export async function latestDemand(
  db: Db,
  customerId: string,
): Promise<{ revocation: RevocationRow; letter: MailState | null } | null> {
  const [revocation] = await db<RevocationRow[]>`
    select ${columns(db)} from revocations where customer_id = ${customerId} and open_orders = 'demand'
    order by created_at desc, id limit 1`;
  if (!revocation) return null;
  return { revocation, letter: (await findMail(db, demandMailId(revocation.id)))?.state ?? null };
}

/** Keeps a revocation; with a demand, the orders of the customer that are reserved or open at that moment. */
export async function insertRevocation(
  tx: Tx,
  given: Pick<RevocationRow, 'id' | 'customerId' | 'openOrders' | 'reason' | 'actor' | 'commandId'> & {
    now: string;
  },
): Promise<void> {
  const { id, customerId, openOrders, reason, actor, commandId, now } = given;
  const demand = openOrders === 'demand';
  const kept = await tx`
    insert into revocations (id, customer_id, command_id, open_orders, reason, actor, created_at, finished_at)
    values (${id}, ${customerId}, ${commandId}, ${openOrders}, ${reason}, ${actor}, ${now}, ${demand ? null : now})
    on conflict (id) do nothing returning id`;
  if (kept.length === 0)
    throw new NettermsError(
      'conflict',
      `Revocation ${id} was already used with another content: use a new one, or repeat the very same request.`,
    );
  if (demand)
    await tx`
      insert into revocation_orders (revocation_id, order_id)
      select ${id}, id from orders where customer_id = ${customerId} and status in ('reserved', 'open')`;
}

/** Notes that the workflow has started. */
export async function noteRevocationStarted(db: Db, id: string, now: string): Promise<void> {
  await db`update revocations set started_at = coalesce(started_at, ${now}) where id = ${id}`;
}

/** Orders of a revocation that have not been asked yet, by id. */
export async function ordersToDemand(db: Db, id: string, limit: number): Promise<string[]> {
  const rows = await db<{ orderId: string }[]>`
    select order_id from revocation_orders where revocation_id = ${id} and command_id is null order by order_id limit ${limit}`;
  return rows.map(({ orderId }) => orderId);
}

/** Notes the command by which an order was asked. */
export async function noteDemanded(
  tx: Tx,
  { revocationId, orderId, commandId }: { revocationId: string; orderId: string; commandId: string },
): Promise<void> {
  await tx`update revocation_orders set command_id = ${commandId} where revocation_id = ${revocationId} and order_id = ${orderId}`;
}

/** How many orders of a revocation still wait for their workflow's answer. */
export async function demandsWaiting(db: Db, id: string): Promise<number> {
  const [row] = await db<{ waiting: number }[]>`
    select count(*)::int as waiting from revocation_orders o left join commands c on c.id = o.command_id
    where o.revocation_id = ${id} and c.outcome is null`;
  return row!.waiting;
}

/** What is owed on one order; the amount in minor units. */
export type Owed = { orderId: string; orderNumber: string | null; outstanding: number; currency: string };

/** What is still owed on the orders of a revocation, the oldest first. Exact under the customer's lock. */
export async function demandedOf(tx: Tx, id: string): Promise<Owed[]> {
  return tx<Owed[]>`
    select o.id as order_id, o.order_number, o.outstanding, o.currency
    from revocation_orders r join orders o on o.id = r.order_id
    where r.revocation_id = ${id} and o.status = 'open' and o.outstanding > 0 order by o.placed_at, o.id`;
}

/** Ends the revocation, as the last step of its workflow. A repeat changes nothing. */
export async function finishRevocation(db: Db, id: string, now: string): Promise<void> {
  await db`update revocations set finished_at = coalesce(finished_at, ${now}) where id = ${id}`;
}

/** Revocations that were written before that instant and are not finished, by id. */
export async function unfinishedRevocationsBefore(db: Db, instant: string): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from revocations where finished_at is null and created_at < ${instant} order by id`;
  return rows.map(({ id }) => id);
}

/** Claims revocations that are not finished; the lease keeps other pollers off for a while. */
export async function claimRevocations(
  db: Db,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<RevocationRow[]> {
  return db<RevocationRow[]>`
    update revocations set wake_by = now() + ${leaseMs} * interval '1 millisecond'
    where id in (select id from revocations where finished_at is null and wake_by <= now()
                 order by wake_by limit ${limit} for update skip locked)
    returning ${columns(db)}`;
}

/** Makes the poller look at all unfinished revocations now. */
export async function wakeRevocations(db: Db): Promise<void> {
  await db`update revocations set wake_by = now() where finished_at is null`;
}
