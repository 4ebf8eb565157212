import { type Apply, bookingOf, notOpen } from '../commands/command.ts';
import { chargeInterest } from '../interest/charge-interest.ts';
import { lessOwed } from '../ledger/rules/corrections.ts';
import { afterwards, payable } from '../ledger/rules/entry.ts';
import { allocation } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { concede } from './concede.ts';
import { leftOfPayment } from './credit-sources.ts';
import { type AllocateBody, allocatedShares, startingWith } from './rules/allocations.ts';
import { findPayment } from './tables.ts';

/**
 * Money of a customer's payment that is for this order, with what was deducted. If it is late, interest is charged up
 * to its day, and paid first. What the order owes no more stays unapplied.
 */
export const allocate: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  const { paymentId, amount, parts, deductions } = command.body as AllocateBody;
  if ((await leftOfPayment(tx, paymentId)) < amount) return 'insufficient-credit';

  const booking = bookingOf(subject, command, context);
  const { receivedOn } = (await findPayment(tx, paymentId))!;
  await chargeInterest(tx, order, { key: command.id, until: receivedOn, booking });
  const balances = await balancesOf(tx, order.id);
  const paid = allocatedShares(balances, parts);
  const entries = allocation(command.id, order.id, paid, paymentId);
  let left = startingWith(afterwards(balances, paid), parts[0]?.instalment);
  for (const deduction of deductions) {
    const less = payable(left, deduction.amount);
    left = afterwards(left, less);
    entries.push(...lessOwed(`${command.id}/deduction`, order.id, deduction.kind, less, paymentId));
  }
  await book(tx, entries, booking);
  await concede(tx, order, booking, { key: command.id, paymentId });
  return null;
};
