import { type Day, dayAt, endOfDay, startOfDay } from '../../kernel/calendar.ts';
import { invalid } from '../../kernel/invalid.ts';
import type { Db, Sql } from '../../platform/postgres/client.ts';
import { findCustomer, unknownCustomer } from '../customers/tables.ts';
import { unchargedInterest } from '../interest/views.ts';
import { lastDayInTime } from '../orders/last-day-in-time.ts';
import { activePolicies } from '../settings/tables.ts';
import { type OpenItem, type Statement, type StatementEntry, statementLines } from './rules/statement.ts';

/** Nobody reads a statement with more entries than this: the export contains them. */
const MAX_ENTRIES = 5_000;

export type StatementPeriod = { from?: Day | undefined; to?: Day | undefined; currency?: string | undefined };

/**
 * A customer's account over a period, as it is at one moment. By default `to` is today, `from` is 1 January of the year
 * of `to`, and the currency is the customer's own.
 * @throws NettermsError `customer-not-found`; `validation` if the period ends before it begins or has too many entries
 */
export async function readStatement(
  sql: Sql,
  customerId: string,
  period: StatementPeriod,
  now: string,
): Promise<Statement> {
  return (await sql.begin('isolation level repeatable read read only', async (tx) => {
    const customer = (await findCustomer(tx, customerId)) ?? unknownCustomer(customerId);
    const policies = await activePolicies(tx);
    const zone = policies.settings.body.timeZone;
    const today = dayAt(now, zone);
    const { to = today, from = `${to.slice(0, 4)}-01-01`, currency = customer.currency } = period;
    if (from > to)
      invalid(
        'from',
        `The period ends on ${to}, before it begins on ${from}: give an earlier from or a later to.`,
      );
    const isOver = to < today;
    const asOf = isOver ? to : today;
    const account = { customerId, currency, zone };
    const [start, end] = [startOfDay(from, zone), endOfDay(to, zone)];

    const before = await balancesBefore(tx, account, start);
    const entries = await entriesBetween(tx, account, { start, end });
    if (entries.length > MAX_ENTRIES)
      invalid('from', `The period has more than ${MAX_ENTRIES} entries: ask for a shorter one.`);
    const opening = before.receivable - before.unapplied;
    const lines = statementLines(opening, entries);
    const items = await openItems(tx, account, { end, asOf });
    const late = items.filter(({ daysLate }) => daysLate > 0).map(({ orderId }) => orderId);
    const { id, name, vatNumber, locale } = customer;
    return {
      customer: { id, name, vatNumber, locale },
      currency,
      from,
      to,
      asOf,
      opening,
      lines,
      closing: lines.at(-1)?.balance ?? opening,
      openItems: items,
      unapplied: (await balancesBefore(tx, account, end)).unapplied,
      accruedInterest: await unchargedInterest(tx, [...new Set(late)], { until: asOf, end, policies }),
    };
  })) as Statement;
}

type OneAccount = { customerId: string; currency: string; zone: string };

async function balancesBefore(
  db: Db,
  { customerId, currency }: OneAccount,
  instant: string,
): Promise<{ receivable: number; unapplied: number }> {
  const [row] = await db<{ receivable: number; unapplied: number }[]>`
    select coalesce(sum(amount) filter (where account = 'receivable'), 0)::bigint as receivable,
           coalesce(sum(amount) filter (where account = 'unapplied'), 0)::bigint as unapplied
    from ledger where customer_id = ${customerId} and currency = ${currency} and booked_at < ${instant}`;
  return row!;
}

/** How the customer knows the order: by its invoice if it has exactly one, else by its number, else by its id. */
const documentOf = (db: Db) => db`coalesce(
  (select min(v.number) from invoice_parts ip join invoices v on v.id = ip.invoice_id where ip.order_id = o.id having count(*) = 1),
  o.order_number, o.id)`;

/** In the order in which they were booked. */
async function entriesBetween(
  db: Db,
  { customerId, currency, zone }: OneAccount,
  { start, end }: { start: string; end: string },
): Promise<StatementEntry[]> {
  return db<StatementEntry[]>`
    select l.id as entry_id, l.booked_at, (l.booked_at at time zone ${zone})::date as booked_on, l.value_on,
           ${documentOf(db)} as document, l.order_id, l.instalment, l.account, l.kind, l.amount
    from ledger l left join orders o on o.id = l.order_id
    where l.customer_id = ${customerId} and l.currency = ${currency} and l.booked_at >= ${start} and l.booked_at < ${end}
    order by l.booked_at, l.id limit ${MAX_ENTRIES + 1}`;
}

/** The earliest due first. */
async function openItems(
  db: Db,
  { customerId, currency, zone }: OneAccount,
  { end, asOf }: { end: string; asOf: Day },
): Promise<OpenItem[]> {
  return db<OpenItem[]>`
    select ${documentOf(db)} as document, o.id as order_id, i.number as instalment,
           case when i.due_at is not null then i.due_on end as due_on,
           greatest(0, ${asOf}::date - ${lastDayInTime(db, zone)}) as days_late,
           i.amount, open.amount as outstanding
    from (select order_id, instalment, sum(amount)::bigint as amount from ledger
          where customer_id = ${customerId} and currency = ${currency} and account = 'receivable' and booked_at < ${end}
          group by order_id, instalment having sum(amount) <> 0) open
      join orders o on o.id = open.order_id
      join instalments i on i.order_id = open.order_id and i.number = open.instalment
    order by i.due_at is null, i.due_on, o.placed_at, o.id, i.number`;
}
