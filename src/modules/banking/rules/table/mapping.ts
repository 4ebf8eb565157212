import { addDays, dayAt } from '../../../../kernel/calendar.ts';
import { type Decimal, decimalOf } from './amounts.ts';
import { currencyInName } from './column-names.ts';
import { currencyOf } from './currencies.ts';
import { type DateFormat, isMonthFirst, readDay } from './days.ts';
import { findHeader, findUnknownHeader, headerAt, isDay, isTitle, otherHeaderBelow } from './header.ts';
import { againstBalance, cutDecimals, leftOut } from './left-out.ts';
import { type Profile, profilesOf } from './profile.ts';
import { type Asked, assign, type Question, type Reason } from './roles.ts';
import {
  type Columns,
  cellAt,
  columnName,
  columnsNamed,
  type GivenMapping,
  type Header,
  quoted,
  type Row,
  type SingleRole,
  singleRoles,
} from './table.ts';
import { formatsThatFit } from './values.ts';
import { titleOf } from './words.ts';

/** How to read a table: which column is what, and how days and amounts are written. */
export type Mapping = {
  readonly header: Header;
  readonly columns: Columns;
  readonly dateFormat: DateFormat;
  /** Of the booking date, where a bank writes it otherwise. */
  readonly bookingFormat: DateFormat;
  /** The caller said how days are written: then no other way counts. */
  readonly dateFormatGiven: boolean;
  /** Most lines have a booking date: one without it is not booked. */
  readonly bookingFilled: boolean;
  readonly decimal: Decimal;
  /** Of lines that name none. */
  readonly currency: string;
};
/** A mapping as it is proposed; without questions it is sure, and can be used at once. */
export type Proposal = {
  readonly mapping: Mapping;
  readonly reasons: readonly Reason[];
  readonly questions: readonly Question[];
  readonly rows: readonly Row[];
};

/** The columns that a caller names are not in the table, or are there more than once. */
export class WrongColumns extends Error {}

type Context = {
  /** The file's currency, if the caller or the account says it, and otherwise the merchant's. */
  readonly currency: string;
  /** Whether somebody said so: then the names of columns do not count. */
  readonly currencyGiven: boolean;
  /** The merchant's own IBANs, as far as they are known. */
  readonly own: ReadonlySet<string>;
  readonly now: string;
  readonly zone: string;
};

/**
 * Finds out how a table is to be read: where its header is, what its columns hold, by their usual names and by their
 * values, and how days and amounts are written. What the caller gives is not questioned, but nothing is left out that
 * would change what a line means: another currency, the direction, or that it is not booked yet.
 * @throws WrongColumns for a column that the caller names and the table does not have exactly once
 */
export function proposeMapping(all: readonly Row[], given: GivenMapping, context: Context): Proposal {
  const header = headerFor(all, given);
  const below = header.line === null ? all : all.filter(({ number }) => number > header.line!);
  const next = header.line === null ? null : otherHeaderBelow(header, bookedAmong(below));
  const rows = next === null ? below : below.filter(({ number }) => number < next);
  const profiles = profilesOf(header, movementsAmong(rows), context.own);
  const asked = columnsGiven(given, header, profiles.length);
  const { columns, questions, reasons } = assign(profiles, asked, rows);
  const fileCurrency = currencyOfFile(profiles, columns, context);
  const valuesIn = (column: number | undefined) => profiles[column ?? -1]?.values ?? [];
  const amounts = [columns.amount, columns.credit, columns.debit].flatMap(valuesIn);
  const decimal =
    given.decimal ?? decimalOf(amounts, onlyCurrency(valuesIn(columns.currencyColumn)) ?? fileCurrency);
  const [dates, bookings] = [valuesIn(columns.date), valuesIn(columns.bookingDate)];
  const format = given.dateFormat ?? formatOf(dates, bookings, decimal, context);
  return {
    mapping: {
      header,
      columns,
      dateFormat: format ?? 'yyyy-MM-dd',
      bookingFormat:
        given.dateFormat ?? formatOf(bookings, dates, decimal, context) ?? format ?? 'yyyy-MM-dd',
      dateFormatGiven: given.dateFormat !== undefined,
      bookingFilled: isFilled(rows, columns),
      decimal: decimal ?? '.',
      currency: fileCurrency,
    },
    reasons,
    rows,
    questions: [
      ...questions,
      ...(next === null || given.headerLine !== undefined ? [] : [anotherTable(next)]),
      ...(columns.date !== undefined && format === null && rows.length > 0 ? [unclearDays] : []),
      ...(amounts.length > 0 && decimal === null ? [unclearDecimal] : []),
      ...leftOut(profiles, columns, asked.ignored, fileCurrency),
      ...(asked.columns.amount === undefined ? cutDecimals(profiles, columns) : []),
      ...againstBalance(profiles, columns, rows, decimal, fileCurrency),
    ],
  };
}

