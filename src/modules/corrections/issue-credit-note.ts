import { apportion } from '../../kernel/apportion.ts';
import { type Apply, bookingOf, notOpen } from '../commands/command.ts';
import { withheldByLabel } from '../invoicing/tables.ts';
import { creditNote } from '../ledger/rules/corrections.ts';
import { book, creditMadeOf, standingsOf } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { concedeAfterAll } from '../payments/concede.ts';
import { creditedOf, findCreditNote } from './credit-notes.ts';

/**
 * A credit note: less is owed, the earliest due first; what is over the balance becomes unapplied credit, as far as it was
 * paid. What is withheld of the order goes back in proportion.
 */
export const credit: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const note = (await findCreditNote(tx, String(command.body.creditNoteId)))!;
  const closed = subject.status === 'settled' ? null : notOpen(subject);
  if (closed) return closed;
  const left = order.total - (await creditedOf(tx, order.id));
  if (note.amount > left) return 'credit-exceeds-order';
  const [balances, standings, credited, kept] = await Promise.all([
    balancesOf(tx, order.id),
    standingsOf(tx, order.id),
    creditMadeOf(tx, order.id),
    withheldByLabel(tx, order.id),
  ]);
  const withheld = kept.flatMap(({ label, amount }) => {
    const [share] = apportion(amount, [note.amount, left - note.amount]);
    return share === 0 ? [] : [{ label, amount: share! }];
  });
  const paid = standings.reduce(
    (sum, { part, received }) => (part === 'principal' ? sum + received : sum),
    0,
  );
  const entries = creditNote(order.id, balances, { ...note, received: paid - credited, withheld });
  await book(tx, entries, bookingOf(subject, command, context));
  await concedeAfterAll(tx, subject, command, context);
  return null;
};
