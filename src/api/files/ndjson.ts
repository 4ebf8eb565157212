import { type FileLine, requireShort } from './line.ts';

const NEWLINE = 0x0a;

/** The lines of a JSON Lines file, without the empty ones. Throws `file-not-readable` at a line that is too long. */
export async function* ndjsonLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<FileLine> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 1;
  for await (const chunk of bytes) {
    const buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let begin = 0;
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE, begin)) {
      yield* lineOf(buffer.subarray(begin, end), number);
      number += 1;
      begin = end + 1;
    }
    rest = buffer.subarray(begin);
    requireShort(rest.length, number);
  }
  yield* lineOf(rest, number);
}

function* lineOf(bytes: Buffer, number: number): Generator<FileLine> {
  requireShort(bytes.length, number);
  const raw = bytes.toString().trim();
  if (raw !== '') yield { number, raw };
}
