import { payment, unappliedPayment } from '../../domain/ledger.ts';
import { chargeInterest } from '../charge-interest.ts';
import { balancesOf, book } from '../ledger.ts';
import { findPayment } from '../payments.ts';
import { type Apply, bookingOf } from './command.ts';

/**
 * Money that was received for the order. If it is late, interest is charged up to its day, and paid first; a rate that
 * is missing holds no payment up. What nobody owes any more becomes unapplied credit.
 */
export const recordPayment: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const received = (await findPayment(tx, String(command.body.paymentId)))!;
  const booking = bookingOf(subject, command, context);
  if (subject.status === 'open')
    await chargeInterest(tx, order, { key: command.id, until: received.receivedOn, booking });
  const entries =
    subject.status === 'open'
      ? payment(order.id, await balancesOf(tx, order.id), received)
      : [unappliedPayment(received.paymentId, received.amount, order.id)];
  await book(tx, entries, booking);
  return null;
};
