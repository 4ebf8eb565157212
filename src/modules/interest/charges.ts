import type { Day } from '../../kernel/calendar.ts';
import { type Apply, bookingOf, notOpen } from '../commands/command.ts';
import { waiver } from '../ledger/rules/reallocations.ts';
import { book, receivedOn } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { chargeInterest as charge } from './charge-interest.ts';

/** Charges the late interest that has accrued up to a day. */
export const chargeInterest: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const until = String(command.body.until) as Day;
  const booking = bookingOf(subject, command, context);
  const done = await charge(tx, subject.order, { key: command.id, until, booking });
  if (done === 'charged') return null;
  return done === 'nothing' ? 'nothing-to-charge' : done;
};

/** Gives up interest and costs that were charged, paid or not, or a part of them. */
export const waive: Apply = async (tx, subject, command, context) => {
  const refusal = subject.status === 'settled' ? null : notOpen(subject);
  if (refusal) return refusal;
  const { id } = subject.order;
  const [balances, received] = await Promise.all([balancesOf(tx, id), receivedOn(tx, id, 'charges')]);
  const unpaid = balances.reduce((sum, { charges }) => sum + charges, 0);
  const charged = received.reduce((sum, { amount }) => sum + amount, unpaid);
  const amount = Number(command.body.amount ?? charged);
  if (amount === 0 || amount > charged) return 'waiver-exceeds-charges';
  const entries = waiver(command.id, id, balances, { amount, received });
  await book(tx, entries, bookingOf(subject, command, context));
  return null;
};
