import { type Connection, ConnectionLost } from './connection.ts';
import { endDeadClients } from './dead-clients.ts';
import type { Pool } from './pool.ts';

const EVERY_MS = 800;
/** After so many of these without an answer the server counts as frozen. */
const MISSED = 3;
/** Every so many of these, sessions of dead clients are looked for. */
const CLEAN_EVERY = 5;

/**
 * Asks the server every 0.8 seconds whether it answers. If it does not (it is frozen, or the network swallows everything),
 * all that is in progress fails within five seconds in place of hanging until the caller gives up, and so does every call
 * until it answers again. A slow statement is no reason: this has a connection of its own. Also ends what dead clients
 * have left.
 */
export function watchServer(
  open: () => Connection,
  pool: Pick<Pool, 'refuse' | 'resume'>,
  { idleTransactionTimeoutMs }: { idleTransactionTimeoutMs: number },
): { stop(): void } {
  let connection = open();
  let missed = 0;
  let asking = false;
  let turns = 0;

  async function ask(): Promise<void> {
    asking = true;
    try {
      if (!connection.isUsable()) connection = open();
      await connection.run((sql) => sql`select 1`);
      missed = 0;
      pool.resume();
      if (turns++ % CLEAN_EVERY === 0)
        await connection.run((sql) => endDeadClients(sql, idleTransactionTimeoutMs));
    } catch {
      // A server that refuses connections answers: each statement finds that out by itself.
    } finally {
      asking = false;
    }
  }

  // Counted in turns, not by the clock: if this process was busy for long, its server is not to blame.
  const timer = setInterval(() => {
    if (!asking) {
      void ask();
      return;
    }
    missed += 1;
    if (missed < MISSED) return;
    missed = 0;
    const frozen = new ConnectionLost('PostgreSQL does not answer.');
    connection.abandon(frozen.message);
    pool.refuse(frozen);
  }, EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      connection.abandon('The process ends.');
    },
  };
}
