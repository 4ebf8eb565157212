import type { Day } from '../../../kernel/calendar.ts';

/** The first day of the half-year in which a day lies: 1 January or 1 July. */
export function halfYearOf(day: Day): Day {
  return `${day.slice(0, 4)}-${day.slice(5, 7) < '07' ? '01' : '07'}-01`;
}

/** The last day of the half-year that begins on `from`. */
export function endOfHalfYear(from: Day): Day {
  return from.slice(5, 7) === '01' ? `${from.slice(0, 4)}-06-30` : `${from.slice(0, 4)}-12-31`;
}

/** Whether half-years begin on that day. */
export const startsHalfYear = (day: Day): boolean => halfYearOf(day) === day;

/** "the second half of 2027". */
export const halfYearName = (from: Day): string =>
  `the ${from.slice(5, 7) === '01' ? 'first' : 'second'} half of ${from.slice(0, 4)}`;
