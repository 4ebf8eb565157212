import { z } from 'zod';
import { plainMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { closed, type Refusal } from '../commands/rules/refusal.ts';
import { pendingCommands } from '../commands/tables.ts';
import { reread } from '../credit/accounts.ts';
import { invoicedOf } from '../invoicing/tables.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { cancellation } from '../ledger/rules/corrections.ts';
import { balance } from '../ledger/rules/entry.ts';
import { book, standingsOf } from '../ledger/tables.ts';
import { close } from '../orders/close.ts';
import type { OrderRow } from '../orders/tables.ts';
import { amendTotal, creditedAndForgiven } from './amend-total.ts';
import { fulfil } from './fulfil.ts';
import { deliveredWith, staysOwed } from './rules/stays-owed.ts';

/** Of how many commands that wait for an order the fulfilments are counted. */
const WAITING_AT_MOST = 1_000;

/**
 * Cancels what is neither invoiced nor delivered. If that is the whole order, it is closed, and what was received
 * becomes unapplied credit, unless it already is. If it is a part, the total becomes what is invoiced or delivered, and
 * the order stays open for that. An admin may cancel everything.
 */
export const cancel = orderCommand({
  kind: 'cancel',
  permission: 'storefront',
  body: z.object({
    /** Only while no money was received and the order neither counts as paid in the store nor continues without it. */
    onlyIfUntouched: z.boolean().optional(),
    /** An admin asked: what is invoiced or delivered is cancelled as well. */
    everything: z.boolean().optional(),
  }),

  async read(tx, { order, today }, _, commandId) {
    const nothing = { invoiced: 0, delivered: 0, owed: 0 };
    if (order.status === 'reserved') return { ...nothing, entries: [], creditAfter: 0, received: false };
    const [kept, standings, { unapplied }, received] = await Promise.all([
      keptOf(tx, order),
      standingsOf(tx, order.id),
      reread(tx, order.customerId, order.currency),
      hasReceivedMoney(tx, order.id),
    ]);
    const entries = cancellation(commandId, order.id, standings, today);
    return { ...kept, entries, creditAfter: unapplied + balance(entries, 'unapplied'), received };
  },

  refuse({ order }, { onlyIfUntouched = false, everything = false }, facts) {
    const { owed, creditAfter, received } = facts;
    const storeKnows =
      order.status === 'open' && (order.paidInStore === 'marked' || order.paidInStore === 'chased');
    const refusal = closed(order);
    if (refusal) return refusal;
    if (onlyIfUntouched && (received || storeKnows || owed > 0)) return { code: 'cancel-too-late' };
    if (everything || owed === 0) return creditAfter < 0 ? { code: 'insufficient-credit' } : null;
    return owed < order.total ? null : nothingToCancel(order, facts);
  },

  async apply(tx, state, { everything = false }, { facts: { entries, owed }, command }) {
    const { order, now } = state;
    if (!everything && owed > 0) {
      await amendTotal(tx, state, owed, command);
      return undefined;
    }
    if (order.status === 'reserved')
      await moveBalances(tx, order.customerId, order.currency, { exposure: -order.total });
    else await book(tx, entries, bookingOf(state, command));
    const { actor, reason } = command;
    await close(tx, order, { status: 'cancelled', actor, reason, now });
    return { follows: false };
  },

  // Of an order that stays open: its new total may be what is delivered, or what is invoiced.
  consequences: ['fulfilment', 'invoicing', 'discountAndTolerance'],
});

/** What is invoiced, what is delivered, and what therefore stays owed, in minor units. */
async function keptOf(
  tx: Tx,
  order: OrderRow,
): Promise<{ invoiced: number; delivered: number; owed: number }> {
  const [{ amount: invoiced }, forgiven, waiting] = await Promise.all([
    invoicedOf(tx, order.id),
    creditedAndForgiven(tx, order),
    pendingCommands(tx, order.id, WAITING_AT_MOST),
  ]);
  // What was delivered stays delivered, even if its report waits behind the cancellation.
  const reported = waiting
    .filter(({ kind }) => kind === 'fulfil')
    .flatMap(({ body }) => fulfil.body.safeParse(body).data ?? []);
  const delivered = deliveredWith(order, reported);
  return { invoiced, delivered, owed: staysOwed({ total: order.total, invoiced, delivered, forgiven }) };
}

function nothingToCancel(
  { id, currency }: OrderRow,
  given: { invoiced: number; delivered: number },
): Refusal {
  const [invoiced, delivered] = [
    { amount: given.invoiced, currency },
    { amount: given.delivered, currency },
  ];
  return {
    code: 'nothing-to-cancel',
    detail: `Of order ${id}, ${plainMoney(invoiced)} is invoiced and ${plainMoney(delivered)} delivered: that stays owed, and nothing is left to cancel. To take it back, book a credit note (POST /v1/orders/${id}/credit-notes) with an accounting or admin key.`,
    because: { invoiced, delivered },
  };
}

/** Whether a payment was kept for the order, booked or not, or credit was used for it. */
async function hasReceivedMoney(tx: Tx, orderId: string): Promise<boolean> {
  const [row] = await tx<{ received: boolean }[]>`
    select exists (select 1 from payments where order_id = ${orderId})
        or exists (select 1 from ledger where order_id = ${orderId} and kind = 'allocation') as received`;
  return row!.received;
}
