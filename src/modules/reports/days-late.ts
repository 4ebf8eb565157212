import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { lastDayInTime } from '../orders/last-day-in-time.ts';
import type { AsOf } from './open-parts.ts';

/** Days to a tenth, weighted by the amounts; `paid` in minor units. */
export type DaysLate = { paid: number; averageDaysLate: number };

/**
 * How many days late the money of the period was received, counted from the last day on which it would have been in
 * time; in time counts as 0. Only what pays an instalment now counts: money that was reversed or moved since is left
 * out, and so is money for an order that is cancelled now. What is not paid at all is in the ageing report.
 */
export async function averageDaysLate(
  db: Db,
  { currency, asOf, from, start, zone }: AsOf & { from: Day; start: Instant },
): Promise<{ customers: (DaysLate & { customerId: string; name: string })[]; overall: DaysLate | null }> {
  const within = db`amount > 0 and received_on between ${from} and ${asOf}`;
  const columns = db`l.customer_id, l.order_id, l.instalment, l.payment_id, -l.amount as amount`;
  // A payment is never booked before the day on which its money was received; credit without a payment pays on the day
  // on which it is booked. Later entries for either, and cancellations, are booked after that.
  const booked = db`l.booked_at >= ${start} and l.currency = ${currency} and l.account = 'receivable'`;
  const rows = await db<(DaysLate & { customerId: string | null; name: string | null })[]>`
    with moved as (
      select e.*, ${lastDayInTime(db, zone)} as in_time_until
      from (select ${columns}, p.received_on from ledger l join payments p on p.payment_id = l.payment_id
            where l.effect in ('payment', 'allocation') and p.received_on between ${from} and ${asOf} and ${booked}
            union all
            select ${columns}, l.value_on from ledger l
            where l.kind = 'allocation' and l.payment_id is null and ${booked}) e
        join instalments i on i.order_id = e.order_id and i.number = e.instalment and i.due_at is not null),
    kept as (
      select customer_id, order_id, sum(amount) as net, sum(amount) filter (where amount > 0) as gross,
             sum(amount) filter (where ${within}) as paid,
             sum(amount * greatest(0, received_on - in_time_until)) filter (where ${within}) as paid_days
      from moved group by customer_id, order_id, instalment, payment_id having sum(amount) > 0),
    late as (
      select customer_id, sum(paid * net / gross) as paid, sum(paid_days * net / gross) as paid_days from kept
      where paid > 0 and order_id not in (select order_id from ledger where kind = 'cancellation' and booked_at >= ${start})
      group by customer_id),
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
