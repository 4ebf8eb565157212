import { z } from 'zod';
import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { closed } from '../commands/rules/refusal.ts';
import { reread } from '../credit/accounts.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { cancellation } from '../ledger/rules/corrections.ts';
import { balance } from '../ledger/rules/entry.ts';
import { book, standingsOf } from '../ledger/tables.ts';
import { close } from '../orders/close.ts';

/** Cancels the whole charge; what was received becomes unapplied credit, unless it already is. */
export const cancel = orderCommand({
  kind: 'cancel',
  permission: 'storefront',
  body: z.object({
    /** Only while no money was received and the order neither counts as paid in the store nor continues without it. */
    onlyIfUntouched: z.boolean().optional(),
  }),

  async read(tx, { order, today }, _, commandId) {
    if (order.status === 'reserved') return { entries: [], creditAfter: 0, received: false };
    const [standings, { unapplied }, received] = await Promise.all([
      standingsOf(tx, order.id),
      reread(tx, order.customerId, order.currency),
      hasReceivedMoney(tx, order.id),
    ]);
    const entries = cancellation(commandId, order.id, standings, today);
    return { entries, creditAfter: unapplied + balance(entries, 'unapplied'), received };
  },

  refuse({ order }, { onlyIfUntouched = false }, { creditAfter, received }) {
    const storeKnows =
      order.status === 'open' && (order.paidInStore === 'marked' || order.paidInStore === 'chased');
    const refusal = closed(order);
    if (refusal) return refusal;
    if (onlyIfUntouched && (received || storeKnows)) return { code: 'cancel-too-late' };
    return creditAfter < 0 ? { code: 'insufficient-credit' } : null;
  },

  async apply(tx, state, _, { facts: { entries }, command }) {
    const { order, now } = state;
    if (order.status === 'reserved')
      await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
    else await book(tx, entries, bookingOf(state, command));
    const { actor, reason } = command;
    await close(tx, order, { status: 'cancelled', actor, reason, now });
  },

  consequences: [],
});

/** Whether a payment was kept for the order, booked or not, or credit was used for it. */
async function hasReceivedMoney(tx: Tx, orderId: string): Promise<boolean> {
  const [row] = await tx<{ received: boolean }[]>`
    select exists (select 1 from payments where order_id = ${orderId})
        or exists (select 1 from ledger where order_id = ${orderId} and kind = 'allocation') as received`;
  return row!.received;
}
