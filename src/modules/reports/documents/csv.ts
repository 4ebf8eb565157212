import { setImmediate as aMoment } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import { withoutDirectionControls } from '../../../kernel/foreign-text.ts';

export type Cell = string | number | null;

/** A negative amount begins like a formula, but is not one. */
const number = /^-?\d+(\.\d+)?$/;
/**
 * A sign with which a formula begins, where a spreadsheet may see a cell begin: at the start, and after a separator of
 * other spreadsheets: an Italian one parts our lines at semicolons and line breaks, also inside of our quotes.
 */
const formula = /(^|[;\t\r\n|])([ "'\u00a0]*)(?=[=+\-@＝＋－＠])/g;

/** The text with an apostrophe before everything that a spreadsheet could read as a formula. */
export const withoutFormulas = (text: string): string =>
  number.test(text) ? text : text.replace(formula, "$1$2'").replace(/^(?=[\t\r])/, "'");

/** Options of csv-stringify for files that people open in a spreadsheet: each cell shows what it contains. */
export const forSpreadsheets = {
  cast: { string: (text: string) => withoutFormulas(withoutDirectionControls(text)) },
  quoted_match: /[;\t|]/,
} as const;

/** Rows that are written before other work of the process gets its turn. */
const ROWS_AT_ONCE = 250;

/** A table as in RFC 4180, with a header; what a spreadsheet would read as a formula gets an apostrophe. */
export async function csvOf(head: readonly string[], rows: readonly (readonly Cell[])[]): Promise<string> {
  const pieces = [stringify([head], forSpreadsheets)];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    pieces.push(stringify(rows.slice(from, from + ROWS_AT_ONCE), forSpreadsheets));
    await aMoment();
  }
  return pieces.join('');
}

/** The same, page by page; the header comes with the first page, so that nothing is sent before that page exists. */
export async function* csvPages(
  head: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncIterable<string> {
  let missing: (readonly string[])[] = [head];
  for await (const rows of pages) {
    yield stringify([...missing, ...rows], forSpreadsheets);
    missing = [];
  }
  if (missing.length > 0) yield stringify(missing, forSpreadsheets);
}
