/** A row of a bank's table; `number` is its line in the file (of XLSX, its row), `raw` its text there. */
export type Row = { readonly number: number; readonly raw: string; readonly cells: readonly string[] };

/** The header of a table: its line and the names of its columns; without one, columns are called by their position. */
export type Header = { readonly line: number | null; readonly names: readonly string[] };

/** What the columns of a table hold, by name, and how days and amounts are written: as the caller gives it. */
export type GivenMapping = {
  readonly date?: string | undefined;
  readonly bookingDate?: string | undefined;
  readonly amount?: string | undefined;
  readonly credit?: string | undefined;
  readonly debit?: string | undefined;
  readonly currencyColumn?: string | undefined;
  readonly direction?: string | undefined;
  readonly status?: string | undefined;
  readonly reference?: readonly string[] | undefined;
  readonly payer?: string | undefined;
  readonly payerIban?: string | undefined;
  readonly bankReference?: string | undefined;
  readonly fee?: string | undefined;
  /** The column of the merchant’s own IBAN, in a file of several accounts. */
  readonly accountColumn?: string | undefined;
  /** Columns that look as if they mattered, and do not. */
  readonly ignore?: readonly string[] | undefined;
  readonly dateFormat?: string | undefined;
  readonly decimal?: ',' | '.' | undefined;
  /** The line of the header in the file; 0: there is none. */
  readonly headerLine?: number | undefined;
};

/** The roles that one column can have. */
export const singleRoles = [
  'date',
  'bookingDate',
  'amount',
  'credit',
  'debit',
  'currencyColumn',
  'direction',
  'status',
  'payer',
  'payerIban',
  'bankReference',
  'fee',
  'accountColumn',
] as const;
export type SingleRole = (typeof singleRoles)[number];
export type Role = SingleRole | 'reference';

/** Which column has which role, by position from 0. */
export type Columns = { readonly [R in SingleRole]?: number } & { readonly reference: readonly number[] };

/** The cell of a row, without what Excel's export puts around texts (="0123"); empty where the row is shorter. */
export function cellAt(row: Row, column: number | undefined): string {
  if (column === undefined) return '';
  const cell = (row.cells[column] ?? '').trim();
  return cell.startsWith('="') && cell.endsWith('"') ? cell.slice(2, -1) : cell;
}

/** The name by which a column is called: its own, or its position from 1 if it has none. */
export const columnName = ({ names }: Header, column: number): string =>
  names[column]?.trim() || String(column + 1);

/** The columns of that name, or of that position if none has the name. */
export function columnsNamed(header: Header, name: string, width: number): number[] {
  const wanted = name.trim();
  const named = header.names.flatMap((own, at) => (own.trim() === wanted ? [at] : []));
  const position = /^[1-9]\d{0,2}$/.test(wanted) ? Number(wanted) : 0;
  return named.length > 0 || position === 0 || position > width ? named : [position - 1];
}

/** Names as a sentence shows them, at most thirty. */
export const quoted = (names: readonly string[]): string =>
  names
    .slice(0, 30)
    .map((name) => `"${name.slice(0, 50)}"`)
    .join(', ');
