import { type Day, dayAt } from '../../../../kernel/calendar.ts';
import { ibanIn } from '../iban.ts';
import { joinedTexts, ownReference, type StatementLine } from '../statement-line.ts';
import { readAmount } from './amounts.ts';
import { currencyOf, isCurrency } from './currencies.ts';
import { dateFormatsOf, readDay, swappedFormat } from './days.ts';
import { isTitle } from './header.ts';
import type { Mapping } from './mapping.ts';
import { cellAt, columnName, type Row } from './table.ts';
import {
  type Direction,
  directionOf,
  type LineStatus,
  saysBalance,
  saysReturned,
  statusOf,
  titleOf,
} from './words.ts';

/** Why a line was not read. */
export const rejections = [
  'not-a-day',
  'day-in-the-future',
  'day-too-early',
  'not-an-amount',
  'unknown-currency',
  'unknown-direction',
  'unknown-status',
  'too-many-fields',
  'not-readable',
] as const;
export type Rejection = (typeof rejections)[number];

/** A row as it was read. `skipped`: no movement of money, such as a balance, a sum, or a note of the bank. */
export type ReadRow = { readonly row: Row } & (
  | { readonly line: StatementLine }
  | { readonly rejected: Rejection; readonly column: string; readonly detail: string }
  | { readonly skipped: 'no-movement' }
  | { readonly skipped: 'pending'; readonly day: null }
);

type Context = {
  readonly today: Day;
  readonly zone: string;
  /** The account of lines that name none themselves. */
  readonly account: string | null;
  /** The merchant's own IBANs: none of them is a payer's. */
  readonly own: ReadonlySet<string>;
};

const EARLIEST: Day = '1900-01-01';

/** Reads the rows below the header, one by one: what is wrong with one of them does not touch the others. */
export function readRows(
  rows: readonly Row[],
  mapping: Mapping,
  { now, ...given }: Omit<Context, 'today'> & { readonly now: string },
): ReadRow[] {
  const context = { ...given, today: dayAt(now, given.zone) };
  const read: ReadRow[] = [];
  let booked = true;
  for (const row of rows) {
    if (row.cells.every((cell) => cell.trim() === '')) continue;
    const title = isTitle(row) && !isOnlyText(row, mapping) ? titleOf(row.cells) : null;
    if (title !== null) booked = title === 'booked';
    else if (!booked) read.push({ row, skipped: 'pending', day: null });
    else if (isHeaderAgain(row, mapping)) read.push({ row, skipped: 'no-movement' });
    else if (!continues(row, mapping, read)) read.push(readRow(row, mapping, context));
  }
  return read;
}

/** A row with a text in a column of references is the rest of a line, and no title. */
const isOnlyText = ({ cells }: Row, { columns }: Mapping): boolean =>
  cells.every((cell, at) => cell.trim() === '' || columns.reference.includes(at));

const isHeaderAgain = (row: Row, { header }: Mapping): boolean =>
  header.line !== null && header.names.every((name, at) => name === (row.cells[at] ?? '').trim());

/** Adds the text of a row without day and amount to the line before it: some banks divide long texts. */
function continues(row: Row, { columns }: Mapping, read: ReadRow[]): boolean {
  const last = read.at(-1);
  const text = joinedTexts(columns.reference.map((column) => cellAt(row, column)));
  const others = [columns.date, columns.bookingDate, columns.amount, columns.credit, columns.debit];
  if (!last || !('line' in last) || text === '' || others.some((column) => cellAt(row, column) !== ''))
    return false;
  if ((row.cells[0] ?? '').trim() !== '' && !columns.reference.includes(0)) return false;
  if (saysBalance(text)) return false;
  const line = { ...last.line, reference: `${last.line.reference} ${text}`.slice(0, 4_000) };
  read[read.length - 1] = { ...last, line };
  return true;
}

class Rejected extends Error {
  readonly rejected: Rejection;
  readonly column: number | null;

