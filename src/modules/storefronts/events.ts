import type { Db } from '../../platform/postgres/client.ts';
import type { EventType } from './rules/event.ts';

/** A webhook that a dispatcher sends: one row for each business event, however often it is tried. */
export type EventRow = {
  id: string;
  type: EventType;
  orderId: string | null;
  customerId: string;
  sequence: number | null;
  /** With the order's number, if it is about an order. */
  data: Record<string, unknown> & { orderNumber?: string | null };
  createdAt: string;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  deliveredAt: string | null;
  givenUpAt: string | null;
};

const columns = (
  db: Db,
) => db`id, type, order_id, customer_id, sequence, data, created_at, attempts, last_status,
  last_error, delivered_at, given_up_at`;

/**
 * Claims events whose time has come, and counts the attempt. No other dispatcher gets them while the lease lasts, by
 * PostgreSQL's clock. Of one order the next webhook is claimed only when all earlier ones, those of its workflow
 * included, are acknowledged or given up.
 */
export async function claimEvents(
  db: Db,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<EventRow[]> {
  return db<EventRow[]>`
    update events set attempts = attempts + 1, next_try_at = now() + ${leaseMs} * interval '1 millisecond'
    where id in (
      select e.id from events e
      where e.delivered_at is null and e.given_up_at is null and e.next_try_at <= now()
        and not exists (select from events earlier
          where earlier.order_id = e.order_id and earlier.sequence < e.sequence
            and earlier.delivered_at is null and earlier.given_up_at is null)
        and not exists (select from webhook_deliveries d join orders o on o.id = d.order_id
          where d.order_id = e.order_id and d.sequence < e.sequence
            and d.delivered_at is null and d.given_up_at is null
            and not (d.type = 'order.marked_paid' and o.paid_in_store = 'chased'))
      order by e.next_try_at, e.id limit ${limit} for update of e skip locked)
    returning ${columns(db)}`;
}

/** The store has acknowledged the event, whatever another attempt has come to. */
export async function markDelivered(
  db: Db,
  id: string,
  { status, at }: { status: number; at: string },
): Promise<void> {
  await db`update events set delivered_at = ${at}, given_up_at = null, last_status = ${status}, last_error = null
           where id = ${id} and delivered_at is null`;
}

/**
 * Writes what a failed attempt has come to: the event is tried again after some seconds, or given up. Changes nothing if
 * another attempt has begun meanwhile.
 */
export async function markFailed(
  db: Db,
  { id, attempts }: Pick<EventRow, 'id' | 'attempts'>,
  outcome: { status: number | null; error: string } & ({ retryAfterSeconds: number } | { givenUpAt: string }),
): Promise<void> {
  const next =
    'givenUpAt' in outcome
      ? db`given_up_at = ${outcome.givenUpAt}`
      : db`next_try_at = now() + ${outcome.retryAfterSeconds} * interval '1 second'`;
  await db`update events set last_status = ${outcome.status}, last_error = ${outcome.error}, ${next}
           where id = ${id} and attempts = ${attempts} and delivered_at is null and given_up_at is null`;
}

export async function eventsOf(db: Db, orderId: string): Promise<EventRow[]> {
  return db<EventRow[]>`select ${columns(db)} from events where order_id = ${orderId} order by sequence`;
}
