import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';

/** The formats in which a call can answer; JSON contains everything, a PDF or CSV file may contain less. */
export const mediaTypes = {
  json: 'application/json',
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  pdf: 'application/pdf',
} as const;
export type Format = keyof typeof mediaTypes;

export const formatParameter = (formats: readonly Format[]) =>
  z
    .enum(formats, `This call answers in ${formats.join(', ')}.`)
    .optional()
    .meta({
      description: `The format of the answer; ${formats[0]} if not given. Takes precedence over the header \`Accept\`.`,
    });

/** The format that `Accept` asks for; the default one if it names none of these. */
export function chosenFormat(req: Request, formats: readonly Format[]): Format {
  const accepted = req.accepts(formats.map((format) => mediaTypes[format]));
  return formats.find((format) => mediaTypes[format] === accepted) ?? formats[0]!;
}

/**
 * Sends a file, piece by piece if it comes in pieces. A failure before the first piece is answered like any other
 * problem; a later failure breaks off the connection, so that nobody takes a part for the whole.
 */
export async function sendFile(
  res: Response,
  format: Format,
  { file, name }: { file: string | Buffer | AsyncIterable<string | Buffer>; name: string },
): Promise<void> {
  const pieces = typeof file === 'string' || Buffer.isBuffer(file) ? null : file[Symbol.asyncIterator]();
  const first = await pieces?.next();
  const charset = format === 'pdf' ? '' : '; charset=utf-8';
  res.set({
    'Content-Type': `${mediaTypes[format]}${charset}`,
    'Content-Disposition': `attachment; filename="${name.replaceAll(/[^A-Za-z0-9._-]/g, '-')}.${format}"`,
  });
  if (!pieces) {
    res.end(file);
    return;
  }
  const all = async function* () {
    try {
      for (let piece = first!; !piece.done; piece = await pieces.next()) yield piece.value;
    } finally {
      await pieces.return?.();
    }
  };
  await sendPieces(res, all());
}

/** Sends the pieces as fast as they are taken; somebody who leaves early is no failure. */
export async function sendPieces(res: Response, pieces: AsyncIterable<string | Buffer>): Promise<void> {
  await pipeline(Readable.from(pieces), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
