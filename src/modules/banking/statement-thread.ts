import { isMainThread, parentPort } from 'node:worker_threads';
import { UnreadableFile } from './formats/format.ts';
import { WrongColumns } from './rules/table/mapping.ts';
import { importLines, readStatementFile, type StatementOptions } from './statement-file.ts';
import type { Answer, Question } from './statement-reader.ts';

/** Lines that are handed over at once: few enough that receiving them takes a millisecond or two. */
const BATCH = 250;
/** The first lines of a file, as they are shown to whoever checks how it is read. */
const SHOWN = 10;

/*
 * The thread that reads files of banks: it gets a file, answers with how it was read, and hands over the lines of it in
 * batches, each when it is asked for.
 */
if (!isMainThread && parentPort) {
  const port = parentPort;
  let lines: Iterator<unknown> | null = null;
  const answer = (given: Answer) => port.postMessage(given);
  port.on('message', async (asked: Question) => {
    if (asked.kind === 'more') {
      const batch: unknown[] = [];
      for (let next = lines?.next(); next && !next.done; next = lines?.next()) {
        batch.push(next.value);
        if (batch.length === BATCH) break;
      }
      answer({ kind: 'lines', lines: batch as never });
      return;
    }
    try {
      const { analysis, rows } = await readStatementFile(
        Buffer.from(asked.file),
        asked.options as StatementOptions,
      );
      if (rows.length > asked.maxLines) return answer({ kind: 'too-many-lines' });
      lines = importLines(rows);
      answer({ kind: 'read', analysis, first: rows.slice(0, SHOWN) });
    } catch (error) {
      const explained = error instanceof UnreadableFile || error instanceof WrongColumns;
      answer({ kind: explained ? 'unreadable' : 'failed', detail: (error as Error).message });
    }
  });
}
