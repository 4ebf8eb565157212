import { creditNote } from '../../domain/ledger.ts';
import { creditedOf, findCreditNote } from '../credit-notes.ts';
import { balancesOf, book } from '../ledger.ts';
import { type Apply, bookingOf, notOpen } from './command.ts';

/** A credit note: less is owed, the earliest due first; what is over the balance becomes unapplied credit. */
export const credit: Apply = async (tx, subject, command, context) => {
  const { order } = subject;
  const note = (await findCreditNote(tx, String(command.body.creditNoteId)))!;
  const closed = subject.status === 'settled' ? null : notOpen(subject);
  if (closed) return closed;
  if ((await creditedOf(tx, order.id)) + note.amount > order.total) return 'credit-exceeds-order';
  const entries = creditNote(order.id, await balancesOf(tx, order.id), note);
  await book(tx, entries, bookingOf(subject, command, context));
  return null;
};
