import { isUtf8 } from 'node:buffer';
import { NettermsError } from '../../kernel/errors.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const MAX_LINES = 200_000;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * The same bytes in pieces that end with a whole character, without a byte order mark.
 * @throws NettermsError `file-not-readable` with the line and the byte at which they are not UTF-8; `file-too-large` for
 *   too many lines, empty ones and those inside of a cell included
 */
export async function* utf8(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  let line = 1;
  let offset = 0;
  for await (const chunk of bytes) {
    let buffer: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (!begun && buffer.length < BOM.length) {
      rest = buffer;
      continue;
    }
    if (!begun) {
      begun = true;
      if (UTF16.some((mark) => buffer.subarray(0, 2).equals(mark)))
        unreadable('The file is in UTF-16 (byte 0 is its mark): save it as UTF-8.');
      if (buffer.subarray(0, 3).equals(BOM)) {
        buffer = buffer.subarray(3);
        offset = 3;
      }
    }
    const end = buffer.length - unfinished(buffer);
    const piece = buffer.subarray(0, end);
    requireText(piece, line, offset);
    line += breaksIn(piece);
    if (line > MAX_LINES + 1)
      throw new NettermsError('file-too-large', `Send at most ${MAX_LINES} lines in one file.`);
    yield piece;
    offset += end;
    rest = buffer.subarray(end);
  }
  requireText(rest, line, offset);
  if (rest.length > 0) yield rest;
}

/** How many bytes at the end belong to a character that is not complete yet. */
function unfinished(buffer: Buffer): number {
  for (let back = 1; back <= Math.min(3, buffer.length); back++) {
    const byte = buffer[buffer.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

function requireText(piece: Buffer, line: number, offset: number): void {
  const nul = piece.indexOf(0);
  if (nul >= 0)
    unreadable(
      `Line ${line + newlinesIn(piece.subarray(0, nul))} (byte ${offset + nul}) contains a NUL character: this is not a text in UTF-8. Save the file as UTF-8.`,
    );
  if (isUtf8(piece)) return;
  const at = firstWrong(piece);
  unreadable(
    `Line ${line + newlinesIn(piece.subarray(0, at))} (byte ${offset + at}) is not UTF-8: save the file as UTF-8, not as Latin-1 or Windows-1252.`,
  );
}

/** The first byte that is not UTF-8: a binary search finds the longest valid part from the beginning. */
function firstWrong(piece: Buffer): number {
  let good = 0;
  let bad = piece.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const whole = middle - unfinished(piece.subarray(0, middle));
    if (isUtf8(piece.subarray(0, whole))) good = middle;
    else bad = middle;
  }
  return good - unfinished(piece.subarray(0, good));
}

const newlinesIn = (buffer: Buffer): number => countOf(NEWLINE, buffer);
/** Line breaks of either kind; a file has only one of them, or both together. */
const breaksIn = (buffer: Buffer): number => Math.max(countOf(NEWLINE, buffer), countOf(RETURN, buffer));

function countOf(byte: number, buffer: Buffer): number {
  let count = 0;
  for (let at = buffer.indexOf(byte); at >= 0; at = buffer.indexOf(byte, at + 1)) count++;
  return count;
}

export function unreadable(detail: string): never {
  throw new NettermsError('file-not-readable', detail);
}
