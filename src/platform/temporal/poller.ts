import pLimit from 'p-limit';
import type { Log } from '../log.ts';

const BATCH = 100;
const AT_ONCE = 8;
/** Longer than a batch takes; after it another poller may take over what this one has not finished. */
const LEASE_MS = 60_000;

/** Finds things of one kind that may have been lost between PostgreSQL and Temporal. */
export type Recovery = (claim: Claim) => Promise<Found[]>;
/** At most `limit` are claimed, for `leaseMs` by PostgreSQL's clock: this machine's may be wrong. */
export type Claim = { limit: number; leaseMs: number };
/** `recover` repairs what was lost; `logFields` identify it in the log. */
export type Found = { logFields: object; recover: () => Promise<void> };

export type Poller = { runOnce(): Promise<void>; stop(): Promise<void> };

/**
 * Looks every few seconds for what was lost between PostgreSQL and Temporal. Several pollers may run at once: each
 * claims what it works on, and no lock is held while Temporal is called. A failure of one item does not hold up the
 * others.
 */
export function createPoller({
  recoveries,
  log,
  everyMs = 3_000,
}: {
  recoveries: readonly Recovery[];
  log: Pick<Log, 'warn'>;
  everyMs?: number;
}): Poller {
  const limit = pLimit(AT_ONCE);
  let stopping = false;
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= runOnce()
      .catch((error: Error) =>
        log.warn({ error: error.message }, 'the poller could not run; it will try again'),
      )
      .finally(() => {
        running = null;
      });
  }, everyMs);

  async function runOnce(): Promise<void> {
    for (const find of recoveries) {
      const found = await find({ limit: BATCH, leaseMs: LEASE_MS });
      await Promise.all(found.map((one) => limit(() => lookAt(one))));
    }
  }

  async function lookAt({ logFields, recover }: Found): Promise<void> {
    try {
      if (!stopping) await recover();
    } catch (error) {
      log.warn(
        { ...logFields, error: (error as Error).message },
        'the poller could not start or notify this workflow; it will try again',
      );
    }
  }

  return {
    runOnce,
    async stop() {
      stopping = true;
      clearInterval(timer);
      await running;
    },
  };
}
