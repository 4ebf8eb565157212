import { Context } from '@temporalio/activity';

/** Well below the shortest heartbeat time-out that a workflow gives. */
const HEARTBEAT_MS = 3_000;

// biome-ignore lint/suspicious/noExplicitAny: whatever an activity takes
type AnyActivities = Record<string, (...args: any[]) => Promise<unknown>>;

/**
 * Lets activities heartbeat for as long as they run, so that a worker that died is noticed at once, not only when the
 * time for an attempt is over.
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
