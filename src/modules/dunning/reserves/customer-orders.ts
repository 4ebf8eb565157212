import type { Day, Instant } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import type { Money } from '../../../kernel/money.ts';
import type { Db } from '../../../platform/postgres/client.ts';

/**
 * Requires that orders are the customer's. Returns their currencies.
 * @throws NettermsError `order-not-found`
 */
export async function requireOrders(
  db: Db,
  customerId: string,
  orderIds: readonly string[],
): Promise<string[]> {
  const rows = await db<{ id: string; currency: string }[]>`
    select id, currency from orders where customer_id = ${customerId} and id = any(${orderIds as string[]})`;
  const known = new Set(rows.map(({ id }) => id));
  const missing = orderIds.find((id) => !known.has(id));
  if (missing !== undefined)
    throw new NettermsError('order-not-found', `Customer ${customerId} has no order ${missing}.`);
  return [...new Set(rows.map(({ currency }) => currency))];
}

/** The first of these orders that is not on terms of seconds (`elapsed`); null if all are. */
export async function orderOnTermsOfDays(db: Db, orderIds: readonly string[]): Promise<string | null> {
  const [row] = await db<{ id: string }[]>`
    select id from orders where id = any(${orderIds as string[]}) and terms->>'kind' <> 'elapsed' order by id limit 1`;
  return row?.id ?? null;
}

/**
 * What is owed on a customer's open orders, by currency.
 * @param orderIds null: on all of them
 * @param dueBy only instalments that are due by that day, or at that instant of it; null: all
 */
export async function owedOn(
  db: Db,
  customerId: string,
  {
    orderIds,
    dueBy,
  }: { orderIds: readonly string[] | null; dueBy: { byOn: Day; byAt: Instant | null } | null },
): Promise<Money[]> {
  return db<Money[]>`
    select sum(i.outstanding)::bigint as amount, o.currency
    from orders o join instalments i on i.order_id = o.id
    where o.customer_id = ${customerId} and o.status = 'open' and i.outstanding > 0
      and ${orderIds === null ? db`true` : db`o.id = any(${orderIds as string[]})`}
      and ${dueBy === null ? db`true` : dueBy.byAt === null ? db`i.due_on <= ${dueBy.byOn}` : db`i.due_at <= ${dueBy.byAt}`}
    group by o.currency order by o.currency`;
}

/** An open order of the customer, the oldest; its workflow looks at the whole customer. */
export async function openOrderOf(db: Db, customerId: string): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from orders where customer_id = ${customerId} and status = 'open' order by placed_at, id limit 1`;
  return rows.map(({ id }) => id);
}
