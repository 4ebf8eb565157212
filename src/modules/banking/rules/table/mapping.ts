import { type Day, dayAt } from '../../../../kernel/calendar.ts';
import { type Decimal, decimalOf, isNegative, readAmount } from './amounts.ts';
import { currencyInName } from './column-names.ts';
import { type DateFormat, isMonthFirst, readDay } from './days.ts';
import { findHeader, findUnknownHeader, headerAt, isDay } from './header.ts';
import { type Profile, profilesOf } from './profile.ts';
import {
  type Columns,
  cellAt,
  columnName,
  columnsNamed,
  type GivenMapping,
  type Header,
  type Role,
  type Row,
  type SingleRole,
  singleRoles,
} from './table.ts';
import { formatsThatFit, isCurrency } from './values.ts';
import { directionOf, statusOf, titlesUnbooked } from './words.ts';

/** How to read a table: which column is what, and how days and amounts are written. */
export type Mapping = {
  readonly header: Header;
  readonly columns: Columns;
  readonly dateFormat: DateFormat;
  readonly decimal: Decimal;
  /** Of lines that name none. */
  readonly currency: string;
};
/** Why a column has a role; `parameter` is the one that says otherwise. */
export type Reason = { readonly parameter: Role; readonly column: string; readonly reason: string };
/** What the file does not tell, and which parameter does. */
export type Question = { readonly parameter: string; readonly detail: string };

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

type Asked = { columns: Partial<Record<SingleRole, number>>; reference: number[] | null; ignored: number[] };

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

const quoted = (names: readonly string[]): string =>
  names
    .slice(0, 30)
    .map((name) => `"${name.slice(0, 50)}"`)
    .join(', ');

/** Gives each role its column: the caller's, or the one whose name or values say so. */
function assign(
  profiles: readonly Profile[],
  { columns: given, reference, ignored }: Asked,
  rows: readonly Row[],
): { columns: Columns; questions: Question[]; reasons: Reason[] } {
  const taken = new Set([...Object.values(given), ...(reference ?? []), ...ignored]);
  const free = profiles.filter(({ column }) => !taken.has(column));
  const called = (meaning: Profile['meaning']) =>
    [...free.filter((one) => one.by === 'name'), ...free.filter((one) => one.by === 'values')].filter(
      (one) => one.meaning === meaning,
    );
  const questions: Question[] = [];
  const found: Partial<Record<SingleRole, Profile>> = {};
  // With a day and an amount of the caller's, only what they name is read.
  const complete = given.date !== undefined && (given.amount !== undefined || given.credit !== undefined);

  if (given.date === undefined) {
    const [value] = called('valueOn');
    const [booked, second] = called('bookedOn');
    const [date, booking] = value
      ? [value, booked]
      : booked?.by === 'values' && second
        ? [second, booked]
        : [booked, undefined];
    if (date) found.date = date;
    else questions.push({ parameter: 'date', detail: 'No column has days: name the one of the value date.' });
    if (booking && given.bookingDate === undefined) found.bookingDate = booking;
  }
  if (given.amount === undefined && given.credit === undefined) {
    const chosen = amountsAmong(free, called, rows, questions);
    Object.assign(found, given.debit === undefined ? chosen : { ...chosen, debit: undefined });
  }
  if (!complete)
    for (const [role, meaning] of [
      ['currencyColumn', 'currency'],
      ['status', 'status'],
      ['payer', 'payer'],
      ['payerIban', 'payerIban'],
      ['bankReference', 'bankReference'],
      ['fee', 'fee'],
      ['accountColumn', 'account'],
    ] as const) {
      const [first] = called(meaning).filter(({ values }) => values.length > 0);
      if (first && given[role] === undefined) found[role] = first;
    }
  const amount = profiles[given.amount ?? found.amount?.column ?? -1];
  if (!complete && given.direction === undefined && amount) {
    const [first] = called('direction');
    if (first && (first.by === 'name' || !amount.values.some(isNegative))) found.direction = first;
  }
  nearestCurrency(found, called('currency'), amount);

  const used = new Set([...taken, ...Object.values(found).flatMap((one) => (one ? [one.column] : []))]);
  const texts = free.filter(({ meaning, column }) => meaning === 'reference' && !used.has(column));
  const unnamed = free.filter(({ meaning, column }) => meaning === 'text' && !used.has(column));
  const references = (texts.length > 0 ? texts : unnamed).filter(({ values }) => values.length > 0);
  const columns: Columns = {
    ...Object.fromEntries(Object.entries(found).flatMap(([role, one]) => (one ? [[role, one.column]] : []))),
    ...given,
    reference: reference ?? (complete ? [] : references.map(({ column }) => column)),
  };
  const reasons = [
    ...singleRoles.flatMap((role) => reasonFor(role, columns[role], given[role] !== undefined, profiles)),
    ...columns.reference.flatMap((column) => reasonFor('reference', column, reference !== null, profiles)),
  ];
  return { columns, questions, reasons };
}

