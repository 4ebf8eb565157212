import { writeOff as entriesOf } from '../../domain/ledger/corrections.ts';
import { balancesOf, book } from '../ledger.ts';
import { type Apply, bookingOf, close, notOpen } from './command.ts';

/** Gives up what is owed, or a part of it, the latest due first; with nothing left the order is written off. */
export const writeOff: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const balances = await balancesOf(tx, subject.order.id);
  const outstanding = balances.reduce((sum, balance) => sum + balance.outstanding, 0);
  const amount = Number(command.body.amount ?? outstanding);
  if (amount > outstanding) return 'write-off-exceeds-balance';
  await book(
    tx,
    entriesOf(command.id, subject.order.id, balances, amount),
    bookingOf(subject, command, context),
  );
  if (amount === outstanding) await close(tx, subject, 'written_off', command, context.now);
  return null;
};
