import { addDays, type Day, dayAt, timeOn } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { groupCredit } from '../credit/credit-groups.ts';
import type { CustomerRow } from '../customers/tables.ts';
import { lastDayInTime } from '../orders/last-day-in-time.ts';
import type { Settings } from '../settings/rules/settings.ts';
import type { Applicant, Seen } from './rules/applicant.ts';
import type { Needs } from './rules/history-rules.ts';
import { needsOf, type Rule } from './rules/rules.ts';
import { privilegeAt } from './rules/standing.ts';

/** The moment of a decision, and the merchant's zone and country. */
export type Moment = { now: string; zone: string; merchantCountry: string };

export const momentOf = ({ timeZone, country }: Settings, now: string): Moment => ({
  now,
  zone: timeZone,
  merchantCountry: country,
});

/** What the rules need to know about a customer. */
export type ApplicantRow = Omit<
  CustomerRow,
  | 'name'
  | 'usualCurrency'
  | 'email'
  | 'locale'
  | 'contacts'
  | 'accountManager'
  | 'privilegeReason'
  | 'privilegeActor'
  | 'privilegeAt'
  | 'insolventSince'
  | 'updatedAt'
>;

/**
 * The customers as these rules see them at that moment. What the rules need from orders and payments is read by one
 * query, and only if a rule needs it; under the customer's lock it is exact.
 */
export async function applicantsOf(
  db: Db,
  rows: readonly ApplicantRow[],
  rules: readonly Rule[],
  moment: Moment,
): Promise<Applicant[]> {
  const needs = needsOf(rules);
  const [seen, groups] = await Promise.all([
    needs && rows.length > 0 ? readSeen(db, [...new Set(rows.map(({ id }) => id))], needs, moment) : null,
    groupCredit(db, rows),
  ]);
  const today = dayAt(moment.now, moment.zone);
  return rows.map((row, index) => ({
    ...applicantOf(row, moment, seen?.get(row.id) ?? null),
    group: groups[index] ?? null,
    today,
  }));
}

/** One customer, as `applicantsOf`. */
export async function applicantOfOne(
  db: Db,
  row: ApplicantRow,
  rules: readonly Rule[],
  moment: Moment,
): Promise<Applicant> {
  return (await applicantsOf(db, [row], rules, moment))[0]!;
}

function applicantOf(
  row: ApplicantRow,
  { now, zone, merchantCountry }: Moment,
  seen: Seen | null,
): Omit<Applicant, 'today' | 'group'> {
  const privilege = privilegeAt(row, now);
  const raised = row.raisedUntil !== null && Date.parse(now) < Date.parse(row.raisedUntil);
  return {
    id: row.id,
    zone,
    merchantCountry,
    country: row.country,
    vatNumber: row.vatNumber,
    groups: row.groups,
    since: row.since,
    knownSince: row.createdAt,
    pastOrders: row.pastOrders,
    turnover: row.turnoverCurrency ? { amount: row.turnover, currency: row.turnoverCurrency } : null,
    external: row.external,
    privilege,
    suspendedUntil: privilege === 'suspended' ? row.privilegeUntil : null,
    ownTerms: row.ownTerms,
    currency: row.currency,
    creditLimit: row.creditLimit,
    tolerance: row.tolerance,
    raisedLimit: raised ? row.raisedLimit : null,
    exposure: row.exposure,
    unapplied: row.unapplied,
    seen,
  };
}

