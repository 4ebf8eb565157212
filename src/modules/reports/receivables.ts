import type { Money } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/client.ts';

/** What customers owe now, in one currency. */
export type Receivables = { open: number; outstanding: Money; overdueOrders: number; overdue: Money };

/** Open orders, and how much of them is late; one row for each currency. */
export async function receivables(db: Db, now: string): Promise<Receivables[]> {
  const rows = await db<
    { currency: string; open: number; outstanding: number; overdueOrders: number; overdue: number }[]
  >`
    select o.currency, count(distinct o.id)::int as open, coalesce(sum(i.outstanding), 0)::bigint as outstanding,
           (count(distinct o.id) filter (where i.outstanding > 0 and i.due_at <= ${now}))::int as overdue_orders,
           coalesce(sum(i.outstanding) filter (where i.outstanding > 0 and i.due_at <= ${now}), 0)::bigint as overdue
    from orders o join instalments i on i.order_id = o.id where o.status = 'open' group by o.currency order by o.currency`;
  return rows.map(({ currency, open, outstanding, overdueOrders, overdue }) => ({
    open,
    outstanding: { amount: outstanding, currency },
    overdueOrders,
    overdue: { amount: overdue, currency },
  }));
}
