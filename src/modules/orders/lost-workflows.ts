import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { firstWake } from '../../platform/temporal/first-wake.ts';
import { recordAudit } from '../audit/tables.ts';
import { type Step, stepOf } from './rules/steps.ts';
import { type LockedOrder, lockOrder, type OrderRow, orderColumns } from './tables.ts';

/** How long after a step's instant the poller begins to worry. */
const GRACE_MS = 60_000;
/** How long a workflow may be behind before people are told, and how often it is then looked at. */
export const STUCK_MS = 5 * 60_000;
/** How often it looks at an order whose next step is far, or that waits for nothing but a payment. */
const IDLE_MS = 24 * 3_600_000;

/** The steps of the order's plan that nothing has become of yet. */
export async function stepsStillPlanned(db: Db, order: OrderRow): Promise<Step[]> {
  const noted = await db<{ stepKey: string }[]>`select step_key from notices where order_id = ${order.id}`;
  const done = new Set(noted.map(({ stepKey }) => stepKey));
  return order.plan
    .filter((step) => !done.has(step.key) && (step.kind !== 'expire' || order.status === 'reserved'))
    .map(stepOf);
}

/** Raises the episode if it is still `from`; whoever succeeds starts the new workflow. Null if somebody else did. */
export async function raiseEpisode(
  sql: Sql,
  orderId: string,
  from: number,
  now: string,
): Promise<LockedOrder | null> {
  return inTransaction(sql, async (tx) => {
    const locked = await lockOrder(tx, orderId);
    if (locked.order.episode !== from || locked.order.finishedAt) return null;
    await tx`update orders set episode = ${from + 1}, started_at = null, wake_by = ${firstWake(now)}, stuck_since = null where id = ${orderId}`;
    await recordAudit(tx, {
      at: now,
      actor: 'system',
      action: 'order.resumed',
      subject: `order/${orderId}`,
      detail: { episode: from + 1 },
    });
    return { ...locked, order: { ...locked.order, episode: from + 1, startedAt: null } };
  });
}

/** Claims orders whose workflow should have been heard of by now; the lease keeps other pollers off for a while. */
export async function claimOverdueOrders(
  db: Db,
  { now, limit, leaseMs }: { now: string; limit: number; leaseMs: number },
): Promise<OrderRow[]> {
  const until = new Date(Date.parse(now) + leaseMs).toISOString();
  return db<OrderRow[]>`
    update orders set claimed_until = ${until}
    where id in (select id from orders where finished_at is null and wake_by <= ${now}
                   and (claimed_until is null or claimed_until <= ${now})
                 order by wake_by limit ${limit} for update skip locked)
    returning ${orderColumns(db)}`;
}

/** Lets the poller look at all unfinished orders now, instead of when their next step is over. */
export async function wakeOrders(db: Db, now: string): Promise<void> {
  await db`update orders set wake_by = ${now} where finished_at is null`;
}

/** The oldest command of an order that waits for an outcome came at that instant; null if none waits. */
export async function waitingSince(db: Db, orderId: string): Promise<string | null> {
  const [row] = await db<{ since: string | null }[]>`
    select min(created_at) as since from commands where order_id = ${orderId} and outcome is null`;
  return row?.since ?? null;
}

/** The workflow runs but does not get on: shown to people until its next pass, and looked at again soon. */
export async function noteStuck(db: Db, orderId: string, now: string): Promise<void> {
  const again = new Date(Date.parse(now) + STUCK_MS).toISOString();
  await db`update orders set stuck_since = coalesce(stuck_since, ${now}), wake_by = ${again} where id = ${orderId}`;
}

/** Nothing was to be done, and the workflow runs: look again after its next step, or in a day. */
export async function noteIdle(db: Db, { id, nextStep }: OrderRow, now: string): Promise<void> {
  const later = nextStep && nextStep.at > now ? nextStep.at : undefined;
  await db`update orders set wake_by = ${wakeBy(Date.parse(now), later)} where id = ${id}`;
}

/** When the poller looks at the order: soon after the instant at which it should have got on, and once a day at least. */
export function wakeBy(now: number, at: string | undefined): string {
  const due = at === undefined ? Number.POSITIVE_INFINITY : Math.max(now, Date.parse(at)) + GRACE_MS;
  return new Date(Math.min(due, now + IDLE_MS)).toISOString();
}
