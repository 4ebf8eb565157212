import { inTransaction, type Sql, type Tx } from '../../../platform/postgres/client.ts';

/** How many customers or orders one sweep takes of a kind; the next one takes the rest. */
export const AT_ONCE = 1_000;

/** Deals with one after the other, each in a transaction of its own. */
export const inTurn = <T>(
  sql: Sql,
  found: readonly T[],
  deal: (tx: Tx, one: T) => Promise<unknown>,
): Promise<void> => all(found.map((one) => () => inTransaction(sql, (tx) => deal(tx, one))));

/** Does one after the other, whatever fails; then throws the first failure. */
export async function all(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
