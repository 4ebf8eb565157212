import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { bookingOf, type Consequence, orderCommand } from '../commands/definition.ts';
import { notConfirmed, type Refusal } from '../commands/rules/refusal.ts';
import { givenBackBefore, keepBack } from '../ledger/rules/kept-back.ts';
import { book, creditNoteEffectsOn, standingsOf } from '../ledger/tables.ts';
import { finaliseDueDates } from '../orders/finalise-due-dates.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { balancesOf } from '../orders/tables.ts';
import { getInvoice, invoicedOf, withholdingMissing } from './tables.ts';

/**
 * An invoice covers the order or a part of it: only the payable part is asked for, and due dates that waited for the
 * invoice may become final. A customer's command submits it.
 */
export const applyInvoice = orderCommand({
  kind: 'invoice',
  permission: 'accounting',
  body: z.object({ invoiceId: z.string() }),

  refuse({ order }): Refusal | null {
    return notConfirmed(order) ?? (order.status === 'cancelled' ? { code: 'order-closed' } : null);
  },

  // Its consequences make all the changes.
  async apply() {},
  consequences: ['invoicing', 'keptBack', 'discountAndTolerance'],
});

/** Once the invoices reach the order's total, due dates that waited for them count from the day of the last one. */
export const invoicing: Consequence = async (tx, state) => {
  const { order } = state;
  if (isClosed(order.status)) return;
  const { amount, lastIssuedOn } = await invoicedOf(tx, order.id);
  if (lastIssuedOn === null || amount < order.total) return;
  await finaliseDueDates(tx, state, 'invoiced', lastIssuedOn);
};

/**
 * What an invoice allows the customer to keep back was never owed, from the day of the order. If it was already paid, it
 * becomes credit, and the order stays settled; an open order that then owes nothing is closed. The share of earlier credit
 * notes counts as kept back only until their day. Interest that was charged on it stays, until an admin waives it; later
 * interest does not count it. An early-payment discount follows in the next consequence.
 */
export const keptBack: Consequence = async (tx, state, { command }) => {
  const { order, policies } = state;
  const { id, withheld: kind } = await getInvoice(tx, String(command.body.invoiceId));
  if (kind === null || order.status === 'written_off') return;
  // `notYetKept` and `withheld` are of all the order's invoices.
  const [notYetKept, balances, standings, notes, { withheld }] = await Promise.all([
    withholdingMissing(tx, order),
    balancesOf(tx, order.id),
    standingsOf(tx, order.id),
    creditNoteEffectsOn(tx, order.id),
    invoicedOf(tx, order.id),
  ]);
  const valueOn = dayAt(order.placedAt, policies.settings.body.timeZone);
  const by = { kind, cause: { kind: 'invoice', id }, valueOn } as const;
  const key = `invoice/${id}`;
  const entries = [
    ...keepBack(key, order.id, balances, { ...by, amount: Math.max(notYetKept, 0), standings }),
    ...givenBackBefore(key, order.id, notes, { ...by, withheld, total: order.total }),
  ];
  await book(tx, entries, bookingOf(state, command));
};
