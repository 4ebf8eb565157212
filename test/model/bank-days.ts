/** Days and windows as the written rules have them for a merchant in Rome, without the product's own calendar. */

/** Italy's public holidays in the years of the lives, without Sundays. */
const HOLIDAYS = new Set([
  ...['2025-01-01', '2025-01-06', '2025-04-21', '2025-04-25', '2025-05-01', '2025-06-02', '2025-08-15'],
  ...['2025-11-01', '2025-12-08', '2025-12-25', '2025-12-26'],
  ...['2026-01-01', '2026-01-06', '2026-04-06', '2026-04-25', '2026-05-01', '2026-06-02', '2026-08-15'],
  ...['2026-11-01', '2026-12-08', '2026-12-25', '2026-12-26'],
]);
const DAY_MS = 86_400_000;
const inRome = new Intl.DateTimeFormat('sv-SE', {
  ...{ timeZone: 'Europe/Rome', dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' },
});

/** When no letter about something overdue leaves. */
export const PAUSE = { from: '08-08', to: '08-24' };
/** Letters leave from 10:30; each customer has a place in the half hour after that. Until 18:30 one may still leave. */
const OPENS = '10:30:00';
const LAST_PLACE = '11:00:00';
const CLOSES = '18:30:00';

export const dayOf = (instant: string): string => inRome.format(Date.parse(instant)).slice(0, 10);
const timeOf = (instant: string): string => inRome.format(Date.parse(instant)).slice(11);

export const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
export const daysFromTo = (from: string, to: string): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;

export const isBankDay = (day: string): boolean =>
  ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()) && !HOLIDAYS.has(day);

/** That many bank days later. */
export function plusBankDays(day: string, days: number): string {
  let at = day;
  for (let left = days; left > 0; ) {
    at = plusDays(at, 1);
    if (isBankDay(at)) left -= 1;
  }
  return at;
}

export const isInPause = (day: string): boolean => day.slice(5) >= PAUSE.from && day.slice(5) <= PAUSE.to;

export const isInWindow = (instant: string): boolean =>
  isBankDay(dayOf(instant)) && timeOf(instant) >= OPENS && timeOf(instant) < CLOSES;

/**
 * The latest instant at which what was woken now is looked at: the end of the next window's places, after any pause. Once a
 * window is open, the customer's place in it may be over.
 */
export function nextWindowEnds(now: string): string {
  let day = dayOf(now);
  while (!isBankDay(day) || isInPause(day) || atTime(day, OPENS) <= now) day = plusDays(day, 1);
  return atTime(day, LAST_PLACE);
}

/** The instant of a time of day in Rome. */
export function atTime(day: string, time: string): string {
  for (const offset of ['+01:00', '+02:00']) {
    const instant = new Date(`${day}T${time}${offset}`).toISOString();
    if (dayOf(instant) === day && timeOf(instant) === time) return instant;
  }
  throw new Error(`${day} has no ${time}`);
}
