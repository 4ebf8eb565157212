import type { Sql } from '../src/platform/postgres/client.ts';
import { CUSTOMERS } from './merchant.ts';

const MONTHS = 26;

/**
 * Past orders of so many customers (`customer-0` and on, or those with another prefix), spread evenly over 26 months, with two instalments each. Most instalments
 * were paid, some in time and some late. Their workflows have ended, or never look at the order again.
 */
export async function addPastOrders(
  sql: Sql,
  count: number,
  { prefix = 'customer-', customers = CUSTOMERS } = {},
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
    create temporary table past on commit drop as
    select 'past-' || ${prefix}::text || n as id, ${prefix}::text || n % ${customers}::int as customer_id, 2000 + n % 90000 as part,
           date_trunc('day', now()) - (n % (30 * ${MONTHS}::int)) * interval '1 day' as placed_at, n
    from generate_series(1, ${count}::int) n`;
    await tx`
    create temporary table parts on commit drop as
    select past.*, number, (placed_at + number * interval '30 days')::date as due_on,
           (placed_at + number * interval '30 days' + ((n * 7 + number * 13) % 40 - 15) * interval '1 day')::date as received_on,
           (n + number) % 12 > 0 as is_paid
    from past, generate_series(1, 2) number`;
    await tx`update parts set is_paid = is_paid and received_on < now() - interval '1 day'`;
    await tx`
    insert into orders (id, customer_id, status, total, currency, outstanding, terms, checks, eligibility_version,
                        terms_version, dunning_version, fingerprint, placed_at, confirmed_at, closed_at, finished_at,
                        paid_in_store, started_at, wake_by)
    select id, customer_id, case when paid then 'settled' else 'open' end, 2 * part, 'EUR', open,
           '{"kind": "net", "days": 30, "code": "past", "label": "past"}', '[]', 1, 1, 1, '-', placed_at, placed_at,
           case when paid then paid_at end, case when paid then paid_at end, 'marked', placed_at, 'infinity'
    from (select id, customer_id, part, placed_at, bool_and(is_paid) as paid, max(received_on) as paid_at,
                 sum(case when is_paid then 0 else part end) as open
          from parts group by id, customer_id, part, placed_at) one`;
    await tx`
    insert into instalments (order_id, number, line, due_on, due_at, amount, outstanding)
    select id, number, number - 1, due_on, due_on + interval '1 day', part, case when is_paid then 0 else part end from parts`;
    await tx`
    insert into payments (payment_id, customer_id, amount, currency, received_on, actor, created_at)
    select 'past-' || id || '-' || number, customer_id, part, 'EUR', received_on, 'user:bench', received_on
    from parts where is_paid`;
    await tx`
    insert into ledger (entry_key, customer_id, order_id, instalment, account, kind, effect, value_on, cause_kind, cause_id,
                        amount, currency, payment_id, actor, booked_at)
    select id || '/charge/' || number, customer_id, id, number, 'receivable', 'charge', 'charge', placed_at::date, 'order', id, part, 'EUR', null,
           'user:bench', placed_at
    from parts
    union all
    select id || '/paid/' || number, customer_id, id, number, 'receivable', 'payment', 'payment', received_on::date, 'payment',
           'past-' || id || '-' || number, -part, 'EUR',
           'past-' || id || '-' || number, 'user:bench', received_on
    from parts where is_paid
    order by 15`;
  });
  await sql`vacuum analyze orders, instalments, payments, ledger`;
}
