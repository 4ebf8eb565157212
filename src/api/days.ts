import { invalid } from '../kernel/invalid.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Requires a day up to today that is not more than ten years ago. Throws `validation`. */
export function requirePast(pointer: string, given: string, today: string): void {
  const tenYearsAgo = `${Number(today.slice(0, 4)) - 10}${today.slice(4)}`;
  if (given > today) invalid(pointer, `This is in the future: today is ${today}.`);
  if (given < tenYearsAgo) invalid(pointer, 'This is more than ten years ago.');
}

/** An instant in the future, to the millisecond. Throws `validation`. */
export function requireFuture(pointer: string, given: string, now: string): string {
  if (Date.parse(given) <= Date.parse(now)) invalid(pointer, 'This is not in the future.');
  return new Date(given).toISOString();
}

/** When the store says that the order was placed, to the millisecond. Throws `validation`. */
export function placement(placedAt: string, now: string): string {
  const ms = Date.parse(placedAt) - Date.parse(now);
  if (ms > 5 * MINUTE_MS) invalid('/placedAt', 'This is in the future.');
  if (ms < -366 * DAY_MS) invalid('/placedAt', 'This is more than 366 days ago.');
  return new Date(placedAt).toISOString();
}
