import { afterwards, outstandingOf, payable } from '../../domain/ledger/entry.ts';
import { allocation } from '../../domain/ledger/receipts.ts';
import { creditSources, draw } from '../credit.ts';
import { balancesOf, book } from '../ledger.ts';
import { type Apply, bookingOf, notOpen } from './command.ts';
import { concede } from './concede.ts';

/** Credit held for the customer pays the order, the earliest instalment first: all of the amount, or nothing. */
export const applyCredit: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  const { amount, currency } = command.body as { amount: number; currency: string };
  if (currency !== order.currency) return 'currency-mismatch';
  let balances = await balancesOf(tx, order.id);
  if (amount > outstandingOf(balances)) return 'allocation-exceeds-outstanding';
  const held = await creditSources(tx, order.customerId, order.currency, { before: command.id });
  const sources = draw(held, amount);
  if (!sources) return 'insufficient-credit';

  const entries = sources.flatMap(({ paymentId, amount }) => {
    const paid = payable(balances, amount);
    balances = afterwards(balances, paid);
    return allocation(`${command.id}/${paymentId ?? 'credit'}`, order.id, paid, paymentId);
  });
  const booking = bookingOf(subject, command, context);
  await book(tx, entries, booking);
  await concede(tx, order, booking, { key: command.id, paymentId: sources.at(-1)?.paymentId ?? null });
  return null;
};
