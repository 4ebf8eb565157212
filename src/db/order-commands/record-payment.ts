import { payment, unappliedPayment } from '../../domain/ledger.ts';
import { findCustomer } from '../customers.ts';
import { balancesOf, book } from '../ledger.ts';
import { findPayment } from '../payments.ts';
import { type Apply, bookingOf } from './command.ts';

/**
 * Money that was received for the order; what nobody owes any more becomes unapplied credit. So does all of it while
 * the customer is insolvent: who may be paid out of it is for an admin to say, who allocates credit by hand.
 */
export const recordPayment: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const received = (await findPayment(tx, String(command.body.paymentId)))!;
  const insolvent = (await findCustomer(tx, order.customerId))!.privilege === 'insolvency';
  const entries =
    subject.status === 'open' && !insolvent
      ? payment(order.id, await balancesOf(tx, order.id), received)
      : [unappliedPayment(received.paymentId, received.amount, order.id)];
  await book(tx, entries, bookingOf(subject, command, context));
  return null;
};
