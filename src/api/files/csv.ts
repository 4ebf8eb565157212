import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type FileLine, MAX_LINE_BYTES } from './line.ts';
import { unreadable } from './utf8.ts';

export const separators = [',', ';', '\t'] as const;
export type Separator = (typeof separators)[number];

/** The columns that a file may have, in any order; `others` matches those without a fixed name. */
export type Columns = {
  required: readonly string[];
  optional: readonly string[];
  others?: { pattern: RegExp; description: string };
};

/** The columns of a file in their order; null: the column is ignored. */
type Header = readonly (string | null)[];

/** A line of a CSV file by column, without the empty cells; or the reason why it cannot be read. */
export type CsvLine = FileLine & ({ cells: Readonly<Record<string, string>> } | { problem: string });

type CsvRecord = FileLine & { record: string[] };

/**
 * The lines of a CSV file after its header. A quoted field may contain line breaks. Spaces around cells are ignored.
 * @param separator detected from the header if null
 * @throws NettermsError `file-not-readable` for an invalid header, or for a quote that makes it unclear where lines
 *   begin
 */
export async function* csvLines(
  bytes: AsyncIterable<Buffer>,
  columns: Columns,
  separator: Separator | null,
): AsyncGenerator<CsvLine> {
  let header: Header | null = null;
  const place = { next: 1 };
  try {
    for await (const { record, ...line } of recordsOf(bytes, separator, place)) {
      if (header === null) header = requireHeader(record, columns);
      else yield { ...line, ...byColumn(record, header) };
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(problemOf(error, place.next)) : error;
  }
  if (header === null) unreadable('The file is empty.');
}

/** The records as they are found; `place` runs ahead of the records consumed so far, and is right at an error too. */
async function* recordsOf(
  bytes: AsyncIterable<Buffer>,
  given: Separator | null,
  place: { next: number },
): AsyncGenerator<CsvRecord> {
  const pieces = bytes[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return;
  const whole = async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => pieces };
  };
  const found = ({ record, raw }: { record: string[]; raw: string }): CsvRecord => {
    const number = place.next + breaksIn(/^\s*/.exec(raw)![0]);
    place.next += breaksIn(raw);
    return { number, raw: raw.trim(), record };
  };
  const parser = parse({
    delimiter: given ?? separatorOf(first.value.toString()),
    record_delimiter: ['\r\n', '\n', '\r'],
    raw: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_LINE_BYTES,
    on_record: found as never,
  });
  pipeline(Readable.from(whole()), parser, () => {});
  yield* parser as AsyncIterable<CsvRecord>;
}

/** The separator that is most frequent in the header. */
function separatorOf(text: string): Separator {
  const header = text.trimStart().split(/[\r\n]/, 1)[0]!;
  const count = (separator: Separator) => header.split(separator).length;
  return separators.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

function requireHeader(names: string[], { required, optional, others }: Columns): Header {
  const known = [...required, ...optional];
  const read = names.map((name) => (known.includes(name) || others?.pattern.test(name) ? name : null));
  const unknown = names.filter((_, index) => read[index] === null);
  const all = [...known, ...(others ? [others.description] : [])].join(', ');
  if (unknown.length > 0)
    unreadable(`The header has unknown columns: ${quoted(unknown)}. The known columns are: ${all}.`);
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0)
    unreadable(`The header lacks the columns ${quoted(missing)}. It has: ${quoted(names)}.`);
  const twice = names.filter((name, index) => read[index] !== null && names.indexOf(name) !== index);
  if (twice.length > 0)
    unreadable(`The header names ${quoted(twice)} more than once: keep each column once.`);
  return read;
}

const quoted = (names: readonly string[]): string =>
  names
    .slice(0, 10)
    .map((name) => `"${name.slice(0, 50)}"`)
    .join(', ');

function byColumn(
  record: string[],
  header: Header,
): Pick<CsvLine, never> & ({ cells: Record<string, string> } | { problem: string }) {
  if (record.length !== header.length)
    return { problem: `The line has ${record.length} fields, but the header has ${header.length}.` };
  const filled = header
    .map((name, index) => [name, record[index]!] as const)
    .filter(([name, cell]) => name !== null && cell !== '');
  // Without a prototype: a column may be called "constructor".
  return { cells: Object.assign(Object.create(null), Object.fromEntries(filled)) };
}

const breaksIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

/** After a misplaced quote it is unclear where the next line begins, so the whole file is refused. */
function problemOf({ code }: CsvError, line: number): string {
  const what =
    code === 'CSV_MAX_RECORD_SIZE'
      ? `is longer than ${MAX_LINE_BYTES / 1024} KiB: look for a quote that is never closed`
      : code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'opens a quote that is not closed'
        : 'has a quote in the wrong place: put the whole field in quotes, and double a quote inside it';
  return `Line ${line} (or the first after it that is not empty) ${what}.`;
}
