import postgres from 'postgres';

/** A pool or a transaction: what every query function takes. */
export type Db = postgres.ISql<Record<string, unknown>>;
export type Sql = postgres.Sql<Record<string, unknown>>;
/** A part of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;
export type Tx = postgres.TransactionSql<Record<string, unknown>>;

/**
 * A pool of connections. Amounts (bigint) are returned as numbers (they are far below 2^53), days as `YYYY-MM-DD`,
 * instants as ISO 8601 strings, columns in camelCase; JSON is unchanged.
 */
export function connect(
  databaseUrl: string,
  { max = 10, lockTimeoutMs = 8_000 }: { max?: number; lockTimeoutMs?: number } = {},
): Sql {
  return postgres(databaseUrl, {
    max,
    onnotice: () => {},
    connect_timeout: 5,
    // A waiting statement gives up before its caller does, so that a row that stays locked does not use up the pool.
    connection: { lock_timeout: lockTimeoutMs },
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
  }) as unknown as Sql;
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
