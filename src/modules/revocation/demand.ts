import { dayAt } from '../../kernel/calendar.ts';
import { type Apply, notOpen } from '../commands/command.ts';
import { cancel } from '../ordering/cancel.ts';
import { moveDueDates } from '../orders/move-due-dates.ts';
import { instalmentsOfOrders } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { dueOnDay } from '../terms/rules/due-dates.ts';

/**
 * All that is open is due today, also what was provisional; what was due before stays so. The letter of the
 * revocation stands for that day's reminder: those planned come once it is overdue. A reservation is cancelled.
 */
export const demand: Apply = async (tx, subject, command, context) => {
  if (subject.status === 'reserved') return cancel(tx, subject, command, context);
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const settings = (await activePolicies(tx)).settings.body;
  const today = dayAt(context.now, settings.timeZone);
  const due = dueOnDay(today, settings);
  const moves = (await instalmentsOfOrders(tx, [subject.order.id]))
    .filter((given) => given.outstanding > 0 && (given.dueAt === null || given.dueOn > today))
    .map(({ number }) => ({ number, ...due }));
  if (moves.length > 0) await moveDueDates(tx, subject.order.id, moves, due.dueAt);
  return null;
};
