import { Context } from '@temporalio/activity';

/** Well below the shortest heartbeat timeout that a workflow sets. */
const HEARTBEAT_MS = 3_000;

// biome-ignore lint/suspicious/noExplicitAny: whatever an activity takes
type AnyActivities = Record<string, (...args: any[]) => Promise<unknown>>;

/**
 * Makes activities heartbeat while they run, so that a dead worker is noticed at once, and not only when the attempt
 * times out.
 */
export function alive<A extends AnyActivities>(activities: A): A {
  const beating = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      const { heartbeat } = Context.current();
      const timer = setInterval(() => heartbeat(), HEARTBEAT_MS);
      try {
        return await activity(...args);
      } finally {
        clearInterval(timer);
      }
    },
  ]);
  return Object.fromEntries(beating) as A;
}
