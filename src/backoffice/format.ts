import { DateTime } from 'luxon';
import type { Day, Instant } from '../kernel/calendar.ts';

const LOCALE = 'en-GB';

/** "3 Mar 2027" */
export const formatDay = (day: Day): string =>
  DateTime.fromISO(day, { zone: 'utc', locale: LOCALE }).toFormat('d MMM yyyy');

/** "3 Mar 2027, 09:00", in the time zone `zone`; with seconds if they matter. */
export function formatInstant(at: Instant, zone: string, { seconds = false } = {}): string {
  return DateTime.fromISO(at, { zone, locale: LOCALE }).toFormat(
    seconds ? 'd MMM yyyy, HH:mm:ss' : 'd MMM yyyy, HH:mm',
  );
}
