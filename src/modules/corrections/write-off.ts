import { type Apply, bookingOf, close, notOpen } from '../commands/command.ts';
import { writeOff as entriesOf } from '../ledger/rules/corrections.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';

/**
 * Gives up an amount of what is owed, the latest due first, or all of it up to what it was when that was asked; with
 * nothing left the order is written off.
 */
export const writeOff: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const balances = await balancesOf(tx, subject.order.id);
  const outstanding = outstandingOf(balances);
  const { amount: given, upTo } = command.body as { amount?: number; upTo?: number };
  const amount = given ?? Math.min(upTo ?? outstanding, outstanding);
  if (amount > outstanding) return 'write-off-exceeds-balance';
  await book(
    tx,
    entriesOf(command.id, subject.order.id, balances, amount),
    bookingOf(subject, command, context),
  );
  if (amount === outstanding) await close(tx, subject, 'written_off', command, context.now);
  return null;
};
