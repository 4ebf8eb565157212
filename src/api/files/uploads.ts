import pLimit from 'p-limit';
import { NettermsError } from '../../kernel/errors.ts';
import type { ApiKey } from '../../modules/access/api-keys.ts';
import { type ReceivedFile, receive, type Upload } from './receive.ts';

/** Files that are received and worked on at once: of one key, and of all. Each takes up to 64 MiB of the disk. */
const MAX_OF_KEY = 4;
const MAX_OF_ALL = 8;
/** Files that are read and stored at once. Each takes a connection to the database for as long as that takes. */
const WORKED_AT_ONCE = 2;

export type Uploads = {
  /**
   * Receives the file completely, then works on it.
   * @throws NettermsError `too-many-uploads` and `unavailable` beyond the limits; and what receiving and the work throw
   */
  use<T>(key: ApiKey, upload: Upload, work: (file: ReceivedFile) => Promise<T>): Promise<T>;
};

export function createUploads(): Uploads {
  const ofKey = new Map<string, number>();
  const work = pLimit(WORKED_AT_ONCE);
  let all = 0;

  return {
    async use(key, { bytes, hasSender }, task) {
      const own = ofKey.get(key.id) ?? 0;
      if (own >= MAX_OF_KEY)
        throw new NettermsError(
          'too-many-uploads',
          `This key already sends ${MAX_OF_KEY} files: wait until one of them is answered.`,
        );
      if (all >= MAX_OF_ALL)
        throw new NettermsError('unavailable', 'Too many files are being received: try again in a minute.');
      ofKey.set(key.id, own + 1);
      all += 1;
      try {
        const file = await receive(bytes);
        try {
          return await work(() => (hasSender() ? task(file) : senderLeft()));
        } finally {
          await file.close();
        }
      } finally {
        all -= 1;
        const left = ofKey.get(key.id)! - 1;
        if (left > 0) ofKey.set(key.id, left);
        else ofKey.delete(key.id);
      }
    },
  };
}

function senderLeft(): never {
  throw new NettermsError(
    'file-not-readable',
    'The sender left before the file was read. Nothing of it was kept.',
  );
}
