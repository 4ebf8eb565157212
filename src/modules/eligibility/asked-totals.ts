import type { Money } from '../../kernel/money.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';

/** How many different totals of one customer a key may ask about in an hour: a cart has few, a search needs many. */
export const TOTALS_AN_HOUR = 12;
const HOUR_MS = 3_600_000;
/** How many rows older than an hour are deleted with each new one. */
const DELETED_AT_ONCE = 100;

/** A total that a key learns something about: whether the customer may buy for it on terms. */
type AskedTotal = { keyId: string; customerId: string; total: Money; now: string };

/**
 * Counts a total, unless the key has asked about it in the last hour, or about as many others as it may.
 * @returns null; in the latter case the seconds until the key may ask about another total
 */
export async function countTotal(
  sql: Sql,
  { keyId, customerId, total: { amount, currency }, now }: AskedTotal,
): Promise<number | null> {
  const anHourAgo = new Date(Date.parse(now) - HOUR_MS).toISOString();
  return inTransaction(sql, async (tx) => {
    const [, asked] = await Promise.all([
      tx`select pg_advisory_xact_lock(hashtextextended(${`asked-totals ${keyId} ${customerId}`}, 0))`,
      tx<(Money & { askedAt: string })[]>`
        select amount, currency, asked_at from asked_totals
        where key_id = ${keyId} and customer_id = ${customerId} and asked_at > ${anHourAgo} order by asked_at`,
    ]);
    if (asked.some((known) => known.amount === amount && known.currency === currency)) return null;
    const [oldest] = asked;
    if (oldest && asked.length >= TOTALS_AN_HOUR)
      return Math.ceil((Date.parse(oldest.askedAt) - Date.parse(anHourAgo)) / 1_000);
    await Promise.all([
      tx`
        insert into asked_totals (key_id, customer_id, amount, currency, asked_at)
        values (${keyId}, ${customerId}, ${amount}, ${currency}, ${now})
        on conflict (key_id, customer_id, currency, amount) do update set asked_at = excluded.asked_at`,
      tx`
        delete from asked_totals where ctid = any(array(
          select ctid from asked_totals where asked_at <= ${anHourAgo} limit ${DELETED_AT_ONCE} for update skip locked))`,
    ]);
    return null;
  });
}
