import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Request } from 'express';
import { NettermsError } from '../../kernel/errors.ts';

/** A body that is read as it comes, plain or unpacked, and whether its sender still waits for the answer. */
export type Upload = { type: string; bytes: Readable; hasSender: () => boolean };

/** A file that was received completely; `read` may be called repeatedly until it is closed. */
export type ReceivedFile = {
  sha256: string;
  read(): AsyncIterable<Buffer>;
  content(): Promise<Buffer>;
  close(): Promise<void>;
};

const MIB = 1024 * 1024;
const MAX_FILE_BYTES = 64 * MIB;

/**
 * The body of a call that takes a file of one of these media types.
 * @throws NettermsError `unsupported-media-type` for another type, charset or compression
 */
export function uploadOf(req: Request, types: readonly string[], anyCharset: boolean): Upload {
  const type = req.is([...types]);
  if (!type)
    throw new NettermsError(
      'unsupported-media-type',
      `Send the file with "Content-Type: ${types.join('" or "')}".`,
    );
  const charset = /;\s*charset="?([^";\s]+)/i.exec(req.get('content-type') ?? '')?.[1]?.toLowerCase();
  const packing = (req.get('content-encoding') ?? 'identity').toLowerCase();
  const otherCharset = charset !== undefined && charset !== 'utf-8' && charset !== 'utf8';
  if ((otherCharset && !anyCharset) || !['identity', 'gzip'].includes(packing))
    throw new NettermsError(
      'unsupported-media-type',
      'Send the file as UTF-8, plain or compressed with gzip.',
    );
  const hasSender = () => !req.socket.destroyed;
  return { type, bytes: packing === 'gzip' ? unpacked(req) : req, hasSender };
}

function unpacked(req: Request): Readable {
  const gunzip = createGunzip();
  // Either stream may fail before anybody reads it; the reader gets the error then.
  gunzip.on('error', () => {});
  req.on('error', (error) => gunzip.destroy(error));
  return req.pipe(gunzip);
}

/** Reads and drops the rest of a body, so that the sender gets to the answer. */
export function discard(req: Request): void {
  req.unpipe();
  req.resume();
}

/**
 * Writes the bytes to a temporary file that has no name and disappears with the process. So a slow sender occupies
 * neither memory nor a database connection, and nothing is left of a transfer that breaks off.
 * @throws NettermsError `file-too-large`; `file-not-readable` if the transfer broke off or cannot be unpacked
 */
export async function receive(bytes: Readable): Promise<ReceivedFile> {
  const path = join(tmpdir(), `netterms-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  try {
    const sha256 = await spool(bytes, file);
    return {
      sha256,
      read: () => contentOf(file),
      content: () => wholeOf(file),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function spool(bytes: Readable, file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of arriving(bytes)) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES)
      throw new NettermsError('file-too-large', `Send at most ${MAX_FILE_BYTES / MIB} MiB in one file.`);
    hash.update(chunk);
    await file.write(chunk);
  }
  return hash.digest('hex');
}

async function* arriving(bytes: Readable): AsyncGenerator<Buffer> {
  try {
    // Not destroyed if we stop early: the answer goes out on the same connection.
    yield* bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new NettermsError(
      'file-not-readable',
      'The file did not arrive completely, or cannot be decompressed. Nothing of it was kept: send it again.',
      {},
      error,
    );
  }
}

async function* contentOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function wholeOf(file: FileHandle): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of contentOf(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}
