import { activePolicies, replacePolicy } from '../../src/modules/settings/tables.ts';
import type { Sql } from '../../src/platform/postgres/client.ts';
import { addCustomer, offerMore, openMerchant as openUsual } from '../support/merchant.ts';

/** Customers who have credit for all that happens. */
export const CUSTOMERS = ['rossi', 'verdi', 'esposito'];
const PLENTY = 1_000_000_000;
/** How many orders of 100 euros a customer may have whose name begins with `limit-`. */
export const ORDERS_WITHIN_LIMIT = 3;
/** Half a minute, with reminders before it, at it and after it. */
export const SHORT_TERMS = 'short';

export const limitedCustomer = (n: number): string => `limit-${n}`;

/** A merchant of the tests with short terms, customers with much credit, and `limited` ones with little. */
export async function openMerchant(sql: Sql, limited: number): Promise<void> {
  await openUsual(sql);
  await offerMore(sql, [{ code: SHORT_TERMS, label: 'Half a minute', kind: 'elapsed', duration: 'PT30S' }]);
  const { version: baseVersion, body } = (await activePolicies(sql)).dunning;
  await replacePolicy(sql, 'dunning', {
    ...{ baseVersion, actor: 'user:test', now: new Date().toISOString() },
    body: {
      ...body,
      plans: {
        [SHORT_TERMS]: [
          { offset: '-PT15S', tone: 'due-soon' },
          { offset: 'PT0S', tone: 'due' },
          { offset: 'PT15S', tone: 'overdue-1' },
        ],
      },
    },
  });
  for (const id of CUSTOMERS.slice(1)) await addCustomer(sql, id);
  for (let n = 0; n < limited; n++) await addCustomer(sql, limitedCustomer(n));
  const little = ORDERS_WITHIN_LIMIT * 10_000;
  await sql`update accounts set credit_limit = case when customer_id like 'limit-%' then ${little}::bigint else ${PLENTY}::bigint end`;
}
