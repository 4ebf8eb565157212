import { setImmediate as aMoment } from 'node:timers/promises';
import type { FieldError } from '../../kernel/errors.ts';
import type { NewImportLine } from '../../modules/imports/tables.ts';
import { tooLargeBecause } from '../json-size.ts';
import { type Columns, csvLines, type Separator } from './csv.ts';
import type { FileLine } from './line.ts';
import { ndjsonLines } from './ndjson.ts';
import { unreadable, utf8 } from './utf8.ts';

export const CSV = 'text/csv';
export const NDJSON = 'application/x-ndjson';
/** Lines that are read before a pause, in which other calls are answered. */
const BATCH = 100;
/** Only this many errors of a line are kept: nobody reads more at once. */
const MAX_ERRORS = 50;

/** The facts of a line and the business id they are about, or its errors. Errors of a CSV line point at its columns. */
export type Read =
  | { subject: string; facts: object; fingerprint: string }
  | { subject: string | null; errors: readonly FieldError[] };

/** How the lines of one kind of import are read. */
export type LineReader = {
  columns: Columns;
  ofCells(cells: Readonly<Record<string, string>>): Read;
  ofObject(value: object): Read;
};

/**
 * The lines of a file, in batches, each read or rejected. Of several lines about the same subject the first valid one
 * counts, and the others are rejected.
 * @throws NettermsError `file-not-readable`, `file-too-large`
 */
export async function* readLines(
  bytes: AsyncIterable<Buffer>,
  type: string,
  reader: LineReader,
  separator: Separator | null,
): AsyncGenerator<NewImportLine[]> {
  const lines =
    type === CSV ? ofCsv(utf8(bytes), reader, separator) : ofNdjson(ndjsonLines(utf8(bytes)), reader);
  const first = new Map<string, number>();
  let batch: NewImportLine[] = [];
  let empty = true;
  for await (const line of lines) {
    empty = false;
    batch.push(firstOnly(line, first));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
    await aMoment();
  }
  if (empty) unreadable('The file has no lines to import.');
  if (batch.length > 0) yield batch;
}

/** A line and what was read from it. */
type ReadLine = FileLine & { read: Read };

/** Rejects a line if an earlier valid line is about the same subject. */
function firstOnly({ number, raw, read }: ReadLine, first: Map<string, number>): NewImportLine {
  if ('errors' in read) return rejected(number, raw, read.subject, read.errors);
  const { subject } = read;
  const before = first.get(subject);
  if (before === undefined) {
    first.set(subject, number);
    return { number, ...read, raw: null, errors: null };
  }
  const detail = `Line ${before} is already about ${subject}: keep one of the two.`;
  return rejected(number, raw, subject, [{ pointer: '', detail }]);
}

async function* ofCsv(
  bytes: AsyncIterable<Buffer>,
  reader: LineReader,
  separator: Separator | null,
): AsyncGenerator<ReadLine> {
  for await (const line of csvLines(bytes, reader.columns, separator))
    yield { ...line, read: 'cells' in line ? reader.ofCells(line.cells) : wrong(line.problem) };
}

async function* ofNdjson(lines: AsyncIterable<FileLine>, reader: LineReader): AsyncGenerator<ReadLine> {
  for await (const line of lines) {
    yield { ...line, read: readObject(line.raw, reader) };
  }
}

function readObject(text: string, reader: LineReader): Read {
  const tooLarge = tooLargeBecause(Buffer.from(text));
  if (tooLarge !== null) return wrong(tooLarge);
  const value = parsed(text);
  return value ? reader.ofObject(value) : wrong('This is not a JSON object.');
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const wrong = (detail: string): Read => ({ subject: null, errors: [{ pointer: '', detail }] });

function rejected(
  number: number,
  raw: string,
  subject: string | null,
  found: readonly FieldError[],
): NewImportLine {
  const errors = found
    .slice(0, MAX_ERRORS)
    .map(({ pointer, detail }) => ({ pointer: storable(pointer), detail: storable(detail) }));
  return { number, raw, subject, facts: null, fingerprint: null, errors, outcome: 'rejected' };
}

/** PostgreSQL's JSON accepts neither NUL nor lone surrogates, and the name of an unknown field may contain them. */
const storable = (text: string): string => text.replace(/[\0\p{Cs}]/gu, '\ufffd').slice(0, 500);
