import { dayAt } from '../../kernel/calendar.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { withoutDirectionControls } from '../../kernel/foreign-text.ts';
import type { NewImportLine } from '../imports/tables.ts';
import type { FormatName } from './formats/format.ts';
import { recognise } from './formats/recognise.ts';
import { ibanIn } from './rules/iban.ts';
import type { StatementLine } from './rules/statement-line.ts';
import { currenciesIn } from './rules/table/currencies.ts';
import { findHeader, isDay } from './rules/table/header.ts';
import { type Mapping, proposeMapping } from './rules/table/mapping.ts';
import { type ReadRow, type Rejection, readRows } from './rules/table/read-lines.ts';
import type { Question, Reason } from './rules/table/roles.ts';
import { columnName, type GivenMapping, quoted, type Row, singleRoles } from './rules/table/table.ts';

/** What is known about a file before it is read. */
export type StatementOptions = {
  readonly mapping: GivenMapping;
  /** Of lines that name none; null if the caller does not say it. */
  readonly currency: string | null;
  /** The merchant's own IBAN; null if the file has to say it. */
  readonly account: string | null;
  /** Between the cells of CSV; found out if null. */
  readonly separator: string | null;
  /** The sheet of a workbook; null if the file has to say it. */
  readonly sheet: string | null;
  readonly merchantCurrency: string;
  /** The merchant's accounts, by IBAN, with the mapping that was stored for their files. */
  readonly accounts: Readonly<Record<string, { currency: string | null; mapping: GivenMapping | null }>>;
  readonly now: string;
  readonly zone: string;
};

/** How a file was read, without its lines. */
export type StatementAnalysis = {
  readonly format: FormatName;
  readonly encoding: string | null;
  readonly separator: string | null;
  readonly sheet: string | null;
  readonly version: string | null;
  /** The line of the header; null if there is none. */
  readonly headerLine: number | null;
  /** The merchant's own IBAN; null if it is not known, or if the lines name it. */
  readonly account: string | null;
  /** In the form in which a caller gives it; null for a format that needs none. */
  readonly mapping: (GivenMapping & { currency: string }) | null;
  readonly reasons: readonly Reason[];
  readonly questions: readonly Question[];
  readonly counts: {
    readonly credits: number;
    readonly debits: number;
    readonly returns: number;
    readonly pending: number;
    readonly reverted: number;
    readonly skipped: number;
    readonly rejected: Readonly<Partial<Record<Rejection, number>>>;
  };
  /** The last day that the file shows as booked, by account; under "" if the account is not known. */
  readonly bookedThrough: Readonly<Record<string, string>>;
};

/** A file as it was read: how, and its lines as an import keeps them. */
export type StatementFile = { readonly analysis: StatementAnalysis; readonly rows: readonly ReadLine[] };

/** A line or row of the file: read, rejected, or no movement of money. */
export type ReadLine = { readonly number: number; readonly raw: string } & (
  | { readonly line: StatementLine }
  | { readonly rejected: Rejection; readonly column: string; readonly detail: string }
  | { readonly skipped: 'no-movement' | 'pending' }
);

/** Reads a file of a bank in any of the formats. Throws UnreadableFile, WrongColumns. */
export async function readStatementFile(file: Buffer, options: StatementOptions): Promise<StatementFile> {
  const { now, zone } = options;
  const format = recognise(file);
  const content = await format.read(file, { now, zone, separator: options.separator, sheet: options.sheet });
  if (content.kind === 'statements') {
    const today = dayAt(now, zone);
    const rows = content.entries.map((entry): ReadLine => {
      const { number, raw } = entry;
      if ('line' in entry) return withinTime(entry.line, number, raw, today);
      return { number, raw, rejected: 'not-readable', column: '', detail: entry.problem };
    });
    const how = { separator: null, sheet: null, headerLine: null, account: null, mapping: null };
    const { encoding, version } = content;
    return {
      rows,
      analysis: {
        ...{ format: format.name, encoding, version, ...how, reasons: [], questions: [] },
        counts: countsOf(rows),
        bookedThrough: bookedThrough(rows, content.closedOn),
      },
    };
  }
  const { encoding, separator, sheet, otherSheets } = content;
  const account = options.account ?? accountAbove(content.rows);
  const own = new Set([...Object.keys(options.accounts), ...(account === null ? [] : [account])]);
  const known = options.accounts[account ?? ''];
  const given = { ...known?.mapping, ...options.mapping };
  const stated = options.currency ?? currencyAbove(content.rows) ?? known?.currency;
  const proposal = proposeMapping(content.rows, given, {
    ...{ now, zone },
    currency: stated ?? options.merchantCurrency,
    currencyGiven: options.currency !== null,
    own,
  });
  const rows = readRows(proposal.rows, proposal.mapping, { now, zone, account, own }).map(asLine);
  return {
    rows,
    analysis: {
      ...{ format: format.name, encoding, separator, sheet, version: null, account },
      headerLine: proposal.mapping.header.line,
      mapping: givenAs(proposal.mapping),
      reasons: proposal.reasons,
      questions: [
        ...proposal.questions,
        ...(otherSheets.length > 0 ? [whichSheet([sheet!, ...otherSheets])] : []),
      ],
      counts: countsOf(rows),
      bookedThrough: bookedThrough(rows, {}),
    },
  };
}

const whichSheet = (sheets: readonly string[]): Question => ({
  parameter: 'sheet',
  detail: `Several sheets have statements: ${quoted(sheets)}. Say which one is meant, and send the others apart.`,
});

function asLine(read: ReadRow): ReadLine {
  const { number, raw } = read.row;
  if ('line' in read) return { number, raw, line: read.line };
  if ('skipped' in read) return { number, raw, skipped: read.skipped };
  const { rejected, column, detail } = read;
  return { number, raw, rejected, column, detail };
}

