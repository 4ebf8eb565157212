import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';

/** In what forms a call can answer; what a PDF or a CSV file does not have is in the JSON. */
export const mediaTypes = {
  json: 'application/json',
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  pdf: 'application/pdf',
} as const;
export type Format = keyof typeof mediaTypes;

export const formatParameter = (formats: readonly Format[]) =>
  z
    .enum(formats, `This answers in ${formats.join(', ')}.`)
    .optional()
    .meta({
      description: `The form of the answer; ${formats[0]} if not given. Goes before the header \`Accept\`.`,
    });

/** What `Accept` asks for; what it does not name is answered in the usual format. */
export function chosenFormat(req: Request, formats: readonly Format[]): Format {
  const accepted = req.accepts(formats.map((format) => mediaTypes[format]));
  return formats.find((format) => mediaTypes[format] === accepted) ?? formats[0]!;
}

/**
 * Sends a file, as it comes where it comes in pieces. What fails before the first piece is a problem like any other;
 * what fails later breaks the connection off, so that nobody takes a part for the whole.
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
  await pipeline(Readable.from(all()), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
