import { DateTime, Duration } from 'luxon';
import {
  addDays,
  businessCalendar,
  type Day,
  dayAt,
  daysBetween,
  type Instant,
  timeOn,
} from '../../../kernel/calendar.ts';
import type { PlannedStep } from '../../orders/rules/steps.ts';
import type { DueDate } from '../../terms/rules/due-dates.ts';
import type { CollectedBy, Instalment } from '../../terms/rules/terms.ts';
import { type DunningPolicy, isAfter, isExact, isOnTheDay, type Level, levelsOf } from './dunning.ts';
import { slotOn } from './windows.ts';

/** What a schedule is made for. */
export type Scheduled = {
  /** The plan that the rule set named, or else the code of the order's terms. */
  readonly termsCode: string | null;
  readonly instalments: readonly (Instalment & CollectedBy)[];
  /** When the order was placed, or its due dates changed. */
  readonly from: Instant;
  /** Whose public holidays count (ISO 3166-1 alpha-2). */
  readonly country: string;
  /** The customer's id, which decides the place in the spread; null plans the earliest time. */
  readonly spreadKey: string | null;
};

/** The customer has just read the due date: nothing reminds of it within so many days. */
const DAYS_WITHOUT_REMINDER = 5;

/**
 * The reminders of an order, in order of time. Those at or before `from` are left out, and an instalment whose due date
 * is provisional has none. Days count from the due day; an exact time counts from `dueAt`. A reminder that something is
 * overdue never comes before it is overdue. The reminder of the due day is left out if no working day is left on which
 * a payment would be in time. Nothing is announced (`due-soon`) in the first five days, nor where a bank collects.
 * A new due date gives the reminders new keys.
 */
export function planReminders(policy: DunningPolicy, order: Scheduled): PlannedStep[] {
  return order.instalments
    .flatMap((instalment) =>
      levelsOfDue(policy, order, instalment).flatMap((level, index): PlannedStep[] => {
        const { offset, tone } = level;
        const at = instantOf(offset, { ...instalment, dueAt: instalment.dueAt! }, policy, order);
        if (isOnTheDay(offset) && Date.parse(at) >= Date.parse(instalment.dueAt!)) return [];
        if (tone === 'due-soon' && isNeedless(level, at, instalment, policy, order)) return [];
        const step: PlannedStep = {
          key: keyOf(instalment, offset),
          at,
          kind: isAfter(offset) ? 'overdue' : 'remind',
          instalment: instalment.number,
          level: index + 1,
          tone,
          exact: isExact(offset),
        };
        return [step];
      }),
    )
    .filter((step) => Date.parse(step.at) > Date.parse(order.from))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** All steps of an order. */
export const planSteps = (policy: DunningPolicy, order: Scheduled): PlannedStep[] => [
  ...planReminders(policy, order),
  ...planDecisions(policy, order),
];

/**
 * For each instalment the step after its last level, so that no schedule ends in silence: planned at the instant of the
 * last level, but never before the instalment is overdue. It is there even if its instant is past. Instalments without
 * levels, or whose due date is provisional, have none.
 */
export function planDecisions(policy: DunningPolicy, order: Scheduled): PlannedStep[] {
  return order.instalments
    .flatMap((instalment): PlannedStep[] => {
      const levels = levelsOfDue(policy, order, instalment);
      if (levels.length === 0) return [];
      const dueAt = instalment.dueAt!;
      const instants = levels.map(({ offset }) =>
        Date.parse(instantOf(offset, { ...instalment, dueAt }, policy, order)),
      );
      const step: PlannedStep = {
        key: keyOf(instalment, 'decide'),
        at: new Date(Math.max(Date.parse(dueAt), ...instants)).toISOString(),
        kind: 'decide',
        instalment: instalment.number,
        level: null,
        tone: null,
        exact: levels.every(({ offset }) => isExact(offset)),
      };
      return [step];
    })
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

const levelsOfDue = (
  policy: DunningPolicy,
  { termsCode }: Scheduled,
  { dueAt }: Instalment,
): readonly Level[] => (dueAt === null ? [] : levelsOf(policy, termsCode));

const keyOf = ({ number, moves }: Instalment, what: string): string =>
  `${number}/${what}${moves ? `~${moves}` : ''}`;

/** Whether an announcement tells the customer nothing: the due date was just confirmed, or a bank collects. */
function isNeedless(
  { offset }: Level,
  at: Instant,
  { collection = 'transfer' }: CollectedBy,
  { timeZone }: DunningPolicy,
  { from }: Scheduled,
): boolean {
  const days = daysBetween(dayAt(from, timeZone), dayAt(at, timeZone));
  return collection !== 'transfer' || (!isExact(offset) && days < DAYS_WITHOUT_REMINDER);
}

function instantOf(
  offset: string,
  due: DueDate,
  policy: DunningPolicy,
  { country, spreadKey }: Scheduled,
): Instant {
  const duration = Duration.fromISO(offset);
  if (isExact(offset))
    return DateTime.fromISO(due.dueAt, { zone: policy.timeZone }).plus(duration).toUTC().toISO()!;
  const leavesOn = (day: Day): Day => {
    const on = policy.businessDays ? toBusinessDay(day, due.dueOn, country) : day;
    const at = timeOn(on, policy.sendTime, policy.timeZone);
    const isEarly = isAfter(offset) && Date.parse(at) < Date.parse(due.dueAt);
    return isEarly ? leavesOn(addDays(on, 1)) : on;
  };
  const day = DateTime.fromISO(due.dueOn, { zone: 'utc' }).plus(duration).toISODate()!;
  return slotOn(leavesOn(day), policy, spreadKey);
}

/** Before the due date a reminder is moved to an earlier day, from the due date on to a later one. */
function toBusinessDay(day: Day, dueOn: Day, country: string): Day {
  const calendar = businessCalendar(country);
  return day < dueOn ? calendar.previousBusinessDay(day) : calendar.nextBusinessDay(day);
}
