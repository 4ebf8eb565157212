import { type Db, type Fragment, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { instalmentsOfOrders, lockOrder } from '../orders/tables.ts';
import { recordEvent } from './record-event.ts';

/**
 * Records `order.overdue` for instalments whose due date has passed and of which something is outstanding: once for each
 * due date that an instalment has had, so that one that was extended is overdue again. Several may run at once.
 * @param limit how many instalments to look at; those overdue for longest come first
 * @returns how many it found
 */
export async function recordOverdue(sql: Sql, now: string, limit: number): Promise<number> {
  const found = await sql<{ orderId: string }[]>`${unrecorded(sql, now, limit)}`;
  for (const orderId of new Set(found.map((row) => row.orderId))) await recordOverdueOf(sql, orderId, now);
  return found.length;
}

/** The orders of overdue instalments without an event for their present due date: a statement that an index answers. */
export const unrecorded = (db: Db, now: string, limit: number): Fragment => db`
  select i.order_id from instalments i join orders o on o.id = i.order_id
  where i.outstanding > 0 and i.due_at <= ${now} and o.status = 'open'
    and not exists (select from events e
      where e.id = 'order-' || i.order_id || '.overdue.' || i.number || '.' || i.moves)
  order by i.due_at limit ${limit}`;

async function recordOverdueOf(sql: Sql, orderId: string, now: string): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    if (order.status !== 'open') return;
    const { customerId, currency } = order;
    for (const { number, moves, dueOn, dueAt, outstanding } of await instalmentsOfOrders(tx, [orderId])) {
      if (outstanding <= 0 || dueAt === null || Date.parse(dueAt) > Date.parse(now)) continue;
      const id = `order-${orderId}.overdue.${number}.${moves}`;
      const data = { instalment: number, dueOn, outstanding: { amount: outstanding, currency } };
      const event = { id, type: 'order.overdue', orderId, customerId, data } as const;
      await recordEvent(tx, event, { at: now, notifiesStore: true });
    }
  });
}
