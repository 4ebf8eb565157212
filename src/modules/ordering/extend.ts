import { type Day, dayAt } from '../../kernel/calendar.ts';
import { type Apply, notOpen } from '../commands/command.ts';
import { moveDueDates } from '../orders/move-due-dates.ts';
import { instalmentsOfOrders } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { dueOnDay } from '../terms/rules/due-dates.ts';

/** A later due date of an unpaid instalment; without a number, of the earliest one. Its reminders are planned anew. */
export const extend: Apply = async (tx, subject, { body }, { now }) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  const { instalment, dueOn } = body as { instalment?: number; dueOn: Day };
  const settings = (await activePolicies(tx)).settings.body;
  const all = await instalmentsOfOrders(tx, [order.id]);
  const unpaid = all.filter(({ outstanding }) => outstanding > 0);
  const found = instalment === undefined ? unpaid[0] : all.find(({ number }) => number === instalment);
  if (!found) return 'instalment-not-found';
  if (found.outstanding <= 0) return 'instalment-paid';
  if (dueOn <= found.dueOn || dueOn < dayAt(now, settings.timeZone)) return 'extension-not-later';
  const date = found.dueAt === null ? { dueOn, dueAt: null } : dueOnDay(dueOn, settings);
  await moveDueDates(tx, order.id, [{ number: found.number, ...date }], now);
  return null;
};