  constructor(rejected: Rejection, column: number | null, detail: string) {
    super(detail);
    this.rejected = rejected;
    this.column = column;
  }
}

function readRow(row: Row, mapping: Mapping, context: Context): ReadRow {
  try {
    return lineIn(row, mapping, context);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const column = error.column === null ? '' : columnName(mapping.header, error.column);
    return { row, rejected: error.rejected, column, detail: error.message };
  }
}

function lineIn(row: Row, mapping: Mapping, { today, zone, account, own }: Context): ReadRow {
  const { columns, header } = mapping;
  const cell = (column: number | undefined) => cellAt(row, column);
  const amounts = [columns.amount, columns.credit, columns.debit].map(cell);
  const days = [columns.date, columns.bookingDate].map(cell);
  const noMovement: ReadRow = { row, skipped: 'no-movement' };
  if (cell(columns.payer) === '' && row.cells.some(saysBalance)) return noMovement;
  if (amounts.every((text) => text === '')) {
    const complete = row.cells.length * 2 > header.names.length;
    if (complete && days.some((text) => dayIn(text, mapping, zone) !== null))
      throw new Rejected('not-an-amount', columns.amount ?? columns.credit ?? null, 'This is empty.');
    return noMovement;
  }
  // A sentence at the end of the table: it has no day, no amount, and nothing else.
  if (isTitle(row) && row.cells.filter((text) => text.trim() !== '').length === 1) return noMovement;
  const extra = row.cells.slice(Math.max(header.names.length, 1)).filter((text) => text.trim() !== '');
  if (header.line !== null && extra.length > 0)
    throw new Rejected(
      'too-many-fields',
      null,
      `The line has ${row.cells.length} fields, but the header has ${header.names.length}: put texts with a separator in quotes.`,
    );

  const said = statusIn(cell(columns.status), days, columns.status);
  const unbooked = columns.bookingDate !== undefined && days[1] === '' && mapping.bookingFilled;
  const status = said === 'booked' && unbooked ? 'pending' : said;
  const { amount, currency, direction } = amountIn(row, mapping);
  if (direction === 'none' || amount === 0) return noMovement;
  const value = dayIn(days[0]!, mapping, zone);
  const booking = dayIn(days[1]!, mapping, zone, mapping.bookingFormat);
  if (status !== 'booked' && value === null && booking === null)
    return { row, skipped: 'pending', day: null };
  const bookedOn = booking ?? value ?? notADay(mapping, days[0]!);
  if (value === null && days[0] !== '' && status === 'booked') notADay(mapping, days[0]!);
  // What the bank has booked is here: money that counts from a later day was received on the day of booking.
  const valueOn = value === null || (value > today && bookedOn <= today) ? bookedOn : value;
  for (const day of [valueOn, bookedOn]) {
    const column = columns.date ?? null;
    if (day < EARLIEST) throw new Rejected('day-too-early', column, `Give a day from ${EARLIEST} on.`);
    if (day > today && status === 'booked')
      throw new Rejected('day-in-the-future', column, `This is in the future: today is ${today}.`);
  }
  const reference = joinedTexts(columns.reference.map(cell));
  const iban = ibanIn(cell(columns.payerIban));
  const ownAccount = ibanIn(cell(columns.accountColumn)) ?? account;
  const line: StatementLine = {
    account: ownAccount,
    ...{ bookedOn, valueOn, currency, direction, status, reference },
    amount: Math.abs(amount),
    returned: direction === 'debit' && saysReturned(reference) ? 'said by its text' : null,
    payer: cell(columns.payer).replace(/\s+/g, ' ').slice(0, 300),
    payerIban: iban !== null && iban !== ownAccount && !own.has(iban) ? iban : null,
    bankReference: ownReference(cell(columns.bankReference)),
    fee: feeIn(cell(columns.fee), mapping),
  };
  return { row, line };
}

