import { setImmediate as aMoment } from 'node:timers/promises';
import pLimit from 'p-limit';
import { NettermsError } from '../kernel/errors.ts';

/** Long work of all callers that is done at once: more would only make each slower, and everybody else wait. */
const AT_ONCE = 2;
const MAX_WAITING = 100;
/** Rows that are worked on before other calls get their turn. */
const ROWS_AT_ONCE = 250;

export type Turns = {
  /** Does long work, or a page of it, when it is its turn. Throws NettermsError `unavailable` if too much waits. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** The same pages, each made when it is its turn, however fast their reader is. */
  pages<T>(made: AsyncIterable<T>): AsyncIterable<T>;
};

export function createTurns(): Turns {
  const limit = pLimit(AT_ONCE);
  const take = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount < MAX_WAITING)
      return limit(async () => {
        // What is ready meanwhile goes first: an event loop that is held delays everybody.
        await aMoment();
        return work();
      });
    throw new NettermsError('unavailable', 'Too many long calls wait: try again in a minute.');
  };
  return {
    take,
    async *pages(made) {
      const pages = made[Symbol.asyncIterator]();
      try {
        for (;;) {
          const page = await take(() => pages.next());
          if (page.done) return;
          yield page.value;
        }
      } finally {
        await pages.return?.();
      }
    },
  };
}

/** The same as `rows.map(change)`, for many rows: other calls are answered in between. */
export async function mapInTurns<A, B>(rows: readonly A[], change: (row: A) => B): Promise<B[]> {
  const changed: B[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await aMoment();
    changed.push(change(row));
  }
  return changed;
}

/** The body as JSON, in pieces: each of its lists a few rows at a time. */
export async function* jsonInTurns(body: object): AsyncGenerator<string> {
  const members = Object.entries(body).filter(([, value]) => value !== undefined);
  for (const [place, [name, value]] of members.entries()) {
    yield `${place === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    if (!Array.isArray(value)) {
      yield JSON.stringify(value);
      continue;
    }
    for (let at = 0; at < value.length; at += ROWS_AT_ONCE) {
      yield `${at === 0 ? '[' : ','}${JSON.stringify(value.slice(at, at + ROWS_AT_ONCE)).slice(1, -1)}`;
      await aMoment();
    }
    yield value.length === 0 ? '[]' : ']';
  }
  yield members.length === 0 ? '{}' : '}';
}
