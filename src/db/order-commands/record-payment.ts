import { payment, unappliedPayment } from '../../domain/ledger.ts';
import { balancesOf, book } from '../ledger.ts';
import { findPayment } from '../payments.ts';
import { type Apply, bookingOf } from './command.ts';

/** Money that was received for the order; what nobody owes any more becomes unapplied credit. */
export const recordPayment: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const received = (await findPayment(tx, String(command.body.paymentId)))!;
  const entries =
    subject.status === 'open'
      ? payment(order.id, await balancesOf(tx, order.id), received)
      : [unappliedPayment(received.paymentId, received.amount, order.id)];
  await book(tx, entries, bookingOf(subject, command, context));
  return null;
};
