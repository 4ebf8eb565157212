import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { closed } from '../commands/rules/refusal.ts';
import { checkPrivilege } from '../eligibility/rules/decide.ts';
import { privilegeAt } from '../eligibility/rules/standing.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { charge } from '../ledger/rules/debts.ts';
import { book } from '../ledger/tables.ts';
import { confirmOrder } from '../orders/life-cycle.ts';
import { balancesOf } from '../orders/tables.ts';

/** The store confirms a reservation: the charge is booked in its place. */
export const confirm = orderCommand({
  kind: 'confirm',
  permission: 'storefront',
  body: z.object({}),
  alreadyDone: ({ order }) => order.status === 'open',

  // A lower limit or a rule that is no longer met does not refuse it: the order was accepted.
  refuse({ order, customer, now }) {
    const refusal = closed(order);
    if (refusal) return refusal;
    if (order.status !== 'reserved') return { code: 'order-already-confirmed' };
    const { passed, message } = checkPrivilege({
      privilege: privilegeAt(customer, now),
      suspendedUntil: customer.privilegeUntil,
    });
    if (passed) return null;
    const detail = `${message} Order ${order.id} stays reserved: take another means of payment, and cancel it (POST /v1/orders/${order.id}/cancel).`;
    return { code: 'not-eligible', detail };
  },

  async apply(tx, state, _, { command }) {
    const { order, policies, now, notifiesStore } = state;
    const placedOn = dayAt(order.placedAt, policies.settings.body.timeZone);
    await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
    const entries = charge(order.id, await balancesOf(tx, order.id), placedOn);
    await book(tx, entries, bookingOf(state, command));
    await confirmOrder(tx, order, { paidInStore: notifiesStore ? 'pending' : 'marked', now });
  },

  consequences: [],
  stillHolds: ({ status }) => status !== 'cancelled',
});
