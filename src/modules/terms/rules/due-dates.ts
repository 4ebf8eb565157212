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
import { type Closed, outOfClosures } from './closures.ts';
import { at, dayOf, dayOfMonth } from './days.ts';
import type { DueRule, MovedDays } from './terms.ts';

/** What due dates depend on, in addition to the terms; closures are the customer's, empty if no customer is given. */
export type DueContext = Closed & {
  /** When the order was placed; once a later base day has come, a moment of that day. */
  readonly placedAt: Instant;
  readonly settings: Pick<Settings, 'timeZone' | 'country' | 'region' | 'saturdays'>;
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
 * The due date of an order, never before the day on which it was placed. It moves to a payment day, out of the customer's
 * closures, and off holidays, in this order.
 * @throws NettermsError `terms-not-applicable` if a fixed day is past
 */
export function dueDate(rule: DueRule & MovedDays, context: DueContext): DueDate {
  const zone = context.settings.timeZone;
  if (rule.kind === 'elapsed') {
    const dueAt = DateTime.fromISO(context.placedAt, { zone })
      .plus(Duration.fromISO(rule.duration))
      .toUTC()
      .toISO()!;
    return { dueOn: dayAt(dueAt, zone), dueAt };
  }
  const placedOn = dayAt(context.placedAt, zone);
  const dueOn = moved(rule, agreedDay(rule, placedOn), placedOn, context);
  return dueOnDay(dueOn, context.settings);
}

/** The day by the wording of the terms, before anything moves it. */
function agreedDay(rule: Exclude<DueRule, { kind: 'elapsed' }>, placedOn: Day): Day {
  const placed = at(placedOn);
  const { cutOffDay = LAST_DAY } = 'cutOffDay' in rule ? rule : {};
  const counted = placed.day > cutOffDay ? placed.plus({ months: 1 }).startOf('month') : placed;
  switch (rule.kind) {
    case 'net':
      return addDays(placedOn, rule.days);
    case 'months':
      return dayOf(placed.plus({ months: rule.months }));
    case 'endOfMonth': {
      const { days, convention, plusDays = 0 } = rule;
      switch (convention) {
        case 'daysThenMonthEnd':
          return dayOf(counted.plus({ days }).endOf('month').plus({ days: plusDays }));
        case 'monthsThenMonthEnd':
          return dayOf(
            counted
              .plus({ months: days / 30 })
              .endOf('month')
              .plus({ days: plusDays }),
          );
        case 'monthEndThenDays':
          return dayOf(counted.endOf('month').plus({ days: days + plusDays }));
        default:
          return assertNever(convention);
      }
    }
    case 'dayOfMonth': {
      const day = dayOfMonth(counted.plus({ months: rule.months }), rule.day);
      return day < dayOf(counted) ? dayOfMonth(counted.plus({ months: 1 }), rule.day) : day;
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

/** A payment due on the day of the order, such as a deposit, stays due on that day, unless it is a holiday. */
function moved(rule: DueRule & MovedDays, agreed: Day, placedOn: Day, context: DueContext): Day {
  const paymentDays = rule.kind === 'fixed' ? [] : (rule.paymentDays ?? []);
  const calendar = rule.nonBusinessDays === 'next' ? dueDayCalendar(context.settings) : null;
  let day = agreed;
  for (let moves = 0; moves < MOST_MOVES; moves += 1) {
    const open = day === placedOn ? day : outOfClosures(nextPaymentDay(day, paymentDays), context);
    const next = open === day && calendar ? calendar.nextBusinessDay(day) : open;
    if (next === day) return day;
    // Off a holiday, the day need not be a payment day.
    if (open === day && outOfClosures(next, context) === next) return next;
    day = next;
  }
  return agreed;
}
/** More than any closures of two years need; if no day is found, the agreed one stays. */
const MOST_MOVES = 100;

/** The day itself, or the next of the days of the month on which the customer pays. */
function nextPaymentDay(day: Day, paymentDays: readonly number[]): Day {
  if (paymentDays.length === 0) return day;
  const months = [0, 1].map((more) => at(day).startOf('month').plus({ months: more }));
  const days = months.flatMap((month) => paymentDays.map((payment) => dayOfMonth(month, payment)));
  return days.filter((payment) => payment >= day).sort()[0]!;
}

const LAST_DAY = 31;
