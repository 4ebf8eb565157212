import { randomBytes } from 'node:crypto';
import { NettermsError } from '../../kernel/errors.ts';
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

/** The same within a transaction, under the customer's lock; the orders must be the customer's. */
export async function referenceOf(
  tx: Tx,
  { customerId, orderIds, now }: { customerId: string; orderIds: readonly string[]; now: string },
): Promise<string> {
  const sorted = [...new Set(orderIds)].sort();
  const [row] = await tx<{ reference: string }[]>`
    with made as (
      insert into payment_references (reference, customer_id, order_ids, created_at)
      values (${paymentReference(randomBytes(RANDOM_SIGNS))}, ${customerId}, ${sorted}, ${now})
      on conflict (customer_id, order_ids) do nothing returning reference)
    select reference from made
    union all select reference from payment_references where customer_id = ${customerId} and order_ids = ${sorted}`;
  if (row) return row.reference;
  throw new NettermsError('unavailable', 'The reference could not be made: try again.');
}
