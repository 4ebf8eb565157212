import type { Sql, Tx } from '../../platform/postgres/client.ts';

/**
 * Reads a report by a plan that PostgreSQL makes for its very day. After five reports of one kind it would take one plan
 * for any day, which reads the ledger from end to end.
 */
export async function plannedForItsDay<T>(sql: Sql, read: (tx: Tx) => Promise<T>): Promise<T> {
  return (await sql.begin('read only', async (tx) => {
    await tx`set local plan_cache_mode = force_custom_plan`;
    return read(tx);
  })) as T;
}
