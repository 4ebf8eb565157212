import type { Db, Tx } from '../../platform/postgres/client.ts';
import { nextStoreSequence } from '../orders/changes.ts';

/** A webhook to the store: one row for each business event, however often it is tried. */
export type DeliveryRow = {
  id: string;
  orderId: string;
  sequence: number;
  type: string;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: string;
  deliveredAt: string | null;
  givenUpAt: string | null;
};

const columns = (db: Db) =>
  db`id, order_id, sequence, type, attempts, last_status, last_error, created_at, delivered_at, given_up_at`;

/** Begins an attempt; at the first one the event gets its place in the order's sequence. Needs the order's lock. */
export async function beginDelivery(
  db: Tx,
  { id, orderId, type, now }: { id: string; orderId: string; type: string; now: string },
): Promise<DeliveryRow> {
  const [known] = await db<
    DeliveryRow[]
  >`update webhook_deliveries set attempts = attempts + 1, given_up_at = null where id = ${id} returning ${columns(db)}`;
  if (known) return known;
  const sequence = await nextStoreSequence(db, orderId);
  const [row] = await db<DeliveryRow[]>`
    insert into webhook_deliveries (id, order_id, sequence, type, attempts, created_at)
    values (${id}, ${orderId}, ${sequence}, ${type}, 1, ${now}) returning ${columns(db)}`;
  return row!;
}

/** Writes what an attempt has come to. Changes nothing if the store has acknowledged another attempt. */
export async function endDelivery(
  db: Db,
  id: string,
  { status, error, deliveredAt }: { status: number | null; error: string | null; deliveredAt: string | null },
): Promise<void> {
  await db`update webhook_deliveries set last_status = ${status}, last_error = ${error}, delivered_at = ${deliveredAt}
           where id = ${id} and delivered_at is null`;
}

/** Gives up what the store has not acknowledged of an order: nothing is tried any more. */
export async function giveUpDeliveries(tx: Tx, orderId: string, now: string): Promise<void> {
  await tx`update webhook_deliveries set given_up_at = coalesce(given_up_at, ${now})
           where order_id = ${orderId} and delivered_at is null`;
}

export async function deliveriesOf(db: Db, orderId: string): Promise<DeliveryRow[]> {
  return db<
    DeliveryRow[]
  >`select ${columns(db)} from webhook_deliveries where order_id = ${orderId} order by sequence`;
}