function notADay({ dateFormat, columns }: Mapping, text: string): never {
  const what = text === '' ? 'This is empty.' : 'This is not a day.';
  throw new Rejected('not-a-day', columns.date ?? null, `${what} Write it as ${dateFormat}.`);
}

/** The day of a cell; in another format than the file's if that can be only one day, and not day and month swapped. */
function dayIn(text: string, mapping: Mapping, zone: string, format = mapping.dateFormat): Day | null {
  if (text === '') return null;
  const day = readDay(text, format, zone);
  if (day !== null || mapping.dateFormatGiven) return day;
  const others = dateFormatsOf([text]);
  const found = new Set(others.map((other) => readDay(text, other, zone)));
  const swapped = others.some((other) => swappedFormat(other) === format);
  return found.size === 1 && !swapped ? [...found][0]! : null;
}

/** The status that the bank gives; some write it in place of the day: "prenotata". */
function statusIn(text: string, days: readonly string[], column: number | undefined): LineStatus {
  const inDay = days.map(statusOf).find((found) => found !== null && found !== 'booked');
  if (inDay) return inDay;
  if (text === '') return 'booked';
  const status = statusOf(text);
  if (status !== null) return status;
  throw new Rejected(
    'unknown-status',
    column ?? null,
    `"${text.slice(0, 50)}" is not a known status: nothing is booked on a guess.`,
  );
}

/** The amount with its sign in minor units, its currency, and whether it came in or went out. */
function amountIn(row: Row, mapping: Mapping): { amount: number; currency: string; direction: Direction } {
  const { columns } = mapping;
  const cell = (column: number | undefined) => cellAt(row, column);
  const written = cell(columns.currencyColumn);
  const named = written === '' ? '' : (currencyOf(written) ?? written);
  if (named !== '' && !isCurrency(named))
    throw new Rejected(
      'unknown-currency',
      columns.currencyColumn ?? null,
      'This is not a code of ISO 4217, such as EUR.',
    );
  const fallback = named === '' ? mapping.currency : named;
  const read = (column: number | undefined) => {
    const text = cell(column);
    if (text === '') return null;
    const found = readAmount(text, { decimal: mapping.decimal, currency: fallback });
    if ('problem' in found) throw new Rejected('not-an-amount', column ?? null, found.problem);
    return { ...found, column };
  };
  const [signed, credit, debit] = [read(columns.amount), read(columns.credit), read(columns.debit)];
  const filled = [signed, credit, debit].filter((one) => one !== null && one.minor !== 0);
  if (filled.length > 1)
    throw new Rejected('not-an-amount', columns.debit ?? null, 'The line has both a credit and a debit.');
  const [one = signed ?? credit ?? debit] = filled;
  const currency = one?.currency ?? fallback;
  if (named !== '' && currency !== named)
    throw new Rejected(
      'unknown-currency',
      one?.column ?? null,
      `The amount is in ${currency}, but the line is in ${named}.`,
    );
  if (!isCurrency(currency))
    throw new Rejected(
      'unknown-currency',
      one?.column ?? null,
      `${currency} is not a code of ISO 4217, such as EUR.`,
    );
  const amount = one?.minor ?? 0;
  if (one === debit && debit !== null) return { amount, currency, direction: 'debit' };
  const word = cell(columns.direction);
  const said = word === '' ? null : directionOf(word);
  if (word !== '' && said === null)
    throw new Rejected(
      'unknown-direction',
      columns.direction ?? null,
      `"${word.slice(0, 50)}" is neither credit nor debit.`,
    );
  return {
    amount,
    currency,
    direction: said === 'none' ? 'none' : said === 'debit' || amount < 0 ? 'debit' : 'credit',
  };
}

/** What the bank kept; a fee that cannot be read is none. */
function feeIn(text: string, { decimal, currency }: Mapping): number | null {
  const read = text === '' ? null : readAmount(text, { decimal, currency });
  return read && 'minor' in read && read.minor !== 0 ? Math.abs(read.minor) : null;
}
