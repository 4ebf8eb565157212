import type { Instant } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { AsOf } from './open-parts.ts';

/**
 * What is owed at the end of the day, and what was sold from `start` until then: the orders' totals, as amended, less
 * credit notes and what customers keep back, on whichever account these were booked. A cancellation takes off all that
 * its order had counted for by then. Interest, costs, discounts and write-offs are not sales. In minor units.
 */
export async function salesOutstanding(
  db: Db,
  { currency, end, start }: AsOf & { start: Instant },
): Promise<{ receivables: number; sales: number }> {
  const [row] = await db<{ receivables: number; sales: number }[]>`
    select (coalesce((select sum(outstanding) from orders where outstanding <> 0 and currency = ${currency}), 0)
            - coalesce((select sum(amount) from ledger
                        where account = 'receivable' and booked_at >= ${end} and currency = ${currency}), 0))::bigint as receivables,
           (coalesce((select sum(${sold(db)}) from ledger l
                      where l.booked_at >= ${start} and l.booked_at < ${end} and l.currency = ${currency} and ${isSale(db)}), 0)
            - coalesce((select sum(${sold(db)}) from ledger l
                        where l.booked_at < ${end} and ${isSale(db)} and l.order_id in (
                          select order_id from ledger where kind = 'cancellation' and booked_at >= ${start} and booked_at < ${end}
                            and currency = ${currency})), 0))::bigint as sales`;
  return row!;
}

/** What is kept back after all was paid becomes credit: this lowers sales as well. */
const sold = (db: Db) => db`case l.account when 'receivable' then l.amount else -l.amount end`;

/** Whether the entry `l` belongs to a sale, or reverses an entry that does. */
const isSale = (db: Db) =>
  db`l.effect in ('charge', 'amendment', 'credit_note', 'split_payment', 'withholding')`;
