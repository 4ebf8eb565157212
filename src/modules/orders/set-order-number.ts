import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { lockOrder } from './tables.ts';

/**
 * Writes the number by which the store and the customer know the order; later letters contain it. Audited.
 * @throws NettermsError `order-not-found`
 */
export async function setOrderNumber(
  sql: Sql,
  id: string,
  { orderNumber, actor, now }: { orderNumber: string; actor: string; now: string },
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, id);
    if (order.orderNumber === orderNumber) return;
    await tx`update orders set order_number = ${orderNumber} where id = ${id}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'order.numbered',
      subject: `order/${id}`,
      detail: { before: order.orderNumber, after: orderNumber },
    });
  });
}
