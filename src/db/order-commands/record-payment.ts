import { startingWith } from '../../domain/allocations.ts';
import { payment, unappliedPayment } from '../../domain/ledger.ts';
import { balancesOf, book } from '../ledger.ts';
import { findPayment } from '../payments.ts';
import { type Apply, bookingOf } from './command.ts';
import { concede } from './concede.ts';

/**
 * Money that was received for the order, an instalment that is named first; what nobody owes any more becomes
 * unapplied credit.
 */
export const recordPayment: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const received = (await findPayment(tx, String(command.body.paymentId)))!;
  const booking = bookingOf(subject, command, context);
  const { paymentId, amount } = received;
  if (subject.status !== 'open') {
    await book(tx, [unappliedPayment(paymentId, amount, order.id)], booking);
    return null;
  }
  const balances = startingWith(
    await balancesOf(tx, order.id),
    command.body.instalment as number | undefined,
  );
  await book(tx, payment(order.id, balances, received), booking);
  await concede(tx, order, booking, { key: command.id, paymentId });
  return null;
};
