import { randomBytes } from 'node:crypto';
import { invalid } from '../../kernel/invalid.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { paymentReference, RANDOM_SIGNS } from './rules/payment-reference.ts';

/**
 * The reference with which a customer pays these orders in one transfer. The same orders have the same reference, however
 * often it is asked for.
 * @throws NettermsError `customer-not-found`; `validation` for an order that is not the customer's
 */
export async function referenceFor(
  sql: Sql,
  { customerId, orderIds, now }: { customerId: string; orderIds: readonly string[]; now: string },
): Promise<{ reference: string; orderIds: string[] }> {
  const sorted = [...new Set(orderIds)].sort();
  return inTransaction(sql, async (tx) => {
    await lockCustomer(tx, customerId);
    const own = await tx<{ id: string }[]>`
      select id from orders where id = any(${sorted}) and customer_id = ${customerId}`;
    const missing = sorted.find((id) => !own.some((order) => order.id === id));
    if (missing !== undefined)
      invalid(`/orderIds/${orderIds.indexOf(missing)}`, `Customer ${customerId} has no order ${missing}.`);
    return { reference: await referenceOf(tx, { customerId, orderIds: sorted, now }), orderIds: sorted };
  });
}

/**
 * The same within a transaction, under the customer's lock; the orders must be the customer's.
 * @param asked what the letter that prints it asks for each order, in minor units: a transfer of that pays it
 */
export async function referenceOf(
  tx: Tx,
  {
    customerId,
    orderIds,
    asked = null,
    now,
  }: {
    customerId: string;
    orderIds: readonly string[];
    asked?: Readonly<Record<string, number>> | null;
    now: string;
  },
): Promise<string> {
  const sorted = [...new Set(orderIds)].sort();
  const [row] = await tx<{ reference: string }[]>`
    insert into payment_references (reference, customer_id, order_ids, asked, created_at)
    values (${paymentReference(randomBytes(RANDOM_SIGNS))}, ${customerId}, ${sorted},
            ${asked && tx.json(asked)}, ${now})
    on conflict (customer_id, order_ids)
      do update set asked = coalesce(excluded.asked, payment_references.asked)
    returning reference`;
  return row!.reference;
}
