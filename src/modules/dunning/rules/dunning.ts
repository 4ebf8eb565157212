import { createHash } from 'node:crypto';
import { DateTime, Duration } from 'luxon';
import { addDays, businessCalendar, type Day, type Instant, timeOn } from '../../../kernel/calendar.ts';
import type { PlannedStep } from '../../orders/rules/steps.ts';
import type { DueDate } from '../../terms/rules/due-dates.ts';
import type { Instalment } from '../../terms/rules/terms.ts';

export const reminderTemplates = ['before-due', 'on-due', 'overdue-1', 'overdue-2'] as const;
export type ReminderTemplate = (typeof reminderTemplates)[number];

/** A reminder: its ISO 8601 offset to the due date ("-P3D", "P0D", "P7D"; "PT20S" is exact) and its template. */
export type Level = { readonly offset: string; readonly template: ReminderTemplate };

export type DunningPolicy = {
  readonly levels: readonly Level[];
  /** Other levels, by the code of the order's terms. */
  readonly plans: Readonly<Record<string, readonly Level[]>>;
  /** When reminders leave, "09:00" in `timeZone`. */
  readonly sendTime: string;
  readonly timeZone: string;
  /** Minutes after `sendTime` over which the orders' reminders are spread; 0 sends all at once. */
  readonly spreadMinutes: number;
  /** Moves a reminder off weekends and holidays: before the due date to the day before, else to the next one. */
  readonly businessDays: boolean;
};

/**
 * The reminders of an order, in order of time. Those at or before `from` are left out, and an instalment whose due date
 * is provisional has none. Days count from the due day; an exact time counts from `dueAt`. A reminder that something is
 * overdue never comes before it is overdue. The reminder of the due day is left out if no working day is left on which
 * a payment would be in time. A new due date gives the reminders new keys.
 * @param country the country whose public holidays count (ISO 3166-1 alpha-2)
 * @param spreadKey the order's id, which decides the place in the spread; null plans the earliest time
 */
export function planReminders(
  policy: DunningPolicy,
  {
    termsCode,
    instalments,
    from,
    country,
    spreadKey,
  }: {
    termsCode: string | null;
    instalments: readonly Instalment[];
    from: Instant;
    country: string;
    spreadKey: string | null;
  },
): PlannedStep[] {
  const own = termsCode !== null && Object.hasOwn(policy.plans, termsCode);
  const levels = (own && policy.plans[termsCode]) || policy.levels;
  return instalments
    .flatMap(({ dueAt, ...instalment }) =>
      (dueAt === null ? [] : levels).flatMap(({ offset, template }, index): PlannedStep[] => {
        const at = instantOf(offset, { ...instalment, dueAt: dueAt! }, policy, country, spreadKey);
        if (isOnTheDay(offset) && Date.parse(at) >= Date.parse(dueAt!)) return [];
        const step: PlannedStep = {
          key: `${instalment.number}/${offset}${instalment.moves ? `~${instalment.moves}` : ''}`,
          at,
          kind: isAfter(offset) ? 'overdue' : 'remind',
          instalment: instalment.number,
          level: index + 1,
          template,
        };
        return [step];
      }),
    )
    .filter((step) => Date.parse(step.at) > Date.parse(from))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function instantOf(
  offset: string,
  due: DueDate,
  policy: DunningPolicy,
  country: string,
  spreadKey: string | null,
): Instant {
  const duration = Duration.fromISO(offset);
  if (isExact(offset))
    return DateTime.fromISO(due.dueAt, { zone: policy.timeZone }).plus(duration).toUTC().toISO()!;
  const leavesOn = (day: Day): Instant => {
    const on = policy.businessDays ? toBusinessDay(day, due.dueOn, country) : day;
    const at = timeOn(on, policy.sendTime, policy.timeZone);
    const isEarly = isAfter(offset) && Date.parse(at) < Date.parse(due.dueAt);
    return isEarly ? leavesOn(addDays(on, 1)) : at;
  };
  const start = leavesOn(DateTime.fromISO(due.dueOn, { zone: 'utc' }).plus(duration).toISODate()!);
  const spread = spreadKey === null ? 0 : spreadMs(spreadKey, policy.spreadMinutes);
  return new Date(Date.parse(start) + spread).toISOString();
}

/** Before the due date a reminder is moved to an earlier day, from the due date on to a later one. */
function toBusinessDay(day: Day, dueOn: Day, country: string): Day {
  const calendar = businessCalendar(country);
  return day < dueOn ? calendar.previousBusinessDay(day) : calendar.nextBusinessDay(day);
}

function spreadMs(key: string, minutes: number): number {
  const share = createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(share * minutes * 60) * 1000;
}

const isExact = (offset: string): boolean => offset.includes('T');
const isOnTheDay = (offset: string): boolean => !isExact(offset) && Duration.fromISO(offset).toMillis() === 0;
const isAfter = (offset: string): boolean => Duration.fromISO(offset).toMillis() > 0;
