import type { Sql } from '../db/client.ts';
import { claimUnsignalled } from '../db/commands.ts';
import { claimOverdueOrders } from '../db/process.ts';
import type { Log, OrderProcess } from './order-process.ts';

const BATCH = 100;
/** Longer than a batch takes; another poller may take over what this one has dropped. */
const LEASE_MS = 30_000;

export type Poller = { runOnce(): Promise<void>; stop(): Promise<void> };

/**
 * Finds, every few seconds, what was lost between PostgreSQL and Temporal: orders whose workflow was never started or has
 * not been heard of, and commands that no workflow has taken. Several may run at once: each claims what it takes,
 * and no lock is held while Temporal is called.
 */
export function createPoller({
  sql,
  process,
  log,
  everyMs = 3_000,
  now = () => new Date().toISOString(),
}: {
  sql: Sql;
  process: OrderProcess;
  log: Log;
  everyMs?: number;
  now?: () => string;
}): Poller {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(runOnce)
      .catch((error: Error) =>
        log.warn({ error: error.message }, 'the poller could not look; it will again'),
      );
  }, everyMs);

  async function runOnce(): Promise<void> {
    for (const order of await claimOverdueOrders(sql, { now: now(), limit: BATCH, leaseMs: LEASE_MS })) {
      await process.ensureRunning(order);
    }
    for (const command of await claimUnsignalled(sql, { now: now(), limit: BATCH })) {
      await process.tell(command.orderId, command.kind, command.id);
    }
  }

  return {
    runOnce,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
