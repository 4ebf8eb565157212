import type { Day } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { type Apply, bookingOf, notOpen } from '../commands/command.ts';
import { afterCharges, chargeInterest } from '../interest/charge-interest.ts';
import { afterwards, outstandingOf, payable } from '../ledger/rules/entry.ts';
import { allocation } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { concede } from './concede.ts';
import { type CreditSource, creditSources, draw } from './credit-sources.ts';
import { findPayment } from './tables.ts';

/**
 * Credit held for the customer pays the order, the earliest instalment first: all of the amount, or nothing. Where money
 * of it came late, interest is charged up to the day of the last that did; credit that no payment left is charged none.
 */
export const applyCredit: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  const { amount, currency } = command.body as { amount: number; currency: string };
  if (currency !== order.currency) return 'currency-mismatch';
  const held = await creditSources(tx, order.customerId, order.currency, { before: command.id });
  const sources = draw(held, amount);
  const until = sources && (await lastReceivedOn(tx, sources));
  const before = await balancesOf(tx, order.id);
  const owed = until === null ? before : await afterCharges(tx, order, until, before);
  if (amount > outstandingOf(owed)) return 'allocation-exceeds-outstanding';
  if (!sources) return 'insufficient-credit';

  const booking = bookingOf(subject, command, context);
  if (until !== null) await chargeInterest(tx, order, { key: command.id, until, booking });
  let balances = await balancesOf(tx, order.id);

  const entries = sources.flatMap(({ paymentId, amount }) => {
    const paid = payable(balances, amount);
    balances = afterwards(balances, paid);
    return allocation(
      `${command.id}/${paymentId === null ? 'credit' : `payment/${paymentId}`}`,
      order.id,
      paid,
      paymentId,
    );
  });
  await book(tx, entries, booking);
  await concede(tx, order, booking, { key: command.id, paymentId: sources.at(-1)?.paymentId ?? null });
  return null;
};

/** Sources are in the order in which their money came. */
async function lastReceivedOn(tx: Tx, sources: readonly CreditSource[]): Promise<Day | null> {
  const last = sources.at(-1)?.paymentId ?? null;
  return last === null ? null : (await findPayment(tx, last))!.receivedOn;
}
