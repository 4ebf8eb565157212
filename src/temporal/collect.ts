import { inTransaction, type Sql, type Tx } from '../db/client.ts';
import {
  type CollectionMove,
  type CollectionRow,
  findCollection,
  instalmentOf,
  moveCollection,
} from '../db/collections.ts';
import { book } from '../db/ledger.ts';
import { getOrder, lockOrder } from '../db/orders.ts';
import { activePolicies } from '../db/policies.ts';
import { reversePaymentWithin } from '../db/reverse-payment.ts';
import { NettermsError } from '../domain/errors.ts';
import { invalid } from '../domain/invalid.ts';
import { returnFee } from '../domain/ledger/debts.ts';
import type { Money } from '../domain/money.ts';
import type { OrderProcess } from './order-process.ts';
import { submitCommand } from './submit-command.ts';
import { tellAll } from './tell-and-wait.ts';

export type Collect = CollectionMove & {
  orderId: string;
  instalment: number;
  /** What was collected; all that is open of the instalment if not given. */
  amount: Money | null;
  /** What the customer is charged where it was not paid. */
  fee: Money | 'policy' | 'none';
  reason: string | null;
};

type Deps = { sql: Sql; process: OrderProcess; now: string };
/** `waiting`: the order's workflow has not booked the payment yet. */
export type Collected = { collection: CollectionRow; replayed: boolean; waiting: boolean };

/**
 * Brings the collection of an instalment to a state. `paid` is a payment on the instalment, `unpaid` after it takes
 * that payment back; nothing else moves money but the fee for what was not paid.
 * @throws NettermsError as `moveCollection`, `submitCommand` and `reversePayment` do
 */
export async function collect(deps: Deps, given: Collect): Promise<Collected> {
  const { sql, process } = deps;
  const { orderId, instalment, state } = given;
  if (state === 'paid') return bookPaid(deps, given);
  const { collection, replayed, orderIds } = await inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    const before = await findCollection(tx, orderId, instalment);
    if (before?.state === state) return { collection: before, replayed: true, orderIds: [] };
    const bounced = state === 'unpaid' && before?.state === 'paid' ? before.paymentId : null;
    const collection = await moveCollection(tx, order, instalment, given);
    const told = state === 'unpaid' ? await returned(tx, given, { bounced, collection }) : [];
    return { collection, replayed: false, orderIds: told };
  });
  await tellAll(
    process,
    orderIds.map((orderId) => ({ orderId, kind: 'lookAgain' })),
  );
  return { collection, replayed, waiting: false };
}

async function bookPaid({ sql, process, now }: Deps, given: Collect): Promise<Collected> {
  const { orderId, instalment, on, actor, reason } = given;
  const paymentId =
    given.paymentId ?? invalid('/paymentId', 'Name the payment: an id of your own, used once.');
  const { currency } = await getOrder(sql, orderId);
  const line = await instalmentOf(sql, orderId, instalment);
  const before = await findCollection(sql, orderId, instalment);
  if (before?.state === 'paid' && before.paymentId === paymentId)
    return { collection: before, replayed: true, waiting: false };
  if (line.outstanding <= 0 && !given.amount)
    throw new NettermsError(
      'instalment-paid',
      `Instalment ${instalment} of order ${orderId} is paid already: give the amount that the bank paid, and it becomes credit.`,
    );
  const amount = given.amount ?? { amount: line.outstanding, currency };
  const method = given.method ?? before?.method ?? 'riba';
  const submitted = await submitCommand(
    { sql, process, now },
    {
      orderId,
      kind: 'recordPayment',
      actor,
      reason,
      content: { collection: instalment, on, amount },
      idempotencyKey: null,
      payment: { paymentId, amount, receivedOn: on, method, reference: null, instalment },
      async within(tx, { order }) {
        await moveCollection(tx, order, instalment, { ...given, paymentId });
      },
    },
  );
  const collection = (await findCollection(sql, orderId, instalment))!;
  return { collection, replayed: submitted.replayed, waiting: submitted.command.outcome === null };
}

/** Takes the payment back, where there was one; else only the fee is charged. Returns the orders to tell. */
async function returned(
  tx: Tx,
  { orderId, instalment, fee, reason, actor, now }: Collect,
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
