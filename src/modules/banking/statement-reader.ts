import pLimit from 'p-limit';
import { NettermsError } from '../../kernel/errors.ts';
import { createThread, ThreadFailed } from '../../platform/thread.ts';
import type { NewImportLine } from '../imports/tables.ts';
import type { ReadLine, StatementAnalysis, StatementOptions } from './statement-file.ts';

export const MAX_LINES = 200_000;
/** The longest that reading a file may take, in ms; a hundred thousand lines take some five seconds. */
const DEADLINE = 60_000;

/** What the thread is asked, and answers. */
export type Question =
  | { kind: 'read'; file: Uint8Array; options: StatementOptions; maxLines: number }
  | { kind: 'more' };
export type Answer =
  | { kind: 'read'; analysis: StatementAnalysis; first: readonly ReadLine[] }
  | { kind: 'lines'; lines: NewImportLine[] }
  | { kind: 'unreadable' | 'failed'; detail: string }
  | { kind: 'too-many-lines' };

/** A file of a bank that was read: how, its first lines, and all of them as an import keeps them. */
export type ReadStatement = {
  analysis: StatementAnalysis;
  first: readonly ReadLine[];
  lines: readonly NewImportLine[];
};

/** Reads files of banks, one after the other, in a thread of its own: the process goes on answering. */
export type StatementReader = {
  /**
   * @throws NettermsError `file-not-readable` with what is wrong, `file-too-large` for too many lines or too long a time
   */
  read(file: Buffer, options: StatementOptions): Promise<ReadStatement>;
};

export function createStatementReader(): StatementReader {
  const oneByOne = pLimit(1);
  const thread = createThread<Question, Answer>(new URL('./statement-thread', import.meta.url));

  async function read(file: Buffer, options: StatementOptions): Promise<ReadStatement> {
    const deadline = Date.now() + DEADLINE;
    const ask = (question: Question) => thread.ask(question, deadline - Date.now()).catch(tooLarge);
    const how = await ask({ kind: 'read', file, options, maxLines: MAX_LINES });
    if (how.kind === 'too-many-lines')
      throw new NettermsError('file-too-large', `Send at most ${MAX_LINES} lines in one file.`);
    if (how.kind === 'unreadable') throw new NettermsError('file-not-readable', how.detail);
    if (how.kind !== 'read') throw new Error(how.kind === 'failed' ? how.detail : `unexpected: ${how.kind}`);
    const lines: NewImportLine[] = [];
    for (;;) {
      const more = await ask({ kind: 'more' });
      if (more.kind !== 'lines' || more.lines.length === 0) break;
      lines.push(...more.lines);
    }
    return { analysis: how.analysis, first: how.first, lines };
  }

  return { read: (file, options) => oneByOne(() => read(file, options)) };
}

function tooLarge(error: unknown): never {
  if (!(error instanceof ThreadFailed)) throw error;
  throw new NettermsError(
    'file-too-large',
    'The file is too large or too complicated to be read: divide it into several files.',
  );
}
