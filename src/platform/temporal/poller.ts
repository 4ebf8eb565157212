import pLimit from 'p-limit';
import { claimUnsignalled } from '../../modules/commands/tables.ts';
import type { ImportProcess } from '../../modules/imports/import-process.ts';
import { claimWaitingImports } from '../../modules/imports/tables.ts';
import type { Log, OrderProcess } from '../../modules/orders/order-process.ts';
import { claimOverdueOrders } from '../../modules/orders/process.ts';
import type { RevocationProcess } from '../../modules/revocation/revocation-process.ts';
import { claimRevocations } from '../../modules/revocation/tables.ts';
import type { Sql } from '../postgres/client.ts';

const BATCH = 100;
const AT_ONCE = 8;
/** Longer than a batch takes; another poller may take over what this one has dropped. */
const LEASE_MS = 60_000;

export type Poller = { runOnce(): Promise<void>; stop(): Promise<void> };

/**
 * Finds, every few seconds, what was lost between PostgreSQL and Temporal: orders whose workflow was never started or has
 * not been heard of, commands that no workflow has taken, files that were not applied, and revocations that are not finished. Several may run at
 * once: each claims what it takes, and no lock is held while Temporal is called. What fails for one order does not hold
 * up the others.
 */
export function createPoller({
  sql,
  process,
  imports,
  revocations,
  log,
  everyMs = 3_000,
  now = () => new Date().toISOString(),
}: {
  sql: Sql;
  process: OrderProcess;
  imports: Pick<ImportProcess, 'ensureRunning'>;
  revocations: Pick<RevocationProcess, 'ensureRunning'>;
  log: Log;
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
    const orders = await claimOverdueOrders(sql, { now: now(), limit: BATCH, leaseMs: LEASE_MS });
    await each(
      orders,
      ({ id }) => ({ orderId: id }),
      (order) => process.ensureRunning(order),
    );
    const commands = await claimUnsignalled(sql, { now: now(), limit: BATCH });
    await each(
      commands,
      ({ orderId }) => ({ orderId }),
      ({ orderId, kind, id }) => process.tell(orderId, kind, id),
    );
    const waiting = await claimWaitingImports(sql, { now: now(), limit: BATCH, leaseMs: LEASE_MS });
    await each(
      waiting,
      ({ id }) => ({ importId: id }),
      (row) => imports.ensureRunning(row),
    );
    const unfinished = await claimRevocations(sql, { now: now(), limit: BATCH, leaseMs: LEASE_MS });
    await each(unfinished, ({ id }) => ({ revocationId: id }), revocations.ensureRunning);
  }

  async function each<T>(
    items: readonly T[],
    named: (item: T) => object,
    look: (item: T) => Promise<void>,
  ): Promise<void> {
    const looked = items.map((item) =>
      limit(async () => {
        if (!stopping) await look(item);
      }).catch((error: Error) =>
        log.warn(
          { ...named(item), error: error.message },
          'the poller could not help this one; it will try again',
        ),
      ),
    );
    await Promise.all(looked);
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
