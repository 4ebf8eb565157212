import { afterAll, beforeAll, expect, it } from 'vitest';
import { addOpenOrders } from '../../bench/bank-file.ts';
import { addPastOrders } from '../../bench/receivables.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { addCustomer, openMerchant } from './merchant.ts';

/* Benches and attacks read tables that they have filled by themselves: the data must fit the schema and add up. */

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());

it('what benches and attacks put into the database fits the schema, and the balances are right', async () => {
  await addCustomer(database.sql, 'past-0');
  await addPastOrders(database.sql, 30, { prefix: 'past-', customers: 1 });
  const open = await addOpenOrders(database.sql, 30);
  expect(open).toHaveLength(30);
  // Nobody checks out for these customers: what they use of their limits is left out.
  const found = await reconcileBalances(database.sql);
  expect(found.filter(({ problem }) => !problem.startsWith('stored exposure'))).toEqual([]);
});
