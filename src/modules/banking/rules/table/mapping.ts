import { type Day, dayAt } from '../../../../kernel/calendar.ts';
import { type Decimal, decimalOf } from './amounts.ts';
import { currencyInName } from './column-names.ts';
import { type DateFormat, isMonthFirst, readDay } from './days.ts';
import { findHeader, findUnknownHeader, headerAt, isDay } from './header.ts';
import { againstBalance, leftOut } from './left-out.ts';
import { type Profile, profilesOf } from './profile.ts';
import { type Asked, assign, type Question, type Reason } from './roles.ts';
import {
  type Columns,
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
import { titlesUnbooked } from './words.ts';

/** How to read a table: which column is what, and how days and amounts are written. */
export type Mapping = {
  readonly header: Header;
  readonly columns: Columns;
  readonly dateFormat: DateFormat;
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
  const rows = header.line === null ? all : all.filter(({ number }) => number > header.line!);
  const profiles = profilesOf(header, movementsAmong(rows));
  const asked = columnsGiven(given, header, profiles.length);
  const { columns, questions, reasons } = assign(profiles, asked, rows);
  const fileCurrency = currencyOf(profiles, columns, context);
  const amounts = [columns.amount, columns.credit, columns.debit].flatMap((column) =>
    column === undefined ? [] : (profiles[column]?.values ?? []),
  );
  const decimal = given.decimal ?? decimalOf(amounts, fileCurrency);
  const format = given.dateFormat ?? formatOf(profiles[columns.date ?? -1]?.values ?? [], decimal, context);
  return {
    mapping: {
      header,
      columns,
      dateFormat: format ?? 'yyyy-MM-dd',
      decimal: decimal ?? '.',
      currency: fileCurrency,
    },
    reasons,
    rows,
    questions: [
      ...questions,
      ...(columns.date !== undefined && format === null && rows.length > 0 ? [unclearDays] : []),
      ...(amounts.length > 0 && decimal === null ? [unclearDecimal] : []),
      ...leftOut(profiles, columns, asked.ignored, fileCurrency),
      ...againstBalance(profiles, columns, rows, decimal, fileCurrency),
    ],
  };
}

/** The rows that show what the columns hold: those with a day and something else, above lines that are not booked. */
function movementsAmong(rows: readonly Row[]): readonly Row[] {
  const end = rows.findIndex(({ cells }) => titlesUnbooked(cells));
  const booked = end < 0 ? rows : rows.slice(0, end);
  const movements = booked.filter(
    ({ cells }) => cells.filter((cell) => cell !== '').length > 2 && cells.some(isDay),
  );
  return movements.length > 0 ? movements : booked;
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
function currencyOf(
  profiles: readonly Profile[],
  columns: Columns,
  { currency, currencyGiven }: Context,
): string {
  const name = profiles[columns.amount ?? columns.credit ?? -1]?.name ?? '';
  return (currencyGiven ? null : currencyInName(name)) ?? currency;
}

/**
 * The format of the days; null if it stays open whether day or month comes first. It does not matter where both give
 * the same days; a future day decides, and so does a decimal comma, which nobody uses who writes the month first.
 */
function formatOf(
  values: readonly string[],
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
  const today: Day = dayAt(now, zone);
  const future = (format: DateFormat) => days(format).filter((day) => day > today).length;
  if (future(first) === 0 && future(other) > 0) return first;
  if (future(other) === 0 && future(first) > 0) return other;
  return decimal === ',' ? first : null;
}
