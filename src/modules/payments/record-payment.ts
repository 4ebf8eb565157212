import { type Apply, bookingOf } from '../commands/command.ts';
import { findCustomer } from '../customers/tables.ts';
import { chargeInterest } from '../interest/charge-interest.ts';
import { payment, unappliedPayment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { concede } from './concede.ts';
import { startingWith } from './rules/allocations.ts';
import { findPayment } from './tables.ts';

/**
 * Money that was received for the order. If it is late, interest is charged up to its day, and paid first; a rate that
 * is missing holds no payment up. What nobody owes any more becomes unapplied credit; so does all of it while the
 * customer is insolvent: who may be paid out of it is for an admin to say, who allocates credit by hand.
 */
export const recordPayment: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const received = (await findPayment(tx, String(command.body.paymentId)))!;
  const booking = bookingOf(subject, command, context);
  const { paymentId, amount } = received;
  const insolvent = (await findCustomer(tx, order.customerId))!.privilege === 'insolvency';
  if (subject.status !== 'open' || insolvent) {
    await book(tx, [unappliedPayment(paymentId, amount, order.id)], booking);
    return null;
  }
  await chargeInterest(tx, order, { key: command.id, until: received.receivedOn, booking });
  const balances = startingWith(
    await balancesOf(tx, order.id),
    command.body.instalment as number | undefined,
  );
  await book(tx, payment(order.id, balances, received), booking);
  await concede(tx, order, booking, { key: command.id, paymentId });
  return null;
};
