import type { Connection } from './connection.ts';

/** No connection became free in time. */
export class PoolExhausted extends Error {
  readonly code = 'POOL_TIMEOUT';

  constructor(waitMs: number) {
    super(`All connections to PostgreSQL were in use for ${waitMs / 1000} seconds.`);
    this.name = 'PoolExhausted';
  }
}

/** `waitMs`: how long a user waits for a connection while all are in use. */
export type PoolLimits = { max: number; waitMs: number };

export type Pool = {
  /** Lends a connection for as long as the work takes. Throws PoolExhausted. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Fails everything in progress, whatever waits, and every later use, until `resume`. */
  refuse(error: Error): void;
  resume(): void;
  /** Waits for what is in progress, for at most `timeout` seconds. */
  end(timeout?: number): Promise<void>;
};

type Waiter = { take: (connection: Connection) => void; refuse: (error: Error) => void };

/** Connections that are opened when they are needed, lent to one user at a time, and replaced when they are lost. */
export function createPool(open: () => Connection, { max, waitMs }: PoolLimits): Pool {
  const lent = new Set<Connection>();
  let idle: Connection[] = [];
  const waiting = new Set<Waiter>();
  let whenUnused: (() => void) | null = null;
  let ended = false;
  let refusal: Error | null = null;

  const lend = (connection: Connection): Connection => {
    lent.add(connection);
    return connection;
  };

  function take(): Promise<Connection> | Connection {
    if (ended) throw new Error('the pool has ended');
    if (refusal) throw refusal;
    idle = idle.filter((connection) => connection.isUsable());
    const free = idle.pop();
    if (free) return lend(free);
    if (lent.size < max) return lend(open());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => waiter.refuse(new PoolExhausted(waitMs)), waitMs);
      const done = () => {
        clearTimeout(late);
        waiting.delete(waiter);
      };
      const waiter: Waiter = {
        take: (connection) => {
          done();
          resolve(connection);
        },
        refuse: (error) => {
          done();
          reject(error);
        },
      };
      waiting.add(waiter);
    });
  }

  function giveBack(connection: Connection): void {
    lent.delete(connection);
    const [next] = waiting;
    if (next) next.take(lend(connection.isUsable() ? connection : open()));
    else if (connection.isUsable()) idle.push(connection);
    if (lent.size === 0) whenUnused?.();
  }

  return {
    async use(work) {
      const connection = await take();
      try {
        return await work(connection);
      } finally {
        giveBack(connection);
      }
    },
    refuse(error) {
      refusal = error;
      for (const { refuse } of waiting) refuse(error);
      for (const connection of [...lent, ...idle]) connection.abandon(error.message);
    },
    resume() {
      refusal = null;
    },
    async end(timeout) {
      ended = true;
      const late = timeout === undefined ? null : setTimeout(() => whenUnused?.(), timeout * 1000);
      if (lent.size > 0)
        await new Promise<void>((resolve) => {
          whenUnused = resolve;
        });
      if (late) clearTimeout(late);
      const ending = new Error('The process ends.');
      for (const { refuse } of waiting) refuse(ending);
      for (const connection of lent) connection.abandon(ending.message);
      await Promise.all(idle.map((connection) => connection.end()));
    },
  };
}
