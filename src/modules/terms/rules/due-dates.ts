import { DateTime, Duration } from 'luxon';
import {
  addDays,
  type Day,
  dayAt,
  dueDayCalendar,
  endOfDay,
  type Instant,
} from '../../../kernel/calendar.ts';
import { assertNever, NettermsError } from '../../../kernel/errors.ts';
import type { Settings } from '../../settings/rules/settings.ts';
import type { DueRule, NonBusinessDays } from './terms.ts';

/** A customer's closed month (1 to 12): what would be due in it is due on a set day of the following month. */
export type ClosedMonth = { readonly month: number; readonly moveToDay: number };

/** What due dates depend on, in addition to the terms. */
export type DueContext = {
  /** When the order was placed; once a later base day has come, a moment of that day. */
  readonly placedAt: Instant;
  readonly settings: Pick<Settings, 'timeZone' | 'country' | 'region' | 'saturdays'>;
  /** The customer's; empty if no customer is given. */
  readonly closedMonths: readonly ClosedMonth[];
};

/** The day that the parties name, and the moment from which the payment is overdue. */
export type DueDate = { readonly dueOn: Day; readonly dueAt: Instant };

/**
 * Due on that day, which the parties see. If it is a Sunday or a public holiday, a payment on the next day that is
 * neither is not late (art. 1187 and 2963 of the Italian civil code).
 */
export function dueOnDay(dueOn: Day, settings: DueContext['settings']): DueDate {
  const legalDay = dueDayCalendar(settings).nextBusinessDay(dueOn);
  return { dueOn, dueAt: endOfDay(legalDay, settings.timeZone) };
}

/**
 * The due date of an order, never before the day on which it was placed. A closed month moves it first, then a holiday.
 * @throws NettermsError `terms-not-applicable` if a fixed day is past
 */
export function dueDate(rule: DueRule & NonBusinessDays, context: DueContext): DueDate {
  const zone = context.settings.timeZone;
  if (rule.kind === 'elapsed') {
    const dueAt = DateTime.fromISO(context.placedAt, { zone })
      .plus(Duration.fromISO(rule.duration))
      .toUTC()
      .toISO()!;
    return { dueOn: dayAt(dueAt, zone), dueAt };
  }
  const placedOn = dayAt(context.placedAt, zone);
  const dueOn = moved(agreedDay(rule, placedOn), placedOn, rule.nonBusinessDays === 'next', context);
  return dueOnDay(dueOn, context.settings);
}

/** The day by the wording of the terms, before closed months and holidays move it. */
function agreedDay(rule: Exclude<DueRule, { kind: 'elapsed' }>, placedOn: Day): Day {
  const placed = at(placedOn);
  switch (rule.kind) {
    case 'net':
      return addDays(placedOn, rule.days);
    case 'months':
      return dayOf(placed.plus({ months: rule.months }));
    case 'endOfMonth': {
      const { days, convention, plusDays = 0 } = rule;
      switch (convention) {
        case 'daysThenMonthEnd':
          return dayOf(placed.plus({ days }).endOf('month').plus({ days: plusDays }));
        case 'monthsThenMonthEnd':
          return dayOf(
            placed
              .plus({ months: days / 30 })
              .endOf('month')
              .plus({ days: plusDays }),
          );
        case 'monthEndThenDays':
          return dayOf(placed.endOf('month').plus({ days: days + plusDays }));
        default:
          return assertNever(convention);
      }
    }
    case 'dayOfMonth': {
      const day = onDay(placed.plus({ months: rule.months }), rule.day);
      return day < placedOn ? onDay(placed.plus({ months: 1 }), rule.day) : day;
    }
    case 'fixed': {
      if (rule.on >= placedOn) return rule.on;
      throw new NettermsError(
        'terms-not-applicable',
        `These terms are due on ${rule.on}, before the day of the order, ${placedOn}: choose other terms.`,
      );
    }
    default:
      return assertNever(rule);
  }
}

/** A payment due on the day of the order, such as a deposit, stays due on that day even in a closed month. */
function moved(
  agreed: Day,
  placedOn: Day,
  offHolidays: boolean,
  { settings, closedMonths }: DueContext,
): Day {
  const calendar = offHolidays ? dueDayCalendar(settings) : null;
  const move = (day: Day): Day => {
    const open = day === placedOn ? day : outOfClosedMonths(day, closedMonths);
    const next = calendar ? calendar.nextBusinessDay(open) : open;
    return next === day ? day : move(next);
  };
  return move(agreed);
}

function outOfClosedMonths(day: Day, closedMonths: readonly ClosedMonth[]): Day {
  const closed = closedMonths.find(({ month }) => month === at(day).month);
  return closed ? onDay(at(day).plus({ months: 1 }), closed.moveToDay) : day;
}

const at = (day: Day): DateTime => DateTime.fromISO(day, { zone: 'utc' });
const dayOf = (time: DateTime): Day => time.toISODate()!;
const onDay = (month: DateTime, day: number): Day =>
  dayOf(month.set({ day: Math.min(day, month.daysInMonth!) }));
