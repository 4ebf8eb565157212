import { z } from 'zod';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen, otherCurrency } from '../commands/rules/refusal.ts';
import { withheldByKind } from '../invoicing/tables.ts';
import { creditNote, givenBackBy } from '../ledger/rules/credit-note.ts';
import { book, creditedOf, creditNoteEffectsOn, standingsOf } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { findSameNumber, issuedFor, keepCreditNote } from './credit-notes.ts';

/**
 * A credit note: less is owed, the earliest due first. What exceeds the balance becomes unapplied credit, as far as it
 * was paid. What is withheld from the order is given back in proportion. A settled order takes a credit note as well.
 */
export const issueCreditNote = orderCommand({
  kind: 'credit',
  permission: 'accounting',
  body: z.object({
    creditNoteId: z.string(),
    amount: z.int(),
    currency: z.string(),
    issuedOn: z.string(),
    number: z.string().nullable(),
  }),
  businessId: ({ creditNoteId }) => ({
    id: `credit-note ${creditNoteId}`,
    called: `Credit note ${creditNoteId}`,
  }),

  async read(tx, { order }, { creditNoteId, number, issuedOn }) {
    const [issued, same] = await Promise.all([
      issuedFor(tx, order.id),
      number === null ? null : findSameNumber(tx, { creditNoteId, number, issuedOn }, order),
    ]);
    return { creditable: order.total - issued, same };
  },

  refuse({ order }, { amount }, { creditable }) {
    const refusal = order.status === 'settled' ? null : notOpen(order);
    return refusal ?? (amount > creditable ? { code: 'credit-exceeds-order' } : null);
  },

  refuseToKeep({ order }, { currency, number }, { same }) {
    const refusal = otherCurrency(order, currency);
    if (refusal || !same) return refusal;
    return {
      code: 'credit-note-number-taken',
      detail: `Credit note ${same.creditNoteId} already has the number ${number} in that year, on order ${same.orderId}: give this one another number, or send nothing if it is the same credit note.`,
      because: same,
    };
  },

  async keep(tx, { order, now }, note, { id, actor }) {
    await keepCreditNote(tx, { ...note, orderId: order.id, commandId: id, actor, createdAt: now });
  },

  async apply(tx, state, note, { command }) {
    const { order } = state;
    const [balances, standings, kept, notes, credited] = await Promise.all([
      balancesOf(tx, order.id),
      standingsOf(tx, order.id),
      withheldByKind(tx, order.id),
      creditNoteEffectsOn(tx, order.id),
      creditedOf(tx, order.id),
    ]);
    const withheld = givenBackBy(note.amount, { kept, notes, credited, total: order.total });
    const entries = creditNote(order.id, balances, { ...note, standings, withheld });
    await book(tx, entries, bookingOf(state, command));
  },

  consequences: ['discountAndTolerance'],
});
