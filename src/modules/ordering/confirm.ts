import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { bookingOf, type OrderSituation, orderCommand } from '../commands/definition.ts';
import { closed, type Refusal } from '../commands/rules/refusal.ts';
import { checkPrivilege } from '../eligibility/rules/decide.ts';
import { privilegeAt } from '../eligibility/rules/standing.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { charge } from '../ledger/rules/debts.ts';
import { book } from '../ledger/tables.ts';
import { close } from '../orders/close.ts';
import { confirmOrder } from '../orders/life-cycle.ts';
import { balancesOf } from '../orders/tables.ts';

/**
 * The store confirms a reservation: the charge is booked in its place. If the customer's terms have ended since, the
 * reservation is cancelled instead, and its credit is released. A lower limit or a rule that is no longer met changes
 * nothing: the order was accepted.
 */
export const confirm = orderCommand({
  kind: 'confirm',
  permission: 'storefront',
  body: z.object({}),
  alreadyDone: ({ order }) => order.status === 'open',

  refuse({ order }) {
    return closed(order) ?? (order.status === 'reserved' ? null : { code: 'order-already-confirmed' });
  },

  async apply(tx, state, _, { command }) {
    const { order, policies, now, notifiesStore } = state;
    await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
    const refusal = termsEnded(state);
    if (refusal) {
      const { actor } = command;
      await close(tx, order, { status: 'cancelled', actor, reason: refusal.detail, now });
      return { refusal };
    }
    const placedOn = dayAt(order.placedAt, policies.settings.body.timeZone);
    const entries = charge(order.id, await balancesOf(tx, order.id), placedOn);
    await book(tx, entries, bookingOf(state, command));
    await confirmOrder(tx, order, { paidInStore: notifiesStore ? 'pending' : 'marked', now });
  },

  consequences: [],
  stillHolds: ({ status }) => status !== 'cancelled',
});

/** Why the customer may not buy on terms any more, by an admin's decision; null if they may. */
function termsEnded({ order, customer, now }: OrderSituation): (Refusal & { detail: string }) | null {
  const privilege = privilegeAt(customer, now);
  const { passed, message } = checkPrivilege({ privilege, suspendedUntil: customer.privilegeUntil });
  if (passed) return null;
  const detail = `${message} Order ${order.id} is cancelled: ask for another means of payment.`;
  return { code: 'not-eligible', detail };
}
