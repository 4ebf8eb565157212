import type { Sql, Tx } from '../../platform/postgres/client.ts';

/**
 * Reads a report with a query plan that PostgreSQL makes for the report's day. After five reports of one kind it would
 * use one generic plan for all days, which reads the whole ledger.
 */
export async function withPlanForDay<T>(sql: Sql, read: (tx: Tx) => Promise<T>): Promise<T> {
  return (await sql.begin('read only', async (tx) => {
    await tx`set local plan_cache_mode = force_custom_plan`;
    return read(tx);
  })) as T;
}
