import { ibanIn } from '../iban.ts';
import { looksLikeAmount } from './amounts.ts';
import { currencyOf } from './currencies.ts';
import { type DateFormat, dateFormatsOf, readDay } from './days.ts';
import { cellAt, type Row } from './table.ts';
import { directionOf, statusOf } from './words.ts';

/** Most of a column must be what it is taken for: a footer or a line that cannot be read is no reason to ask. */
const MOST = 0.7;
/** How many different values of a column are looked at. */
const LOOKED_AT = 2_000;

/** The different values of a column, without empty ones. */
export function valuesOf(rows: readonly Row[], column: number): string[] {
  const found = new Set<string>();
  for (const row of rows) {
    const cell = cellAt(row, column);
    if (cell !== '') found.add(cell);
    if (found.size === LOOKED_AT) break;
  }
  return [...found];
}

const most = (values: readonly string[], is: (cell: string) => boolean): boolean =>
  values.length > 0 && values.filter(is).length >= values.length * MOST;

/** The formats in which most of these values are days, the ones that fit the most values first. */
export function formatsThatFit(values: readonly string[]): DateFormat[] {
  // Some banks write "prenotata" in place of the day.
  const given = values.filter((value) => statusOf(value) === null);
  const days = given.filter((value) => dateFormatsOf([value]).length > 0);
  if (days.length < given.length * MOST || days.length === 0) return [];
  const fits = (format: DateFormat) => days.filter((day) => readDay(day, format, 'utc') !== null).length;
  const counted = [...new Set(days.flatMap((day) => dateFormatsOf([day])))].map((format) => ({
    format,
    count: fits(format),
  }));
  const best = Math.max(...counted.map(({ count }) => count));
  const order = dateFormatsOf([]);
  return counted
    .filter(({ count }) => count === best)
    .map(({ format }) => format)
    .sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** How many values show what a column is. */
const SHOWN = 200;
export const areDays = (values: readonly string[]): boolean =>
  formatsThatFit(values.slice(0, SHOWN)).length > 0;
/** Amounts have separators or a sign somewhere: a column of whole numbers may be anything. */
export const areAmounts = (values: readonly string[]): boolean =>
  most(values, looksLikeAmount) && values.some((value) => /[.,+-]|€/.test(value)) && !areDays(values);
export const mayBeAmounts = (values: readonly string[]): boolean => most(values, looksLikeAmount);
export const areCurrencies = (values: readonly string[]): boolean =>
  values.length > 0 && values.every((value) => currencyOf(value) !== null);
export const areDirections = (values: readonly string[]): boolean =>
  values.length > 0 && values.length <= 6 && values.every((value) => directionOf(value) !== null);
export const areStatuses = (values: readonly string[]): boolean =>
  values.length > 0 && values.length <= 12 && most(values, (value) => statusOf(value) !== null);
/** At least half of the values are known: then the others are mistakes, or new words, and not another kind of column. */
export const halfAre = (values: readonly string[], is: (cell: string) => boolean): boolean =>
  values.filter(is).length * 2 >= values.length;
export const areIbans = (values: readonly string[]): boolean =>
  most(values, (value) => ibanIn(value) !== null);
