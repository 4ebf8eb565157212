import { addDays, type Day, startOfDay } from '../../../kernel/calendar.ts';
import { notBefore } from '../rules/deadlines.ts';
import { type Verdict, waitFor } from '../rules/item-guards.ts';
import { slotFrom } from '../rules/windows.ts';
import type { DueStep } from './due-steps.ts';
import type { Looking } from './look.ts';

/** How often a person is asked again what becomes of an overdue item. */
const ASK_AGAIN_DAYS = 14;

/**
 * The schedule of an item is over. When the deadline of its last letter is, too, a person has to decide, and again every
 * 14 days: a schedule never ends in silence (guard-tasks.ts opens the task).
 */
export function decideAfterLetters(
  { lettersToCome, lastPayBy, exact, waitsFor, lookAt }: DueStep,
  { customer, policies, today, now }: Looking & { today: Day },
): Verdict {
  const { country, timeZone } = policies.settings.body;
  const on = (day: Day) =>
    exact ? startOfDay(day, timeZone) : slotFrom(day, now, policies.dunning.body, country, customer.id);
  if (lettersToCome) return waitFor('other-steps', on(addDays(today, 1)));
  // Somebody has been asked, and is not asked again before the time.
  if (waitsFor === 'decision' && lookAt !== null && Date.parse(now) < Date.parse(lookAt))
    return waitFor('decision', lookAt);
  const over = lastPayBy === null ? today : notBefore(lastPayBy, country);
  return today < over
    ? waitFor('deadline', on(over))
    : waitFor('decision', on(addDays(today, ASK_AGAIN_DAYS)));
}
