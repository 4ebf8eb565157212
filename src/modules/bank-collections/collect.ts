import { NettermsError } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import type { Money } from '../../kernel/money.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import type { Commands } from '../commands/commands.ts';
import { getOrder, lockOrder } from '../orders/tables.ts';
import { recordPayment } from '../payments/record-payment.ts';
import { findPayment } from '../payments/tables.ts';
import { type BankCollectionStep, stepBankCollection } from './step-bank-collection.ts';
import { type BankCollectionRow, findBankCollection, instalmentOf, moveBankCollection } from './tables.ts';

export type Collect = BankCollectionStep & {
  /** What was collected; null: all that is open of the instalment. */
  amount: Money | null;
};

type Deps = { sql: Sql; commands: Commands };
/** `waiting`: the order's workflow has not booked the payment yet. */
export type Collected = { collection: BankCollectionRow; replayed: boolean; waiting: boolean };

/**
 * Moves the collection of an instalment to a state. `paid` books a payment on the instalment, and `unpaid` after `paid`
 * reverses that payment. Apart from that, only the fee for an unpaid collection moves money.
 * @throws NettermsError with the codes of `moveBankCollection`, `recordPayment` and `reversePayment`
 */
export async function collect(deps: Deps, given: Collect): Promise<Collected> {
  if (given.state === 'paid') return bookPaid(deps, given);
  const done = await deps.commands.transact((tx, ask) => stepBankCollection(tx, ask, given));
  return { collection: done.collection, replayed: done.replayed, waiting: false };
}

async function bookPaid({ sql, commands }: Deps, given: Collect): Promise<Collected> {
  const { orderId, instalment, on, actor, reason, now } = given;
  const paymentId =
    given.paymentId ?? invalid('/paymentId', 'Give the payment an id of your own that no other payment has.');
  const { currency } = await getOrder(sql, orderId);
  const line = await instalmentOf(sql, orderId, instalment);
  const before = await findBankCollection(sql, orderId, instalment);
  if (before?.state === 'paid' && before.paymentId === paymentId && (await isSame(sql, paymentId, given)))
    return { collection: before, replayed: true, waiting: false };
  if (line.outstanding <= 0 && !given.amount)
    throw new NettermsError(
      'instalment-paid',
      `Instalment ${instalment} of order ${orderId} is already paid: give the amount that the bank paid, and it becomes credit.`,
    );
  const amount = given.amount ?? { amount: line.outstanding, currency };
  const method = given.method ?? before?.method ?? 'riba';
  const { asked, collection } = await commands.transact(async (tx, ask) => {
    const asked = await ask.order(recordPayment, {
      orderId,
      body: { paymentId, ...amount, receivedOn: on, method, reference: null, instalment },
      content: { collection: instalment, on, amount },
      ...{ actor, reason, idempotencyKey: null, now },
    });
    const { order } = await lockOrder(tx, orderId);
    if (!asked.replayed)
      await moveBankCollection(tx, order, instalment, { ...given, paymentId }, await ask.situation(now));
    return { asked, collection: (await findBankCollection(tx, orderId, instalment))! };
  });
  if (collection.state !== 'paid' || collection.paymentId !== paymentId)
    throw new NettermsError(
      'conflict',
      `Payment ${paymentId} was already returned: give this payment a new id.`,
    );
  return { collection, replayed: asked.replayed, waiting: asked.command?.outcome === null };
}

/** Whether the payment has the given amount; true if none is given. */
async function isSame(sql: Sql, paymentId: string, { amount }: Collect): Promise<boolean> {
  const known = await findPayment(sql, paymentId);
  return amount === null || (known?.amount === amount.amount && known.currency === amount.currency);
}