function reasonFor(
  parameter: Role,
  column: number | undefined,
  given: boolean,
  profiles: readonly Profile[],
): Reason[] {
  const one = profiles[column ?? -1];
  if (!one) return [];
  const reason = given
    ? 'as given'
    : one.by === 'name'
      ? 'by its name'
      : `by its values, such as ${quoted(one.values.slice(0, 2))}`;
  return [{ parameter, column: one.name, reason }];
}

/** The column of the amount, or those of credits and debits. Asks where several columns have different amounts. */
function amountsAmong(
  free: readonly Profile[],
  called: (meaning: Profile['meaning']) => Profile[],
  rows: readonly Row[],
  questions: Question[],
): Partial<Record<SingleRole, Profile>> {
  const [credit] = called('credit');
  const [debit] = called('debit');
  if (credit && debit) return { credit, debit };
  const named = called('amount').filter(({ by, values }) => by === 'name' && values.length > 0);
  const candidates = named.length > 0 ? named : called('amount');
  if (candidates.length === 0 && credit) return { credit };
  const others = candidates.filter((one) => !isBalanceOf(one, candidates, rows));
  const [amount, ...more] = others;
  if (!amount) {
    const empty = free.find(({ meaning, by }) => meaning === 'amount' && by === 'name');
    if (empty) return { amount: empty };
    questions.push({
      parameter: 'amount',
      detail: 'No column has amounts: name it, or those of credit and debit.',
    });
    return {};
  }
  const differ = more.filter((one) =>
    rows.some((row) => cellAt(row, one.column) !== cellAt(row, amount.column)),
  );
  if (differ.length > 0)
    questions.push({
      parameter: 'amount',
      detail: `Several columns have amounts: ${quoted([amount, ...differ].map(({ name }) => name))}. Say which one is the amount, or which are credit and debit.`,
    });
  return { amount };
}

/** Whether a column is the balance before or after each line: it changes by another column's amount. */
const isBalanceOf = (one: Profile, candidates: readonly Profile[], rows: readonly Row[]): boolean =>
  candidates.some((other) => other.column !== one.column && stepsOf(rows, other.column, one.column) !== null);

/**
 * How a column changes from row to row, if it does so by the amounts of another one: `signed` if it is the balance after
 * each amount with its sign, from the first to the last row or the other way round. Null: it has nothing to do with them.
 */
