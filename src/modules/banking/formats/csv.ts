import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Row } from '../rules/table/table.ts';
import { type Format, type TableContent, UnreadableFile } from './format.ts';
import { textOf } from './text.ts';

/** A separator that two fit equally well is the earlier one: commas also stand in amounts and texts. */
const SEPARATORS = [';', '\t', '|', ','] as const;
type Separator = (typeof SEPARATORS)[number];

const MAX_RECORD = 64 * 1024;
/** How many lines tell the separator. */
const SAMPLE = 200;
/** A text in quotes may go over so many lines. */
const MAX_JOINED = 20;
/** How often lines are joined on trial in a file: one in which each line has a stray quote is read line by line. */
const MOST_ATTEMPTS = 2_000;
/** More rows than an import takes are not read. */
const MAX_ROWS = 200_500;
/** More line breaks than such a file has, empty lines between its rows included. */
const MAX_BREAKS = 3 * MAX_ROWS;

/** Any text is taken for a table; a text without separators has one column, and asks for what it lacks. */
export const csv: Format = {
  name: 'csv',
  recognises: () => true,
  read: (file, { separator }) => {
    if (lineBreaks(file) > MAX_BREAKS) tooMany();
    const { encoding, text } = textOf(file);
    return { ...tableOf(text, separator), encoding, kind: 'table', sheet: null, otherSheets: [] };
  },
};

/** Line breaks of the kind of which the file has more, in any encoding. */
function lineBreaks(file: Buffer): number {
  let [feeds, returns] = [0, 0];
  for (const byte of file) {
    if (byte === 0x0a) feeds += 1;
    else if (byte === 0x0d) returns += 1;
  }
  return Math.max(feeds, returns);
}

/** The rows of a text with separated values. */
export function tableOf(text: string, given: string | null): Pick<TableContent, 'separator' | 'rows'> {
  const [, named] = /^\ufeff?"?sep=(.)"?\r?\n/i.exec(text) ?? [];
  const lines = text.split(/\r\n|\n|\r/);
  const separator = SEPARATORS.find((one) => one === (given ?? named)) ?? separatorOf(lines);
  const rows = wholeFile(text, separator) ?? lineByLine(lines, separator);
  return { separator, rows: named === undefined ? rows : rows.filter(({ number }) => number > 1) };
}

const options = (delimiter: Separator) => ({
  delimiter,
  bom: true,
  trim: true,
  relax_column_count: true,
  max_record_size: MAX_RECORD,
});

/** All rows by the rules of CSV, with texts in quotes that go over several lines; null if the file breaks them. */
function wholeFile(text: string, separator: Separator): Row[] | null {
  const rows: Row[] = [];
  let next = 1;
  const found = ({ record, raw }: { record: string[]; raw: string }): null => {
    const number = next + breaksIn(/^\s*/.exec(raw)![0]);
    next += breaksIn(raw);
    if (record.some((cell) => cell !== '')) rows.push({ number, raw: raw.trim(), cells: record });
    if (rows.length > MAX_ROWS) tooMany();
    return null;
  };
  try {
    parse(text, {
      ...options(separator),
      raw: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      on_record: found as never,
    });
    return swallows(rows, separator) ? null : rows;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

/** Whether a text in quotes has taken whole lines into it: two quotes that stand alone, each in a line of its own. */
function swallows(rows: readonly Row[], separator: Separator): boolean {
  const usual = mostFrequent(rows.slice(0, 2_000).map(({ cells }) => cells.length));
  return rows.some(({ raw }) => {
    const lines = raw.split(/\r\n|\n|\r/);
    if (lines.length === 1) return false;
    return lines.length > MAX_JOINED || lines.slice(1).some((line) => fieldsOf(line, separator) >= usual);
  });
}

/** All rows where a quote stands alone somewhere: only the line that holds it can be misread. */
function lineByLine(lines: readonly string[], separator: Separator): Row[] {
  const usual = usualCount(lines, separator);
  const rows: Row[] = [];
  const budget = { left: MOST_ATTEMPTS };
  for (let at = 0; at < lines.length; ) {
    const { cells, used } = recordAt(lines, at, separator, { usual, budget });
    const raw = lines
      .slice(at, at + used)
      .join('\n')
      .trim();
    if (cells.some((cell) => cell !== '')) rows.push({ number: at + 1, raw, cells });
    at += used;
    if (rows.length > MAX_ROWS) tooMany();
  }
  return rows;
}

function recordAt(
  lines: readonly string[],
  at: number,
  separator: Separator,
  { usual, budget }: { usual: number; budget: { left: number } },
): { cells: string[]; used: number } {
  const line = lines[at]!;
  if (line.length > MAX_RECORD)
    throw new UnreadableFile(
      `Line ${at + 1} is longer than ${MAX_RECORD / 1024} KiB: look for missing line breaks.`,
    );
  if (!line.includes('"')) return { cells: plain(line, separator), used: 1 };
  const alone = strictly(line, separator);
  if (alone) return { cells: alone, used: 1 };
  for (let used = 2; used <= MAX_JOINED && at + used <= lines.length && budget.left > 0; used++) {
    // A line that is complete by itself is not the rest of a text.
    if (fieldsOf(lines[at + used - 1]!, separator) >= usual) break;
    budget.left -= 1;
    // CSV goes on only within quotes that are open.
    if (!opensQuote(lines.slice(at, at + used - 1).join('\n'))) break;
    const joined = strictly(lines.slice(at, at + used).join('\n'), separator);
    if (joined?.length === usual) return { cells: joined, used };
  }
  return { cells: quotesAsText(line, separator), used: 1 };
}

/** The fields by the rules of CSV; null if a quote breaks them. */
function strictly(record: string, separator: Separator): string[] | null {
  try {
    const [cells] = parse(record, options(separator)) as string[][];
    return cells ?? [];
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

const opensQuote = (text: string): boolean => (text.match(/"/g)?.length ?? 0) % 2 === 1;

const fieldsOf = (line: string, separator: Separator): number => outsideQuotes(line).split(separator).length;

const plain = (line: string, separator: Separator): string[] =>
  line.split(separator).map((cell) => cell.trim());

/** The fields of a line with a quote that is text, as in: "Viti 3/4" zincate";"ROSSI". */
function quotesAsText(line: string, separator: Separator): string[] {
  const trimmed = line.trim();
  const quoted = trimmed.startsWith('"') && trimmed.endsWith('"');
  const cells = quoted
    ? trimmed.slice(1, -1).split(`"${separator}"`)
    : trimmed.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  return cells.map((cell) => cell.replaceAll('""', '"').trim());
}

/** The separator that makes the most lines have the same number of fields. */
function separatorOf(lines: readonly string[]): Separator {
  const sample = lines.filter((line) => line.trim() !== '').slice(0, SAMPLE);
  const score = (separator: Separator): number => {
    const counts = sample.map((line) => outsideQuotes(line).split(separator).length);
    const usual = mostFrequent(counts.filter((count) => count > 1));
    return counts.filter((count) => count === usual).length * (usual - 1);
  };
  return SEPARATORS.reduce((best, separator) => (score(separator) > score(best) ? separator : best));
}

const usualCount = (lines: readonly string[], separator: Separator): number =>
  mostFrequent(lines.slice(0, 2_000).map((line) => outsideQuotes(line).split(separator).length));

const outsideQuotes = (line: string): string => line.slice(0, MAX_RECORD).replace(/"[^"]*"/g, '""');

function mostFrequent(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  return [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [1, 0])[0]!;
}

const breaksIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

function tooMany(): never {
  throw new UnreadableFile('The file has more than 200,000 lines: divide it into several files.');
}
