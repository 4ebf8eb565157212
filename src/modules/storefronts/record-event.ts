import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { nextStoreSequence } from '../orders/changes.ts';
import type { EventData, EventType } from './rules/event.ts';

/** An event for the store; `id` is its business key, the webhook-id. */
export type NewEvent = {
  [Type in EventType]: {
    readonly id: string;
    readonly type: Type;
    /** Null: it is about the customer alone. */
    readonly orderId: string | null;
    readonly customerId: string;
    readonly data: EventData[Type];
  };
}[EventType];

/**
 * Records an event, which a dispatcher sends after the commit. It takes the next place in its order's sequence, and its
 * content never changes. A known id changes nothing; nor does anything where no store is notified. Needs the order's
 * lock, if it is about an order.
 * @param at when it happened
 */
export async function recordEvent(
  tx: Tx,
  { id, type, orderId, customerId, data }: NewEvent,
  { at, notifiesStore }: { at: Instant; notifiesStore: boolean },
): Promise<void> {
  if (!notifiesStore) return;
  const [[known], [order]] = await Promise.all([
    tx`select 1 from events where id = ${id}`,
    tx<{ orderNumber: string | null }[]>`select order_number from orders where id = ${orderId}`,
  ]);
  if (known) return;
  const sequence = orderId === null ? null : await nextStoreSequence(tx, orderId);
  const content = order ? { orderNumber: order.orderNumber, ...data } : data;
  await tx`
    insert into events (id, type, order_id, customer_id, sequence, data, created_at)
    values (${id}, ${type}, ${orderId}, ${customerId}, ${sequence}, ${tx.json(content)}, ${at})
    on conflict (id) do nothing`;
}
