import Holidays from 'date-holidays';
import { DateTime } from 'luxon';

/** A calendar day, `YYYY-MM-DD`, in the merchant's time zone. */
export type Day = string;
/** A moment, ISO 8601 in UTC, `2026-11-25T08:00:00.000Z`. */
export type Instant = string;

const instant = (time: DateTime): Instant => time.toUTC().toISO()!;

/** The day that a clock in `zone` shows at that moment. */
export function dayAt(at: Instant, zone: string): Day {
  return DateTime.fromISO(at, { zone }).toISODate()!;
}

export function addDays(day: Day, days: number): Day {
  return DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toISODate()!;
}

/** Whole calendar days from one day to another; negative if `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return DateTime.fromISO(to, { zone: 'utc' }).diff(DateTime.fromISO(from, { zone: 'utc' }), 'days').days;
}

/** The moment at which the day begins in `zone`, correct across DST changes. */
export function startOfDay(day: Day, zone: string): Instant {
  return endOfDay(addDays(day, -1), zone);
}

/** The moment at which the day ends in `zone`: midnight at the start of the next one, correct across DST changes. */
export function endOfDay(day: Day, zone: string): Instant {
  return instant(DateTime.fromISO(day, { zone }).plus({ days: 1 }).startOf('day'));
}

/** The moment at which a clock in `zone` shows `time` ("09:00") on that day, or the next time that exists (DST). */
export function timeOn(day: Day, time: string, zone: string): Instant {
  return instant(DateTime.fromISO(`${day}T${time}`, { zone }));
}

/** The last day on which a payment that is overdue from `dueAt` on is in time. */
export function lastDayInTime(dueAt: Instant, zone: string): Day {
  return dayAt(new Date(Date.parse(dueAt) - 1).toISOString(), zone);
}

/**
 * Calendar days from the last day in time until now, in `zone`; 0 if the payment is not overdue or its due date is
 * provisional (null).
 */
export function daysLate(dueAt: Instant | null, now: number, zone: string): number {
  if (dueAt === null || now < Date.parse(dueAt)) return 0;
  return daysBetween(lastDayInTime(dueAt, zone), dayAt(new Date(now).toISOString(), zone));
}

/** Says which days are business days. */
export type BusinessCalendar = {
  isBusinessDay(day: Day): boolean;
  nextBusinessDay(day: Day): Day;
  previousBusinessDay(day: Day): Day;
};

/** The business day so many business days after `day`, which itself does not count; 0 is the day itself. */
export function addBusinessDays(day: Day, count: number, calendar: BusinessCalendar): Day {
  let result = day;
  for (let left = count; left > 0; left--) result = calendar.nextBusinessDay(addDays(result, 1));
  return result;
}

const calendars = new Map<string, BusinessCalendar>();

/** Working days of a country (ISO 3166-1 alpha-2): all but Saturdays, Sundays and public holidays. */
export const businessCalendar = (country: string): BusinessCalendar => calendarOf(country, null, 5);

/**
 * Days on which a payment can be due: all but Sundays and the public holidays of the country and its region (a code of
 * the date-holidays library). By Italian law it can be due on a Saturday; `saturdays: 'closed'` treats it as a holiday.
 */
export function dueDayCalendar({
  country,
  region,
  saturdays,
}: {
  country: string;
  region: string | null;
  saturdays: 'open' | 'closed';
}): BusinessCalendar {
  return calendarOf(country, region, saturdays === 'open' ? 6 : 5);
}

/** Whether date-holidays has that region of the country, such as 32 (Alto Adige) of IT. */
export function isRegion(country: string, region: string): boolean {
  return Object.hasOwn(new Holidays().getStates(country) ?? {}, region);
}

/** `lastWeekday`: 5 is Friday. */
function calendarOf(country: string, region: string | null, lastWeekday: 5 | 6): BusinessCalendar {
  const key = `${country}/${region}/${lastWeekday}`;
  const known = calendars.get(key);
  if (known) return known;
  const options = { types: ['public' as const], timezone: 'UTC' };
  const holidays = region ? new Holidays(country, region, options) : new Holidays(country, options);
  // The library takes milliseconds per day, and each checkout asks for several days: its answers are cached.
  const answers = new Map<Day, boolean>();
  const look = (day: Day) =>
    DateTime.fromISO(day, { zone: 'utc' }).weekday <= lastWeekday &&
    holidays.isHoliday(new Date(`${day}T12:00:00Z`)) === false;
  const isBusinessDay = (day: Day): boolean => {
    const answer = answers.get(day) ?? look(day);
    answers.set(day, answer);
    return answer;
  };
  const seek = (day: Day, step: 1 | -1): Day => (isBusinessDay(day) ? day : seek(addDays(day, step), step));
  const calendar: BusinessCalendar = {
    isBusinessDay,
    nextBusinessDay: (day) => seek(day, 1),
    previousBusinessDay: (day) => seek(day, -1),
  };
  calendars.set(key, calendar);
  return calendar;
}
