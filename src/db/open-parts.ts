import type { Day, Instant } from '../domain/calendar.ts';
import type { Db } from './client.ts';

/** What a report is about: one currency, at the end of a day of the merchant's; `end` is the instant at which it ends. */
export type AsOf = { readonly currency: string; readonly asOf: Day; readonly end: Instant };

/**
 * The parts of orders with a balance at the end of the day: what is open now, and what has been booked since taken back.
 * Due dates are those that hold now. Rows `customer_id, order_id, instalment, due_on, provisional, days_late, amount`.
 */
export const openParts = (db: Db, { currency, asOf, end }: AsOf) => db`
  with since as materialized (
    select order_id, instalment, sum(amount)::bigint as amount from ledger
    where account = 'receivable' and currency = ${currency} and booked_at >= ${end} group by order_id, instalment),
  parts as (
    select i.order_id, i.number, i.due_on, i.due_at, i.outstanding - coalesce(since.amount, 0) as amount
    from instalments i left join since on since.order_id = i.order_id and since.instalment = i.number
    where i.outstanding > 0
    union all
    select i.order_id, i.number, i.due_on, i.due_at, i.outstanding - since.amount
    from since join instalments i on i.order_id = since.order_id and i.number = since.instalment
    where i.outstanding <= 0)
  select o.customer_id, o.id as order_id, parts.number as instalment, due_on, due_at is null as provisional,
         case when due_at is null then 0 else greatest(0, ${asOf}::date - due_on) end as days_late, amount
  from parts join orders o on o.id = parts.order_id
  where o.currency = ${currency} and o.confirmed_at < ${end} and amount <> 0`;
