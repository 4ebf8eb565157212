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
};

const columns = (db: Db) =>
  db`id, order_id, sequence, type, attempts, last_status, last_error, created_at, delivered_at`;

/** Begins an attempt; at the first one the event gets its place in the order's sequence. Needs the order's lock. */
export async function beginDelivery(
  db: Tx,
  { id, orderId, type, now }: { id: string; orderId: string; type: string; now: string },
): Promise<DeliveryRow> {
  const [known] = await db<
    DeliveryRow[]
  >`update webhook_deliveries set attempts = attempts + 1 where id = ${id} returning ${columns(db)}`;
  if (known) return known;
  const sequence = await nextStoreSequence(db, orderId);
  const [row] = await db<DeliveryRow[]>`
    insert into webhook_deliveries (id, order_id, sequence, type, attempts, created_at)
    values (${id}, ${orderId}, ${sequence}, ${type}, 1, ${now}) returning ${columns(db)}`;
  return row!;
}

export async function endDelivery(
  db: Db,
  id: string,
  { status, error, deliveredAt }: { status: number | null; error: string | null; deliveredAt: string | null },
): Promise<void> {
  await db`update webhook_deliveries set last_status = ${status}, last_error = ${error}, delivered_at = ${deliveredAt} where id = ${id}`;
}

export async function deliveriesOf(db: Db, orderId: string): Promise<DeliveryRow[]> {
  return db<
    DeliveryRow[]
  >`select ${columns(db)} from webhook_deliveries where order_id = ${orderId} order by sequence`;
}
