import { looksLikeAmount } from './amounts.ts';
import { type Meaning, meaningOf } from './column-names.ts';
import { isWrittenDay } from './days.ts';
import type { Header, Row } from './table.ts';

/** A header stands in the first lines of a file: some banks write forty lines of search criteria before it. */
const SEARCHED = 60;
const DAYS: readonly Meaning[] = ['valueOn', 'bookedOn'];
const AMOUNTS: readonly Meaning[] = ['amount', 'credit', 'debit'];

/** Finds the header by the usual names of its columns: at least a day and an amount. Null: the table has none. */
export function findHeader(rows: readonly Row[]): Header | null {
  let best: { row: Row; score: number } | null = null;
  for (const row of rows.slice(0, SEARCHED)) {
    const found = row.cells.map((cell) => meaningOf(cell));
    const has = (some: readonly Meaning[]) =>
      found.some((meaning) => meaning !== null && some.includes(meaning));
    if (!has(DAYS) || !has(AMOUNTS) || row.cells.some(isValue)) continue;
    const score = new Set(found.filter((meaning) => meaning !== null)).size;
    if (best === null || score > best.score) best = { row, score };
  }
  return best && headerOf(best.row);
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

const headerOf = ({ number, cells }: Row): Header => ({
  line: number,
  names: cells.map((cell) => cell.replace(/^\ufeff/, '').trim()),
});

/** A name of a column is neither a day nor an amount. */
const isValue = (cell: string): boolean =>
  cell !== '' && /\d/.test(cell) && (looksLikeAmount(cell) || isDay(cell));
