import { withoutDirectionControls } from '../../../../kernel/foreign-text.ts';
import { looksLikeAmount } from './amounts.ts';
import { type Meaning, meaningOf } from './column-names.ts';
import { isWrittenDay } from './days.ts';
import type { Header, Row } from './table.ts';

/** A header stands in the first lines of a file: some banks write forty lines of search criteria before it. */
const SEARCHED = 60;
const MOST_COLUMNS = 200;
const LONGEST_NAME = 100;
const DAYS: readonly Meaning[] = ['valueOn', 'bookedOn', 'transactedOn'];
const AMOUNTS: readonly Meaning[] = ['amount', 'credit', 'debit'];

/** Finds the header by the usual names of its columns: at least a day and an amount. Null: the table has none. */
export function findHeader(rows: readonly Row[]): Header | null {
  let best: { row: Row; score: number } | null = null;
  for (const row of rows.slice(0, SEARCHED)) {
    const score = scoreOf(row);
    if (score !== null && (best === null || score > best.score)) best = { row, score };
  }
  return best && headerOf(best.row);
}

/** The line of another header below one, of a second table with other columns; null if there is none. */
export function otherHeaderBelow(header: Header, rows: readonly Row[]): number | null {
  const same = (row: Row) => header.names.every((name, at) => name === nameIn(row.cells[at] ?? ''));
  return rows.find((row) => scoreOf(row) !== null && !same(row))?.number ?? null;
}

/** How many usual names a row has, if it can be a header. */
function scoreOf(row: Row): number | null {
  if (row.cells.length > MOST_COLUMNS) return null;
  const found = row.cells.map((cell) => (cell.length > LONGEST_NAME ? null : meaningOf(cell)));
  const has = (some: readonly Meaning[]) =>
    found.some((meaning) => meaning !== null && some.includes(meaning));
  if (!has(DAYS) || !has(AMOUNTS) || row.cells.some(isValue)) return null;
  return new Set(found.filter((meaning) => meaning !== null)).size;
}

/** A header without usual names: the row of texts just above the first row that has a day. Null: there is none. */
export function findUnknownHeader(rows: readonly Row[]): Header | null {
  const first = rows.slice(0, SEARCHED).findIndex(({ cells }) => cells.some((cell) => isDay(cell)));
  const above = rows[first - 1];
  if (!above || above.cells.length !== rows[first]!.cells.length) return null;
  const named = above.cells.filter((cell) => cell !== '' && !isValue(cell)).length;
  return named === above.cells.length ? headerOf(above) : null;
}

/** The header in a line of the file that the caller names; null if no row begins there. */
export function headerAt(rows: readonly Row[], line: number): Header | null {
  const row = rows.find(({ number }) => number === line);
  return row ? headerOf(row) : null;
}

/** Whether a cell is a day in any format. */
export const isDay = (cell: string): boolean => /\d/.test(cell) && isWrittenDay(cell);

/** Whether a row may be the title of a part of the table: it begins at the left, and has neither day nor amount. */
export const isTitle = ({ cells }: Row): boolean =>
  (cells[0] ?? '').trim() !== '' &&
  cells.filter((cell) => cell.trim() !== '').length <= 3 &&
  !cells.some((cell) => isDay(cell) || (/\d/.test(cell) && looksLikeAmount(cell)));

const headerOf = ({ number, cells }: Row): Header => ({
  line: number,
  names: cells.map(nameIn),
});

const nameIn = (cell: string): string =>
  withoutDirectionControls(cell)
    .replace(/^\ufeff/, '')
    .trim();

/** A name of a column is neither a day nor an amount. */
const isValue = (cell: string): boolean =>
  cell !== '' && /\d/.test(cell) && (looksLikeAmount(cell) || isDay(cell));
