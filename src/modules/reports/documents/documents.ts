import pLimit from 'p-limit';
import { NettermsError } from '../../../kernel/errors.ts';
import { createThread, ThreadFailed } from '../../../platform/thread.ts';
import type { Settings } from '../../settings/rules/settings.ts';
import type { Statement } from '../rules/statement.ts';

/** The longest that making one document may take, in ms; a statement of 5,000 entries takes some three seconds. */
const DEADLINE = 30_000;
/** How many documents may wait for the one that is being made. */
const MAX_WAITING = 20;

/** What the thread is asked, and answers. */
export type Asked = { statement: Statement; merchant: Pick<Settings, 'company' | 'iban'> };
export type Made = { file: Uint8Array } | { failed: string };

/** Makes documents, one after the other, in a thread of its own: the process goes on answering. */
export type Documents = {
  /** @throws NettermsError `unavailable` if too many documents are being made */
  statementPdf(statement: Statement, merchant: Asked['merchant']): Promise<Buffer>;
};

export function createDocuments(): Documents {
  const oneByOne = pLimit(1);
  const thread = createThread<Asked, Made>(new URL('./documents-thread', import.meta.url));

  async function make(asked: Asked): Promise<Buffer> {
    const made = await thread.ask(asked, DEADLINE).catch((error: unknown) => {
      throw error instanceof ThreadFailed ? busy('The document took too long.', error) : error;
    });
    if ('failed' in made) throw new Error(made.failed);
    return Buffer.from(made.file);
  }

  return {
    async statementPdf(statement, { company, iban }) {
      if (oneByOne.pendingCount >= MAX_WAITING) throw busy('Too many documents are being made.');
      return oneByOne(() => make({ statement, merchant: { company, iban } }));
    },
  };
}

const busy = (why: string, cause?: unknown) =>
  new NettermsError('unavailable', `${why} Try again in a minute.`, {}, cause);
