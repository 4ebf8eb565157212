import type { Sql } from './client.ts';

/** By how much the clocks of two machines may differ, in ms. */
const MOST_MS = 60_000;

/**
 * What is wrong if this machine's clock differs from PostgreSQL's by more than a minute; null if it does not. By a wrong
 * clock, leases are taken until tomorrow, letters leave early, and webhooks are refused as too old.
 * @param now this machine's clock, in ms since 1970
 */
export async function clockProblem(sql: Sql, now: () => number = Date.now): Promise<string | null> {
  const asked = now();
  const [row] = await sql<{ at: string }[]>`select clock_timestamp() as at`;
  const answered = now();
  const theirs = Date.parse(row!.at);
  // The time that the answer took is nobody's difference.
  const difference = asked > theirs ? asked - theirs : Math.max(0, theirs - answered);
  if (difference <= MOST_MS) return null;
  const which = asked > theirs ? 'ahead of' : 'behind';
  return `This machine's clock is ${Math.round(difference / 1000)} seconds ${which} PostgreSQL's: set both by a time server (NTP), then start the worker again.`;
}
