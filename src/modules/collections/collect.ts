import { NettermsError } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import type { Money } from '../../kernel/money.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { submitCommand } from '../commands/submit-command.ts';
import { tellAll } from '../commands/tell-and-wait.ts';
import type { OrderProcess } from '../orders/order-workflows.ts';
import { getOrder } from '../orders/tables.ts';
import { findPayment } from '../payments/tables.ts';
import { type CollectionStep, stepCollection } from './step-collection.ts';
import { type CollectionRow, findCollection, instalmentOf, moveCollection } from './tables.ts';

export type Collect = CollectionStep & {
  /** What was collected; all that is open of the instalment if not given. */
  amount: Money | null;
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
  if (given.state === 'paid') return bookPaid(deps, given);
  const { collection, replayed, orderIds } = await stepCollection(sql, given);
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
  if (before?.state === 'paid' && before.paymentId === paymentId && (await isSame(sql, paymentId, given)))
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
  if (collection.state !== 'paid' || collection.paymentId !== paymentId)
    throw new NettermsError(
      'conflict',
      `Payment ${paymentId} came back already: give this one an id of its own.`,
    );
  return { collection, replayed: submitted.replayed, waiting: submitted.command.outcome === null };
}

/** Whether the payment is of the amount that is given, if one is. */
async function isSame(sql: Sql, paymentId: string, { amount }: Collect): Promise<boolean> {
  const known = await findPayment(sql, paymentId);
  return amount === null || (known?.amount === amount.amount && known.currency === amount.currency);
}