/** Whether most lines with an amount have a booking date. */
function isFilled(rows: readonly Row[], { bookingDate, amount, credit, debit }: Columns): boolean {
  const lines = rows.filter((row) => [amount, credit, debit].some((column) => cellAt(row, column) !== ''));
  return lines.filter((row) => cellAt(row, bookingDate) !== '').length * 2 > lines.length;
}

/** The currency of all lines, if they have only one. */
function onlyCurrency(values: readonly string[]): string | null {
  const found = new Set(values.map(currencyOf));
  return found.size === 1 ? [...found][0]! : null;
}

const anotherTable = (line: number): Question => ({
  parameter: 'headerLine',
  detail: `Line ${line} is the header of another table: divide the file, or give headerLine to read only one of them.`,
});

/** The rows above those that the bank has not booked yet. */
function bookedAmong(rows: readonly Row[]): readonly Row[] {
  const end = rows.findIndex((row) => isTitle(row) && titleOf(row.cells) === 'pending');
  return end < 0 ? rows : rows.slice(0, end);
}

/** The rows that show what the columns hold: those with a day and something else, above lines that are not booked. */
function movementsAmong(rows: readonly Row[]): readonly Row[] {
  const isMovement = ({ cells }: Row) => cells.filter((cell) => cell !== '').length > 2 && cells.some(isDay);
  const booked = bookedAmong(rows);
  return [booked.filter(isMovement), rows.filter(isMovement), booked].find((some) => some.length > 0) ?? rows;
}

const unclearDays: Question = {
  parameter: 'dateFormat',
  detail: 'The days can be read in two ways, day or month first: give dateFormat, such as dd/MM/yyyy.',
};
const unclearDecimal: Question = {
  parameter: 'decimal',
  detail: 'The amounts do not tell the decimal separator: give decimal, "," or ".".',
};

function headerFor(rows: readonly Row[], { headerLine }: GivenMapping): Header {
  const none: Header = { line: null, names: [] };
  if (headerLine === 0) return none;
  if (headerLine === undefined) return findHeader(rows) ?? findUnknownHeader(rows) ?? none;
  const found = headerAt(rows, headerLine);
  if (found) return found;
  throw new WrongColumns(`No row begins in line ${headerLine}: correct headerLine, or leave it out.`);
}

function columnsGiven(given: GivenMapping, header: Header, width: number): Asked {
  const missing: string[] = [];
  const twice: string[] = [];
  const all = (name: string): number[] => {
    const found = columnsNamed(header, name, width);
    if (found.length === 0) missing.push(name);
    return found;
  };
  const columns: Partial<Record<SingleRole, number>> = {};
  for (const role of singleRoles) {
    const name = given[role];
    if (name === undefined) continue;
    const found = all(name);
    if (found.length > 1) twice.push(name);
    if (found[0] !== undefined) columns[role] = found[0];
  }
  const reference = given.reference?.flatMap(all) ?? null;
  const ignored = given.ignore?.flatMap(all) ?? [];
  const names = Array.from({ length: width }, (_, at) => columnName(header, at));
  const where = header.line === null ? 'The file' : 'The header';
  if (missing.length > 0)
    throw new WrongColumns(`${where} lacks the columns ${quoted(missing)}. It has: ${quoted(names)}.`);
  if (twice.length > 0)
    throw new WrongColumns(
      `${where} names ${quoted(twice)} more than once: name the column by its position, from 1.`,
    );
  return { columns, reference, ignored };
}

/** The file's currency: as it was given, or as the name of the amount's column says, or else the merchant's. */
function currencyOfFile(
  profiles: readonly Profile[],
  columns: Columns,
  { currency, currencyGiven }: Context,
): string {
  const name = profiles[columns.amount ?? columns.credit ?? -1]?.name ?? '';
  return (currencyGiven ? null : currencyInName(name)) ?? currency;
}

/** Value dates run ahead by some days: only days that are further away cannot be. */
const AHEAD = 10;

/**
 * The format of a column of days; null if it stays open whether day or month comes first. It does not matter where both
 * give the same days. A decimal comma decides, which nobody uses who writes the month first; then the other column of
 * days, which is written in the same way; then days that are far in the future.
 */
function formatOf(
  values: readonly string[],
  others: readonly string[],
  decimal: Decimal | null,
  { now, zone }: Context,
): DateFormat | null {
  if (values.length === 0) return 'yyyy-MM-dd';
  const [first, ...rest] = formatsThatFit(values);
  if (first === undefined) return null;
  const other = rest.find((format) => isMonthFirst(format) !== isMonthFirst(first));
  if (!other) return first;
  const days = (format: DateFormat) => values.map((value) => readDay(value, format, zone) ?? '');
  if (days(first).every((day, at) => day === days(other)[at])) return first;
  if (decimal === ',') return first;
  const together = formatsThatFit([...values, ...others]).filter((format) => [first, other].includes(format));
  if (together.length === 1) return together[0]!;
  const last = addDays(dayAt(now, zone), AHEAD);
  const future = (format: DateFormat) => days(format).filter((day) => day > last).length;
  if (future(first) === 0 && future(other) > 0) return first;
  return future(other) === 0 && future(first) > 0 ? other : null;
}