/** An entry is rejected if its day cannot be: then the file is damaged, or not yet true. */
function withinTime(line: StatementLine, number: number, raw: string, today: string): ReadLine {
  const { bookedOn, valueOn, status } = line;
  const late = status === 'booked' && bookedOn > today;
  if (late || bookedOn < '1900-01-01') {
    const detail = late ? `This is in the future: today is ${today}.` : 'Give a day from 1900-01-01 on.';
    return { number, raw, rejected: late ? 'day-in-the-future' : 'day-too-early', column: 'BookgDt', detail };
  }
  return {
    number,
    raw,
    line: status === 'booked' && valueOn > today ? { ...line, valueOn: bookedOn } : line,
  };
}

/** The IBAN that stands above the table, if it is only one. */
function accountAbove(rows: readonly Row[]): string | null {
  const found = new Set(aboveTable(rows).flatMap(({ cells }) => cells.flatMap((cell) => ibanIn(cell) ?? [])));
  return found.size === 1 ? [...found][0]! : null;
}

/** The rows above the header, or above the first row with a day and more. */
function aboveTable(rows: readonly Row[]): readonly Row[] {
  const header = findHeader(rows);
  if (header?.line) return rows.filter(({ number }) => number < header.line!);
  const first = rows.findIndex(
    ({ cells }) => cells.filter((cell) => cell !== '').length > 2 && cells.some(isDay),
  );
  return rows.slice(0, Math.max(first, 0));
}

/** The currency that is stated above the table, if it is only one: "Divisa: USD", "Saldo;1.000,00 USD". */
function currencyAbove(rows: readonly Row[]): string | null {
  const found = new Set(aboveTable(rows).flatMap(({ cells }) => currenciesIn(cells.join(' '))));
  return found.size === 1 ? [...found][0]! : null;
}

/** A mapping in the form in which a caller gives it. */
function givenAs({
  header,
  columns,
  dateFormat,
  decimal,
  currency,
}: Mapping): GivenMapping & { currency: string } {
  const called = (column: number) => {
    const name = columnName(header, column);
    return header.names.filter((one) => one.trim() === name).length > 1 ? String(column + 1) : name;
  };
  const single = singleRoles.flatMap((role) =>
    columns[role] === undefined ? [] : [[role, called(columns[role]!)]],
  );
  return {
    ...Object.fromEntries(single),
    reference: columns.reference.map(called),
    ...{ dateFormat, decimal, currency, headerLine: header.line ?? 0 },
  };
}

function countsOf(rows: readonly ReadLine[]): StatementAnalysis['counts'] {
  const lines = rows.flatMap((row) => ('line' in row ? [row.line] : []));
  const booked = lines.filter(({ status }) => status === 'booked');
  const rejected: Partial<Record<Rejection, number>> = {};
  for (const row of rows) if ('rejected' in row) rejected[row.rejected] = (rejected[row.rejected] ?? 0) + 1;
  const skipped = (as: 'pending' | 'no-movement') =>
    rows.filter((row) => 'skipped' in row && row.skipped === as).length;
  const count = (is: (line: StatementLine) => boolean) => booked.filter(is).length;
  return {
    credits: count(({ direction }) => direction === 'credit'),
    debits: count(({ direction, returned }) => direction === 'debit' && returned === null),
    returns: count(({ direction, returned }) => direction === 'debit' && returned !== null),
    pending: lines.filter(({ status }) => status === 'pending').length + skipped('pending'),
    reverted: lines.filter(({ status }) => status === 'reverted').length,
    skipped: skipped('no-movement'),
    rejected,
  };
}

function bookedThrough(
  rows: readonly ReadLine[],
  closedOn: Readonly<Record<string, string>>,
): Record<string, string> {
  const last: Record<string, string> = { ...closedOn };
  for (const row of rows) {
    if (!('line' in row) || row.line.status !== 'booked') continue;
    const account = row.line.account ?? '';
    if (row.line.bookedOn > (last[account] ?? '')) last[account] = row.line.bookedOn;
  }
  return last;
}

/**
 * The lines as an import keeps them. A line's id follows from its text in the file and its place among equal ones, so
 * that it is the same in whatever way the file is read.
 */
export function* importLines(rows: readonly ReadLine[]): Generator<NewImportLine> {
  const equal = new Map<string, number>();
  for (const { number, raw, ...read } of rows) {
    if ('skipped' in read) {
      yield {
        ...nothing,
        number,
        raw: storable(raw),
        outcome: read.skipped === 'pending' ? 'pending' : 'skipped',
      };
      continue;
    }
    if ('rejected' in read) {
      const errors = [{ pointer: storable(read.column), detail: storable(read.detail) }];
      yield { ...nothing, number, raw: storable(raw), errors, outcome: 'rejected', reason: read.rejected };
      continue;
    }
    const content = fingerprint(raw);
    const place = (equal.get(content) ?? 0) + 1;
    equal.set(content, place);
    const facts = {
      ...read.line,
      reference: readable(read.line.reference),
      payer: readable(read.line.payer),
      returned: read.line.returned && readable(read.line.returned),
    };
    const subject = `bank_${fingerprint({ raw, place }).slice(0, 32)}`;
    yield { ...nothing, number, subject, facts, fingerprint: content };
  }
}

const nothing = {
  subject: null,
  facts: null,
  fingerprint: null,
  raw: null,
  errors: null,
};

/** The text as people may read it; the line's id does not follow from it. */
const readable = (text: string): string => storable(withoutDirectionControls(text));

/** PostgreSQL accepts neither NUL nor lone surrogates. */
const storable = (text: string): string => text.replace(/[\0\p{Cs}]/gu, '\ufffd').slice(0, 4_000);
