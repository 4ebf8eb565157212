import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { returnFee } from '../ledger/rules/debts.ts';
import { book } from '../ledger/tables.ts';
import { lockOrder } from '../orders/tables.ts';
import { reversePaymentWithin } from '../payments/reverse-payment.ts';
import { activePolicies } from '../settings/tables.ts';
import { type CollectionMove, type CollectionRow, findCollection, moveCollection } from './tables.ts';

export type CollectionStep = CollectionMove & {
  orderId: string;
  instalment: number;
  /** What the customer is charged where it was not paid. */
  fee: Money | 'policy' | 'none';
  reason: string | null;
};

/**
 * Brings the collection of an instalment to any state but `paid`, which comes with a payment. `unpaid` after `paid` takes
 * that payment back; nothing else moves money but the fee for what was not paid.
 * @returns with the orders whose workflows have to know
 * @throws NettermsError as `moveCollection` and `reversePayment` do; `currency-mismatch` for a fee
 */
export async function stepCollection(
  sql: Sql,
  given: CollectionStep,
): Promise<{ collection: CollectionRow; replayed: boolean; orderIds: string[] }> {
  const { orderId, instalment, state } = given;
  return inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    const before = await findCollection(tx, orderId, instalment);
    if (before?.state === state) return { collection: before, replayed: true, orderIds: [] };
    const bounced = state === 'unpaid' && before?.state === 'paid' ? before.paymentId : null;
    const collection = await moveCollection(tx, order, instalment, given);
    const told = state === 'unpaid' ? await returned(tx, given, { bounced, collection }) : [];
    return { collection, replayed: false, orderIds: told };
  });
}

/** Takes the payment back, where there was one; else only the fee is charged. Returns the orders that have to know. */
async function returned(
  tx: Tx,
  { orderId, instalment, fee, reason, actor, now }: CollectionStep,
  { bounced, collection }: { bounced: string | null; collection: CollectionRow },
): Promise<string[]> {
  if (bounced) {
    const charged = fee === 'none' ? undefined : fee;
    const why = reason ?? `${collection.method} returned unpaid`;
    return (await reversePaymentWithin(tx, bounced, { reason: why, actor, now, fee: charged })).orderIds;
  }
  const { order } = await lockOrder(tx, orderId);
  const asked = fee === 'policy' ? (await activePolicies(tx)).receipts.body.returnFee : fee;
  if (!asked || asked === 'none' || order.status !== 'open') return [];
  if (asked.currency !== order.currency) {
    if (fee === 'policy') return [];
    throw new NettermsError(
      'currency-mismatch',
      `Order ${orderId} is in ${order.currency}: so is a fee on it.`,
    );
  }
  const key = `collection/${orderId}/${instalment}/${collection.presentations}`;
  const entry = returnFee(key, orderId, { number: instalment, amount: asked.amount, paymentId: null });
  const { customerId, currency } = order;
  await book(tx, [entry], { customerId, currency, commandId: null, actor, now });
  return [orderId];
}
