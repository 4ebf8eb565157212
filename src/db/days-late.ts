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
  const rows = await db<(DaysLate & { customerId: string | null; name: string | null })[]>`
    with received as (
      select l.customer_id, -l.amount as paid, i.due_on,
             coalesce(p.received_on, (l.booked_at at time zone ${zone})::date) as received_on
      from ledger l
        join instalments i on i.order_id = l.order_id and i.number = l.instalment
        left join payments p on p.payment_id = l.payment_id
      where l.booked_at >= ${start} and l.account = 'receivable' and l.currency = ${currency}
        and l.kind in ('payment', 'allocation') and l.amount < 0 and i.due_at is not null
        and l.id not in (select reverses from ledger where reverses is not null)),
    late as (
      select customer_id, sum(paid) as paid, sum(paid * greatest(0, received_on - due_on)) as paid_days from received
      where received_on between ${from} and ${asOf} group by customer_id),
    shown as (
      select customer_id, paid, paid_days from late
      union all
      select null, sum(paid), sum(paid_days) from late having count(*) > 0)
    select customer_id, c.name, paid::bigint, round(paid_days / paid, 1)::float8 as average_days_late
    from shown left join customers c on c.id = customer_id order by customer_id nulls first`;
  const [overall = null] = rows.filter(({ customerId }) => customerId === null);
  return {
    overall: overall && { paid: overall.paid, averageDaysLate: overall.averageDaysLate },
    customers: rows.filter(
      (row): row is typeof row & { customerId: string; name: string } => row.customerId !== null,
    ),
  };
}
