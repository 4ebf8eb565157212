import { type Apply, become, bookingOf } from '../commands/command.ts';
import { moveBalances } from '../credit/accounts.ts';
import { charge } from '../ledger/rules/debts.ts';
import { balancesOf, book } from '../ledger/tables.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { getOrder } from '../orders/tables.ts';

/** The store confirms a reservation: the charge is booked in its place. */
export const confirm: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  if (subject.status !== 'reserved')
    return isClosed(subject.status) ? 'order-closed' : 'order-already-confirmed';
  become(subject, 'open');
  await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
  await book(tx, charge(order.id, await balancesOf(tx, order.id)), bookingOf(subject, command, context));
  await tx`update orders set status = 'open', confirmed_at = ${context.now}, store_pending_since = ${context.now},
                             paid_in_store = ${context.told ? 'marked' : 'pending'} where id = ${order.id}`;
  subject.order = await getOrder(tx, order.id);
  return null;
};
