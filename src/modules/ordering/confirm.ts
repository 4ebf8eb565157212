import { type Apply, become, bookingOf } from '../commands/command.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { charge } from '../ledger/rules/debts.ts';
import { book } from '../ledger/tables.ts';
import { confirmOrder } from '../orders/changes.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { balancesOf, getOrder } from '../orders/tables.ts';

/** The store confirms a reservation: the charge is booked in its place. */
export const confirm: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  if (subject.status !== 'reserved')
    return isClosed(subject.status) ? 'order-closed' : 'order-already-confirmed';
  become(subject, 'open');
  await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
  await book(tx, charge(order.id, await balancesOf(tx, order.id)), bookingOf(subject, command, context));
  await confirmOrder(tx, order.id, { paidInStore: context.told ? 'marked' : 'pending', now: context.now });
  subject.order = await getOrder(tx, order.id);
  return null;
};
