import { DateTime } from 'luxon';
import type { Day } from '../../../kernel/calendar.ts';

/** A day for reckoning with months. */
export const at = (day: Day): DateTime => DateTime.fromISO(day, { zone: 'utc' });
export const dayOf = (time: DateTime): Day => time.toISODate()!;
/** That day of a month, or the last one of a shorter month. */
export const dayOfMonth = (month: DateTime, day: number): Day =>
  dayOf(month.set({ day: Math.min(day, month.daysInMonth!) }));