async function readSeen(
  db: Db,
  ids: readonly string[],
  { openOrders, overdue, placedWithin, lateWithin, vatCheck }: Needs,
  { now, zone }: Moment,
): Promise<ReadonlyMap<string, Seen>> {
  const today = dayAt(now, zone);
  const firstDays = (periods: readonly number[]): Day[] => periods.map((days) => addDays(today, -days));
  const starts = firstDays(placedWithin).map((day) => timeOn(day, '00:00', zone));
  const seen = await db<({ id: string } & Seen)[]>`
    select c.id, ${openOrders ? ordersOpen(db) : db`0`} as open_orders,
      ${overdue ? pastDue(db, { today, now, zone }) : db`'[]'::jsonb`} as overdue,
      ${placedWithin.length > 0 ? placed(db, placedWithin, starts) : db`'[]'::jsonb`} as placed,
      ${lateWithin.length > 0 ? lateness(db, lateWithin, firstDays(lateWithin), { today, now, zone }) : db`'[]'::jsonb`} as late,
      ${vatCheck ? latestVatCheck(db) : db`null::jsonb`} as vat_check
    from unnest(${ids as string[]}::text[]) as c(id)`;
  return new Map(seen.map((row) => [row.id, row]));
}

const ordersOpen = (db: Db) => db`(
  select count(*)::int from orders where customer_id = c.id and status in ('reserved', 'open'))`;

const pastDue = (db: Db, { today, now, zone }: { today: Day; now: string; zone: string }) => db`(
  select coalesce(jsonb_agg(jsonb_build_object('daysLate', late.days, 'amount', late.amount, 'currency', late.currency)), '[]')
  from (select greatest(0, ${today}::date - ${lastDayInTime(db, zone)}) as days, o.currency, sum(i.outstanding) as amount
        from orders o join instalments i on i.order_id = o.id
        where o.customer_id = c.id and o.status = 'open' and i.outstanding > 0 and i.due_at <= ${now}
        group by 1, 2 order by 2) late)`;

const placed = (db: Db, periods: readonly number[], starts: readonly string[]) => db`(
  select jsonb_agg(jsonb_build_object('withinDays', period.days, 'orders', sum.orders, 'turnover', sum.turnover))
  from unnest(${periods as number[]}::int[], ${starts as string[]}::timestamptz[]) as period(days, start),
    lateral (select coalesce(sum(orders), 0) as orders,
               coalesce(jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) order by currency), '[]') as turnover
             from (select currency, count(*) as orders, sum(total) as amount from orders
                   where customer_id = c.id and placed_at >= period.start and status in ('open', 'settled') group by 1) o) sum)`;

/**
 * An instalment was paid on the day on which the last of the money for it was received; one without any money is left
 * out.
 */
const lateness = (
  db: Db,
  periods: readonly number[],
  firstDays: readonly Day[],
  { today, now, zone }: { today: Day; now: string; zone: string },
) => db`(
  select jsonb_agg(jsonb_build_object('withinDays', period.days, 'instalments', sum.instalments, 'daysLate', sum.days))
  from unnest(${periods as number[]}::int[], ${firstDays as string[]}::date[]) as period(days, first),
    lateral (
      select count(*) as instalments, coalesce(sum(greatest(0, coalesce(paid.last, ${today}::date) - ${lastDayInTime(db, zone)})), 0) as days
      from orders o join instalments i on i.order_id = o.id
        left join lateral (
          select max(coalesce(p.received_on, (l.booked_at at time zone ${zone})::date)) as last
          from ledger l left join payments p on p.payment_id = l.payment_id
          where i.outstanding = 0 and l.order_id = i.order_id and l.instalment = i.number
            and l.account = 'receivable' and l.kind in ('payment', 'allocation')
            and not exists (select 1 from ledger r where r.reverses = l.id)) paid on true
      where o.customer_id = c.id and o.status in ('open', 'settled') and i.due_at <= ${now} and i.due_on >= period.first
        and (i.outstanding > 0 or paid.last is not null)
    ) sum)`;

/** The newest answer on the current VAT number; if there was none yet, the newest attempt. */
const latestVatCheck = (db: Db) => db`(
  select jsonb_build_object('outcome', v.outcome, 'reason', v.reason,
                            'checkedAt', to_char(v.checked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from customers k join vat_checks v on v.customer_id = k.id and v.vat_key = k.vat_key
  where k.id = c.id order by v.outcome = 'could-not-be-checked', v.id desc limit 1)`;
