import type { Day, Instant } from '../domain/calendar.ts';
import type { Db } from './client.ts';
import type { AsOf } from './open-parts.ts';

/** Days to a tenth, weighted by the amounts; `paid` in minor units. */
export type DaysLate = { paid: number; averageDaysLate: number };

/**
 * How many days after the due day what was paid in the period was received; in time counts as 0. What was taken back
 * since is left out, and so is what is not paid: that is in the ageing.
 */
export async function averageDaysLate(
  db: Db,
  { currency, asOf, from, start, zone }: AsOf & { from: Day; start: Instant; zone: string },
): Promise<{ customers: (DaysLate & { customerId: string; name: string })[]; overall: DaysLate | null }> {
  // Money is booked on the day on which it was received, or later.
  const rows = await db<(DaysLate & { customerId: string | null; name: string })[]>`
    select customer_id, max(c.name) as name, sum(paid)::bigint as paid,
           round(sum(paid * days) / sum(paid), 1)::float8 as average_days_late
    from (select customer_id, -amount as paid, greatest(0, received_on - due_on) as days
          from (select l.customer_id, l.amount, i.due_on,
                       coalesce(p.received_on, (l.booked_at at time zone ${zone})::date) as received_on
                from ledger l
                  join instalments i on i.order_id = l.order_id and i.number = l.instalment
                  left join payments p on p.payment_id = l.payment_id
                where l.booked_at >= ${start} and l.account = 'receivable' and l.currency = ${currency}
                  and l.kind in ('payment', 'allocation') and l.amount < 0 and i.due_at is not null
                  and not exists (select 1 from ledger r where r.reverses = l.id)) received
          where received_on between ${from} and ${asOf}) late
      join customers c on c.id = customer_id
    group by grouping sets ((customer_id), ()) having count(*) > 0 order by customer_id nulls first`;
  const [overall = null] = rows.filter(({ customerId }) => customerId === null);
  return {
    overall: overall && { paid: overall.paid, averageDaysLate: overall.averageDaysLate },
    customers: rows.filter((row): row is typeof row & { customerId: string } => row.customerId !== null),
  };
}
