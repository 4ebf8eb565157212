import { setImmediate as aMoment } from 'node:timers/promises';
import postgres from 'postgres';
import type { Sql, Tx } from './client.ts';

/** The connection ended, or the server stopped answering: nobody knows whether what was in progress is committed. */
export class ConnectionLost extends Error {
  readonly code = 'CONNECTION_CLOSED';

  constructor(why: string) {
    super(why);
    this.name = 'ConnectionLost';
  }
}

/** One connection, for one user at a time. */
export type Connection = {
  /** False once it is lost: it never connects again. */
  isUsable(): boolean;
  run<T>(statement: (sql: Sql) => PromiseLike<T>): Promise<T>;
  /** `mode`: such as "read only". */
  transaction<T>(work: (tx: Tx) => Promise<T>, mode: string): Promise<T>;
  /** Fails what is in progress, without waiting for the server. */
  abandon(why: string): void;
  end(): Promise<void>;
};

/**
 * An instance of postgres.js with a single connection, to be thrown away when that is lost. An instance connects again
 * by itself, and in version 3.4.9 that is not safe: the rest of a transaction whose connection was lost runs inside
 * another one (porsager/postgres #1216), its rollback ends the process (#1154, #1208), and a connection that was closed
 * at the wrong moment never works again (#1215).
 * @throws ConnectionLost out of `run` and `transaction`
 */
export function openConnection(options: postgres.ParsedOptions<Record<string, unknown>>): Connection {
  let reason: ConnectionLost | null = null;
  let fail: ((error: ConnectionLost) => void) | null = null;
  const lose = (why: string) => {
    reason ??= new ConnectionLost(why);
    fail?.(reason);
  };
  /** The same, but fails as soon as the connection is lost, whatever becomes of the work. */
  const unlessLost = <T>(work: PromiseLike<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      fail = reject;
      work.then(resolve, reject);
    });
  // Options that are read already are taken as they are, with the array types that another connection has found.
  const sql = postgres({
    ...options,
    max: 1,
    max_lifetime: null,
    onclose: () => lose('The connection to PostgreSQL ended.'),
  } as never) as unknown as Sql;
  const isUsable = () => reason === null;
  const abandon = (why: string) => {
    lose(why);
    void sql.end({ timeout: 0 });
  };
  /** After a failure, whether the connection can still be used; a statement fails before its connection is closed. */
  const survives = async (error: unknown): Promise<boolean> => {
    if (isOfConnection(error)) abandon((error as Error).message);
    for (let turn = 0; turn < 2 && isUsable(); turn++) await aMoment();
    return isUsable();
  };
  const checked = (error: unknown): Promise<never> =>
    survives(error).then(() => {
      throw error;
    });

  return {
    isUsable,
    abandon,
    run: (statement) => unlessLost(statement(sql)).catch(checked),
    async transaction<T>(work: (tx: Tx) => Promise<T>, mode: string): Promise<T> {
      let over = false;
      const guarded = (tx: Tx): Tx =>
        new Proxy(tx, {
          apply(statement, self, args) {
            if (over || reason) throw reason ?? new Error('the transaction is over');
            return Reflect.apply(statement as never, self, args);
          },
        });
      const begun = sql.begin(mode, async (tx) => {
        try {
          const result = await work(guarded(tx));
          if (isUsable()) return result;
        } catch (error) {
          if (await survives(error)) throw error;
        }
        // Neither commit nor rollback may be written to a connection that is lost; the caller knows already.
        return new Promise<never>(() => {});
      });
      try {
        return (await unlessLost(begun).catch(checked)) as T;
      } finally {
        over = true;
      }
    },
    end: () => sql.end(),
  };
}

/** Whether a failure is one of the connection (a code of Node or of the driver, or PostgreSQL ending the session). */
function isOfConnection(error: unknown): boolean {
  const { code = '', severity = '' } = (error ?? {}) as { code?: string; severity?: string };
  return /^(E[A-Z]|CONNECT)/.test(code) || /^(FATAL|PANIC)$/.test(severity);
}
