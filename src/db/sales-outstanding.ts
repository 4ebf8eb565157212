import type { Instant } from '../domain/calendar.ts';
import type { Db } from './client.ts';
import type { AsOf } from './open-parts.ts';

/**
 * What is owed at the end of the day, and what was sold from `start` until then: charges less cancellations and credit
 * notes, wherever these were booked. Interest, costs and write-offs are no sales. In minor units.
 */
export async function salesOutstanding(
  db: Db,
  { currency, end, start }: AsOf & { start: Instant },
): Promise<{ receivables: number; sales: number }> {
  const [row] = await db<{ receivables: number; sales: number }[]>`
    select (coalesce((select sum(outstanding) from orders where outstanding <> 0 and currency = ${currency}), 0)
            - coalesce((select sum(amount) from ledger
                        where account = 'receivable' and booked_at >= ${end} and currency = ${currency}), 0))::bigint as receivables,
           coalesce((select sum(case l.account when 'receivable' then l.amount else -l.amount end) from ledger l
                     where l.booked_at >= ${start} and l.booked_at < ${end} and l.currency = ${currency}
                       and (${ofSale(db, db`l.kind`)} or l.kind = 'reversal' and exists (
                         select 1 from ledger original where original.id = l.reverses and ${ofSale(db, db`original.kind`)}))), 0)::bigint as sales`;
  return row!;
}

const ofSale = (db: Db, kind: ReturnType<Db>) => db`${kind} in ('charge', 'cancellation', 'credit_note')`;
