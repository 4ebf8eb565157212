import type { Day } from '../../domain/calendar.ts';
import { waiver } from '../../domain/ledger/debts.ts';
import { chargeInterest as charge } from '../charge-interest.ts';
import { balancesOf, book } from '../ledger.ts';
import { type Apply, bookingOf, notOpen } from './command.ts';

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

/** Gives up interest and costs that were charged and are not paid, or a part of them. */
export const waive: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const balances = await balancesOf(tx, subject.order.id);
  const charged = balances.reduce((sum, { charges }) => sum + charges, 0);
  const amount = Number(command.body.amount ?? charged);
  if (amount === 0 || amount > charged) return 'waiver-exceeds-charges';
  await book(
    tx,
    waiver(command.id, subject.order.id, balances, amount),
    bookingOf(subject, command, context),
  );
  return null;
};
