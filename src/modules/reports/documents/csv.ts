import type { CastingContext } from 'csv-stringify/sync';
import { stringify } from 'csv-stringify/sync';

export type Cell = string | number | null;

/** A negative amount begins like a formula, but is not one. */
const number = /^-?\d+(\.\d+)?$/;

const options = {
  escape_formulas: true,
  cast: {
    string: (text: string, _: CastingContext) =>
      number.test(text) ? { value: text, escape_formulas: false } : text,
  },
} as const;

/** A table as in RFC 4180, with a header; what a spreadsheet would read as a formula gets a leading apostrophe. */
export function csvOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return stringify([head, ...rows], options);
}

/** The same, page by page; the header comes with the first page, so that nothing is sent before that page exists. */
export async function* csvPages(
  head: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncIterable<string> {
  let missing: (readonly string[])[] = [head];
  for await (const rows of pages) {
    yield stringify([...missing, ...rows], options);
    missing = [];
  }
  if (missing.length > 0) yield stringify(missing, options);
}
