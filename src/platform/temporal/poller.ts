import pLimit from 'p-limit';
import type { Log } from '../log.ts';

const BATCH = 100;
const AT_ONCE = 8;
/** Longer than a batch takes; another poller may take over what this one has dropped. */
const LEASE_MS = 60_000;

/** Something that may be lost between PostgreSQL and Temporal: how it is found, and what is done for each that is. */
export type Lookout = (claim: Claim) => Promise<Found[]>;
/** At most `limit` are taken, for `leaseMs`; `now` is an instant. */
export type Claim = { now: string; limit: number; leaseMs: number };
/** `named` says in the log what it is about. */
export type Found = { named: object; look: () => Promise<void> };

export type Poller = { runOnce(): Promise<void>; stop(): Promise<void> };

/**
 * Looks every few seconds for what was lost between PostgreSQL and Temporal. Several may run at once: each claims what it
 * takes, and no lock is held while Temporal is called. What fails for one does not hold up the others.
 */
export function createPoller({
  lookouts,
  log,
  everyMs = 3_000,
  now = () => new Date().toISOString(),
}: {
  lookouts: readonly Lookout[];
  log: Pick<Log, 'warn'>;
  everyMs?: number;
  now?: () => string;
}): Poller {
  const limit = pLimit(AT_ONCE);
  let stopping = false;
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= runOnce()
      .catch((error: Error) => log.warn({ error: error.message }, 'the poller could not look; it will again'))
      .finally(() => {
        running = null;
      });
  }, everyMs);

  async function runOnce(): Promise<void> {
    for (const find of lookouts) {
      const found = await find({ now: now(), limit: BATCH, leaseMs: LEASE_MS });
      await Promise.all(found.map((one) => limit(() => lookAt(one))));
    }
  }

  async function lookAt({ named, look }: Found): Promise<void> {
    try {
      if (!stopping) await look();
    } catch (error) {
      log.warn(
        { ...named, error: (error as Error).message },
        'the poller could not help this one; it will try again',
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
