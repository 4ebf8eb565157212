import pLimit from 'p-limit';
import type { Log } from '../../platform/log.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { claimEvents, type EventRow, markDelivered, markFailed } from './events.ts';
import { recordOverdue } from './record-overdue.ts';
import { givesUp, retryAfterSeconds } from './rules/event.ts';
import { type Storefront, StoreUnavailable } from './storefront.ts';

const AT_ONCE = 8;
/** Four rounds of ten seconds, the longest that a webhook takes, are over before the lease. */
const BATCH = 4 * AT_ONCE;
const LEASE_MS = 60_000;
/** While the store takes them, a pass sends this many batches; then it looks again at what is overdue. */
const BATCHES = 20;
const OVERDUE_EVERY_MS = 60_000;
const OVERDUE_AT_ONCE = 500;

export type EventDispatcher = { runOnce(): Promise<void>; start(): void; stop(): Promise<void> };

/**
 * Sends recorded events to the store, and each minute records what has become overdue. Several may run at once: each
 * claims what it sends, and holds no lock while the store is called. An event whose acknowledgement was lost is sent
 * again with the same id and bytes. Those of one order are sent in their sequence.
 * @param now the present, for business instants; leases are by PostgreSQL's clock
 */
export function createEventDispatcher({
  sql,
  storefront,
  log,
  now,
  everyMs = 1_000,
}: {
  sql: Sql;
  storefront: Storefront;
  log: Pick<Log, 'warn'>;
  now: () => string;
  everyMs?: number;
}): EventDispatcher {
  const limit = pLimit(AT_ONCE);
  let stopping = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function runOnce(): Promise<void> {
    await lookForOverdue().catch((error: Error) =>
      log.warn(
        { error: error.message },
        'overdue instalments could not be recorded; they are looked for again',
      ),
    );
    for (let batch = 0; batch < BATCHES && !stopping; batch++) {
      const claimed = await claimEvents(sql, { limit: BATCH, leaseMs: LEASE_MS });
      const delivered = await Promise.all(claimed.map((event) => limit(() => send(event))));
      if (!delivered.includes(true)) return;
    }
  }

  async function lookForOverdue(): Promise<void> {
    const at = now();
    if (Math.abs(Date.parse(at) - lookedAt) < OVERDUE_EVERY_MS) return;
    // What was left is looked for in the next pass already.
    if ((await recordOverdue(sql, at, OVERDUE_AT_ONCE)) < OVERDUE_AT_ONCE) lookedAt = Date.parse(at);
  }

  /** True if the store acknowledged it. */
  async function send(event: EventRow): Promise<boolean> {
    if (stopping) return false;
    const { id, type, orderId, customerId, sequence, attempts, createdAt } = event;
    const { orderNumber = null, ...data } = event.data;
    const content = { type, orderId, orderNumber, customerId, sequence, data } as const;
    try {
      const { kind, status } = await storefront.notify({ ...content, webhookId: id, occurredAt: createdAt });
      if (kind === 'acknowledged') await markDelivered(sql, id, { status, at: now() });
      else await markFailed(sql, event, { status, error: kind, givenUpAt: now() });
      return kind === 'acknowledged';
    } catch (error) {
      const { message } = error as Error;
      log.warn(
        { orderId, event: type, attempt: attempts, error: message },
        'the store could not be notified',
      );
      if (!(error instanceof StoreUnavailable)) return false;
      const { status } = error;
      const at = now();
      const then = givesUp({ createdAt, status }, at)
        ? { givenUpAt: at }
        : { retryAfterSeconds: retryAfterSeconds(attempts) };
      await markFailed(sql, event, { status, error: message, ...then });
      return false;
    }
  }

  return {
    runOnce,
    start() {
      timer = setInterval(() => {
        running ??= runOnce()
          .catch((error: Error) =>
            log.warn({ error: error.message }, 'events could not be sent; they are tried again'),
          )
          .finally(() => {
            running = null;
          });
      }, everyMs);
    },
    async stop() {
      stopping = true;
      if (timer !== null) clearInterval(timer);
      await running;
    },
  };
}
