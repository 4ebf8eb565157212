import { clockProblem } from '../clocks.ts';
import type { Db } from './client.ts';

/** What PostgreSQL's clock shows. */
export async function databaseTime(db: Db): Promise<string> {
  const [row] = await db<{ at: string }[]>`select clock_timestamp() as at`;
  return row!.at;
}

/**
 * What is wrong if this machine's clock differs from PostgreSQL's by more than a minute; null if it does not.
 * @param now this machine's clock, in ms since 1970
 */
export async function databaseClockProblem(db: Db, now: () => number = Date.now): Promise<string | null> {
  const asked = now();
  const theirs = Date.parse(await databaseTime(db));
  return clockProblem([asked, now()], [theirs, theirs], "PostgreSQL's");
}
