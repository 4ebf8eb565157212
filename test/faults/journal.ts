import { fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Opens a file for records that are on the disk when `append` returns, whatever becomes of the process. */
export function openJournal<T>(file: string): { append(record: T): void } {
  const journal = openSync(file, 'a');
  return {
    append(record) {
      // Begins its line itself: the process before this one may have died in the middle of one.
      writeSync(journal, `\n${JSON.stringify(record)}`);
      fsyncSync(journal);
    },
  };
}

/** The records of a journal; one that was not written to its end was not acknowledged either. */
export function readJournal<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap(parsed<T>);
}

function parsed<T>(line: string): T[] {
  try {
    return [JSON.parse(line) as T];
  } catch {
    return [];
  }
}
