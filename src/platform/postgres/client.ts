import postgres from 'postgres';
import { type Connection, openConnection } from './connection.ts';
import { createPool } from './pool.ts';
import { watchServer } from './watch.ts';

/** A pool or a transaction: what every query function takes. */
export type Db = postgres.ISql<Record<string, unknown>>;
/** A pool. */
export type Sql = Db & Pick<postgres.Sql<Record<string, unknown>>, 'begin' | 'end' | 'listen'>;
/** A part of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;
export type Tx = postgres.TransactionSql<Record<string, unknown>>;

type Work = (tx: Tx) => Promise<unknown>;

export type ConnectOptions = {
  max?: number;
  /** How long a statement waits for a lock, in ms; it gives up before its caller does. 0: for ever. */
  lockTimeoutMs?: number;
  /** How long a statement may run, and a transaction may wait for its next one, in ms. 0: for ever. */
  statementTimeoutMs?: number;
  idleTransactionTimeoutMs?: number;
  /** How long to wait for a connection while all are in use, in ms. */
  waitMs?: number;
  /** Whether statements in progress fail as soon as the server does not answer at all any more. */
  watched?: boolean;
};

/**
 * A pool of connections. Amounts (bigint) are returned as numbers (they are far below 2^53), days as `YYYY-MM-DD`,
 * instants as ISO 8601 strings, columns in camelCase; JSON is unchanged. No statement, transaction or caller waits
 * without a limit.
 */
export function connect(
  databaseUrl: string,
  {
    max = 10,
    lockTimeoutMs = 8_000,
    statementTimeoutMs = 60_000,
    idleTransactionTimeoutMs = 30_000,
    waitMs = 30_000,
    watched = false,
  }: ConnectOptions = {},
): Sql {
  // Never connects but to listen: it reads the options, and makes statements that a connection of the pool runs.
  const maker = postgres(databaseUrl, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 3,
    connection: {
      lock_timeout: lockTimeoutMs,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: idleTransactionTimeoutMs,
    },
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
      date: { to: 1082, from: [1082], parse: (day: string) => day, serialize: (day: string) => day },
      timestamptz: {
        to: 1184,
        from: [1184],
        parse: (at: string) => new Date(at).toISOString(),
        serialize: (at: string) => at,
      },
    },
  }) as unknown as postgres.Sql<Record<string, unknown>>;
  // The array types, which all connections share, are asked once, before anything else: what postgres.js asks then is
  // not guarded, and a connection that is lost meanwhile would end the process.
  let types: Promise<unknown> | null = null;
  const knowTypes = (): Promise<unknown> => {
    types ??= askTypes(maker.options).catch((error: unknown) => {
      types = null;
      throw error;
    });
    return types;
  };
  const open = () => openConnection({ ...maker.options, fetch_types: false });
  const pool = createPool(open, { max, waitMs });
  const watch = watched ? watchServer(open, pool, { idleTransactionTimeoutMs }) : null;

  /** Runs when it is awaited, as every statement of postgres.js does; until then it can be a part of another. */
  const lazily = (query: Fragment, run: () => Promise<unknown>): Fragment => {
    let running: Promise<unknown> | null = null;
    const result = () => {
      running ??= run();
      return running;
    };
    return Object.assign(query, {
      // biome-ignore lint/suspicious/noThenProperty: it is a promise, and this is when it begins
      then: (...to: Parameters<Promise<unknown>['then']>) => result().then(...to),
      catch: (...to: Parameters<Promise<unknown>['catch']>) => result().catch(...to),
      finally: (...to: Parameters<Promise<unknown>['finally']>) => result().finally(...to),
      execute: () => {
        result().catch(() => {});
        return query;
      },
      cursor: () => {
        throw new Error('a cursor holds its connection for as long as its reader likes: read page by page');
      },
    }) as Fragment;
  };
  const use = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    await knowTypes();
    return pool.use(work);
  };
  const run = <T>(statement: (sql: Sql) => PromiseLike<T>) => use((connection) => connection.run(statement));

  const sql = (first: TemplateStringsArray | object, ...rest: never[]) => {
    const made = maker(first as never, ...rest) as unknown as Fragment;
    return Array.isArray(first) && 'raw' in first ? lazily(made, () => run((on) => on`${made}`)) : made;
  };
  return Object.assign(sql, {
    types: maker.types,
    typed: maker.typed,
    json: maker.json,
    array: maker.array,
    listen: maker.listen,
    unsafe: (...args: Parameters<Sql['unsafe']>) =>
      lazily(maker.unsafe(...args) as Fragment, () => run((on) => on.unsafe(...args))),
    begin: (...args: [string, Work] | [Work]) => {
      const [mode, work] = args.length === 2 ? args : ['', args[0]];
      return use((connection) => connection.transaction(work, mode));
    },
    async end({ timeout }: { timeout?: number } = {}) {
      watch?.stop();
      await pool.end(timeout);
      await maker.end({ timeout: 0 });
    },
  }) as unknown as Sql;
}

async function askTypes(options: Parameters<typeof openConnection>[0]): Promise<void> {
  const connection = openConnection(options);
  await connection.run((sql) => sql`select 1`);
  await connection.end();
}

const retryable = new Set(['40P01', '40001']);

/**
 * Runs a transaction. If PostgreSQL aborts it because of a deadlock or a serialization failure, it is tried again, up
 * to three times in all. Within an open transaction the work becomes a part of it.
 */
export async function inTransaction<T>(sql: Sql | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  if ('savepoint' in sql) return work(sql);
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sql.begin(work)) as T;
    } catch (error) {
      if (attempt === 3 || !retryable.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}
