import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { getOrder } from '../orders/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { interestBlockerOf, interestOfOrder } from './order-interest.ts';

/**
 * Late interest that has accrued on these orders up to a day and was not charged by the end of that day, in minor
 * units: a statement shows it next to the balance. Zero if the merchant does not charge late customers; null if it
 * cannot be calculated, because the reference rate of a half-year or the country's law is missing.
 */
export async function unchargedInterest(
  db: Db,
  orderIds: readonly string[],
  { until, end, policies }: { until: Day; end: Instant; policies: ActivePolicies },
): Promise<number | null> {
  if (!policies['late-interest'].body.enabled) return 0;
  let sum = 0;
  try {
    for (const id of orderIds) {
      const { instalments } = await interestOfOrder(db, await getOrder(db, id), {
        until,
        policies,
        bookedBefore: end,
      });
      for (const { accrued, charged } of instalments) sum += Math.max(accrued - charged, 0);
    }
  } catch (error) {
    interestBlockerOf(error);
    return null;
  }
  return sum;
}
