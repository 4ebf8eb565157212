import { DateTime } from 'luxon';
import type { Day } from '../../../../kernel/calendar.ts';

/** How a bank writes days: day, month and year, each once, such as "dd/MM/yyyy" or "d MMM yyyy". */
export type DateFormat = string;

type Part = 'day' | 'month' | 'year';
type Reader = { pattern: RegExp; parts: readonly Part[] };

const LONGEST_FORMAT = 20;
const LONGEST_CELL = 60;
const TOKEN = /^(d{1,2}|M{1,4}|yyyy|yy)/;
const PATTERNS: Readonly<Record<string, readonly [Part, string]>> = {
  d: ['day', '(\\d{1,2})'],
  dd: ['day', '(\\d{1,2})'],
  M: ['month', '(\\d{1,2})'],
  MM: ['month', '(\\d{1,2})'],
  MMM: ['month', '(\\p{L}{3,12})\\.?'],
  MMMM: ['month', '(\\p{L}{3,12})\\.?'],
  yy: ['year', '(\\d{2})'],
  yyyy: ['year', '(\\d{4})'],
};
/** Weekdays before a day, and a time after it, say nothing that is needed. */
const AROUND = ['^(?:\\p{L}{2,12}\\.?,? )?', '(?:[T ,]{1,2}\\d{1,2}[:.h]\\d{2}.{0,20})?$'] as const;
/** A moment as machines write it; with an offset, the day is the one that is written. */
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?UTC|Z)$/;

/** Formats that banks use, the most frequent first. */
const FORMATS = [
  ...[
    'yyyy-MM-dd',
    'dd/MM/yyyy',
    'dd.MM.yyyy',
    'dd-MM-yyyy',
    'MM/dd/yyyy',
    'yyyyMMdd',
    'yyyy/MM/dd',
    'yyyy.MM.dd',
  ],
  ...['dd.MM.yy', 'dd/MM/yy', 'dd-MM-yy', 'MM/dd/yy', 'MM-dd-yyyy', 'dd MM yyyy'],
  ...['dd MMM yyyy', 'dd-MMM-yyyy', 'dd. MMM yyyy', 'dd/MMM/yyyy', 'MMM dd, yyyy', 'MMM dd yyyy'],
  ...['dd MMM yy', 'dd-MMM-yy', 'dd/MMM/yy'],
];
const LANGUAGES = ['en', 'it', 'de', 'fr', 'nl', 'es', 'pt'];

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f.]/g, '')
    .toLowerCase();

const nameOfMonth = (language: string, month: 'long' | 'short', index: number): string => {
  const parts = new Intl.DateTimeFormat(language, { day: 'numeric', month, timeZone: 'UTC' }).formatToParts(
    Date.UTC(2026, index, 15),
  );
  return plain(parts.find(({ type }) => type === 'month')!.value);
};
/** The names of months, whole and short, in the languages of the formats: gennaio, janv., mrt. */
const months = LANGUAGES.flatMap((language) =>
  Array.from({ length: 12 }, (_, index) => ({
    number: index + 1,
    long: nameOfMonth(language, 'long', index),
    short: nameOfMonth(language, 'short', index),
  })),
);

/** The month of a name, or of its beginning as banks cut it ("sett"); undefined if it is none or several: "jui". */
function monthOf(text: string): number | undefined {
  const name = plain(text);
  const found = new Set(
    months.filter(({ long, short }) => short === name || long.startsWith(name)).map(({ number }) => number),
  );
  return found.size === 1 ? [...found][0] : undefined;
}

/** The reader of a format; null if the format does not name day, month and year once each. */
function readerOf(format: DateFormat): Reader | null {
  if (format.length > LONGEST_FORMAT) return null;
  let [pattern, rest] = ['', format];
  const parts: Part[] = [];
  while (rest !== '') {
    const token = TOKEN.exec(rest)?.[0];
    const found = token === undefined ? null : PATTERNS[token]!;
    if (found) {
      parts.push(found[0]);
      pattern += found[1];
    } else if (/^[ ./,-]/.test(rest)) pattern += rest[0] === ' ' ? ' +' : `[${rest[0]}]`;
    else return null;
    rest = rest.slice(token?.length ?? 1);
  }
  const complete = parts.length === 3 && new Set(parts).size === 3;
  return complete ? { pattern: new RegExp(`${AROUND[0]}${pattern}${AROUND[1]}`, 'u'), parts } : null;
}

const readers = new Map<DateFormat, Reader | null>();
function reader(format: DateFormat): Reader | null {
  const known = readers.get(format);
  if (known !== undefined) return known;
  const made = readerOf(format);
  if (FORMATS.includes(format)) readers.set(format, made);
  return made;
}

/** Whether a format names day, month and year, once each, and nothing else but ". / - ," and spaces. */
export const isDateFormat = (format: string): boolean => readerOf(format) !== null;

/**
 * The day that a cell shows; null if it shows none in that format. A moment in UTC is shown on the clocks of `zone`; with
 * another offset it is the day that the bank wrote.
 */
export function readDay(cell: string, format: DateFormat, zone: string): Day | null {
  const text = cell.replace(/[\s\u00a0\u202f]+/g, ' ').trim();
  if (text.length > LONGEST_CELL) return null;
  if (format === 'yyyy-MM-dd' && MOMENT.test(text)) {
    const moment = text.replace(/ ?UTC$/, 'Z').replace(' ', 'T');
    const at = DateTime.fromISO(moment, { zone });
    return at.isValid ? at.toISODate() : null;
  }
  const { pattern, parts } = reader(format) ?? {};
  const found = pattern?.exec(text);
  if (!found || !parts) return null;
  const written = (part: Part) => found[parts.indexOf(part) + 1]!;
  const month = /^\d/.test(written('month')) ? Number(written('month')) : monthOf(written('month'));
  const year = Number(written('year').length === 2 ? `20${written('year')}` : written('year'));
  return dayOf(year, month ?? 0, Number(written('day')));
}

/** A day of the calendar; null if there is none such. */
function dayOf(year: number, month: number, day: number): Day | null {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

/**
 * The formats in which all of these cells are days, the most frequent first. More than one is left where the cells do
 * not tell day and month apart: 05/06/2026.
 */
export function dateFormatsOf(cells: readonly string[]): DateFormat[] {
  const distinct = [...new Set(cells)];
  return FORMATS.filter((format) => distinct.every((cell) => readDay(cell, format, 'utc') !== null));
}

/** Whether a cell is a day in one of the formats. */
export function isWrittenDay(cell: string): boolean {
  if (cell.length > LONGEST_CELL) return false;
  const known = writtenDays.get(cell);
  if (known !== undefined) return known;
  const found = FORMATS.some((format) => readDay(cell, format, 'utc') !== null);
  if (writtenDays.size < REMEMBERED) writtenDays.set(cell, found);
  return found;
}
/** The same days and texts are in many lines of a file. */
const writtenDays = new Map<string, boolean>();
const REMEMBERED = 50_000;

/** Whether two formats read day and month the other way round. */
export const isMonthFirst = (format: DateFormat): boolean => format.startsWith('M') && format[2] !== 'M';

/** The format with day and month the other way round: dd/MM/yyyy and MM/dd/yyyy. */
export const swappedFormat = (format: DateFormat): DateFormat =>
  format.replace(/d+|M+/g, (part) => (part.startsWith('d') ? 'M' : 'd').repeat(part.length));
