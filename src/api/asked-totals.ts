import { NettermsError } from '../kernel/errors.ts';
import type { Money } from '../kernel/money.ts';
import type { ApiKey } from '../modules/access/api-keys.ts';
import { countTotal, TOTALS_AN_HOUR } from '../modules/eligibility/asked-totals.ts';
import { getOrder } from '../modules/orders/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { holds } from './auth.ts';

type Asked = { customerId: string; total: Money; now: string };

/**
 * Counts a total that this key asks about. Otherwise a search would find a customer's credit to the cent; a key with
 * the scope `read` sees it anyway.
 * @throws NettermsError `too-many-totals`
 */
export async function askTotal(sql: Sql, key: ApiKey, asked: Asked): Promise<void> {
  const retryAfter = await noteTotal(sql, key, asked);
  if (retryAfter === null) return;
  throw new NettermsError(
    'too-many-totals',
    `This key has asked about ${TOTALS_AN_HOUR} different totals of ${asked.customerId} within an hour. It may ask about those again, and a checkout is decided at any time.`,
    { retryAfter },
  );
}

/** Counts the total of a declined order. Checkouts answer the same question, but are never refused by the limit. */
export const noteTotal = async (sql: Sql, key: ApiKey, asked: Asked): Promise<number | null> =>
  holds(key, 'read') ? null : countTotal(sql, { keyId: key.id, ...asked });

/** Passes a reply on; if it declines a new total of an order, counts that total. */
export const notingDecline = <T>(
  sql: Sql,
  key: ApiKey,
  { orderId, total, now }: { orderId: string; total: Money; now: string },
  reply: Promise<T>,
): Promise<T> =>
  reply.catch(async (error) => {
    if (error instanceof NettermsError && error.code === 'not-eligible')
      await noteTotal(sql, key, { customerId: (await getOrder(sql, orderId)).customerId, total, now });
    throw error;
  });