function stepsOf(rows: readonly Row[], amount: number, balance: number): { signed: boolean } | null {
  const sample = rows.slice(0, 500);
  const decimals = (column: number) =>
    decimalOf(
      sample.map((row) => cellAt(row, column)),
      'EUR',
    ) ?? '.';
  const [inAmount, inBalance] = [decimals(amount), decimals(balance)];
  const numbers = sample.flatMap((row) => {
    const own = readAmount(cellAt(row, amount), { decimal: inAmount, currency: 'EUR' });
    const after = readAmount(cellAt(row, balance), { decimal: inBalance, currency: 'EUR' });
    return 'minor' in own && 'minor' in after ? [{ amount: own.minor, balance: after.minor }] : [];
  });
  const steps = numbers.slice(1).map((now, at) => ({
    step: now.balance - numbers[at]!.balance,
    now: now.amount,
    before: numbers[at]!.amount,
  }));
  type Step = (typeof steps)[number];
  const mostly = (fits: (step: Step) => boolean) =>
    steps.length >= 2 && steps.filter(fits).length >= steps.length * 0.8;
  if (mostly(({ step, now }) => step === now) || mostly(({ step, before }) => -step === before))
    return { signed: true };
  const size = Math.abs;
  const unsigned =
    mostly(({ step, now }) => size(step) === size(now)) ||
    mostly(({ step, before }) => size(step) === size(before));
  return unsigned ? { signed: false } : null;
}

/** Of several currencies in a line, that of the amount is next to it. */
function nearestCurrency(
  found: Partial<Record<SingleRole, Profile>>,
  currencies: readonly Profile[],
  amount: Profile | undefined,
): void {
  if (!found.currencyColumn || !amount) return;
  const filled = currencies.filter(({ values }) => values.length > 0);
  const distance = ({ column }: Profile) =>
    Math.abs(column - amount.column) - (column > amount.column ? 0.5 : 0);
  const [nearest] = filled.toSorted((a, b) => distance(a) - distance(b));
  if (nearest) found.currencyColumn = nearest;
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

/** Asks about columns that are not read and would change what a line means. */
function leftOut(
  profiles: readonly Profile[],
  columns: Columns,
  ignored: readonly number[],
  currency: string,
): Question[] {
  const used = new Set([
    ...singleRoles.flatMap((role) => columns[role] ?? []),
    ...columns.reference,
    ...ignored,
  ]);
  const amounts = [columns.amount, columns.credit].flatMap((column) => profiles[column ?? -1]?.values ?? []);
  return profiles
    .filter(({ column, values }) => !used.has(column) && values.length > 0)
    .flatMap(({ name, values, meaning }): Question[] => {
      const ask = (parameter: string, what: string): Question[] => [
        {
          parameter,
          detail: `The column "${name}" ${what}: name it in ${parameter}, or in ignore if it does not count.`,
        },
      ];
      const codes = values.every((value) => isCurrency(value) || value === '');
      if (
        columns.currencyColumn === undefined &&
        meaning === 'currency' &&
        codes &&
        values.some((value) => value.toUpperCase() !== currency)
      )
        return ask('currencyColumn', `has other currencies than ${currency}`);
      if (
        columns.direction === undefined &&
        columns.debit === undefined &&
        meaning === 'direction' &&
        values.some((value) => directionOf(value) === 'debit') &&
        !amounts.some(isNegative)
      )
        return ask('direction', 'seems to tell incoming money from outgoing');
      if (
        columns.status === undefined &&
        meaning === 'status' &&
        values.some((value) => !['booked', null].includes(statusOf(value)))
      )
        return ask('status', 'says that some lines are not booked');
      return [];
    });
}

/** Asks if balances show that amounts without a sign are also outgoing ones. */
function againstBalance(
  profiles: readonly Profile[],
  { amount, direction }: Columns,
  rows: readonly Row[],
  decimal: Decimal | null,
  currency: string,
): Question[] {
  if (amount === undefined || direction !== undefined || decimal === null) return [];
  const known = profiles[amount];
  if (!known || known.values.some(isNegative)) return [];
  const against = profiles.some(
    ({ column, values }) =>
      column !== amount &&
      values.length > 2 &&
      decimalOf(values, currency) !== null &&
      stepsOf(rows, amount, column)?.signed === false,
  );
  return against
    ? [
        {
          parameter: 'direction',
          detail:
            'The amounts have no sign, but the balances show that some of them went out: name the column that tells them apart.',
        },
      ]
    : [];
}
