import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { lastDayInTime } from '../orders/last-day-in-time.ts';

/** What a report is about: one currency at the end of a day in the merchant's `zone`; the day ends at `end`. */
export type AsOf = {
  readonly currency: string;
  readonly asOf: Day;
  readonly end: Instant;
  readonly zone: string;
};

/**
 * The instalments with a balance at the end of the day: what is open now, less what was booked since then. An order
 * that was closed by then has none, unless it was reopened since: then it is open now, or was closed again later. Due
 * dates are the current ones. Rows `customer_id, order_id, instalment, due_on, provisional, days_late, amount`.
 */
export const openParts = (db: Db, { currency, asOf, end, zone }: AsOf) => db`
  with charged as not materialized (
    select id, customer_id from orders
    where currency = ${currency} and confirmed_at < ${end} and (closed_at is null or closed_at >= ${end})),
  since as (
    select l.order_id, l.instalment, sum(l.amount)::bigint as amount from ledger l join charged on charged.id = l.order_id
    where l.account = 'receivable' and l.booked_at >= ${end} group by l.order_id, l.instalment)
  select charged.customer_id, i.order_id, i.number as instalment, i.due_on, i.due_at is null as provisional,
         greatest(0, ${asOf}::date - ${lastDayInTime(db, zone)}) as days_late,
         i.outstanding - coalesce(since.amount, 0) as amount
  from charged join instalments i on i.order_id = charged.id
    left join since on since.order_id = i.order_id and since.instalment = i.number
  where i.outstanding <> coalesce(since.amount, 0)`;
