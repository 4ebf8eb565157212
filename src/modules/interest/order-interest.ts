import { type Day, dayAt, type Instant, lastDayInTime } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { lastDayInTime as lastDayOf } from '../orders/last-day-in-time.ts';
import { instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import type { Exclusion, InterestPeriod, Movement } from './rules/accrual.ts';
import { compensationFor, countryOf, lateInterest } from './rules/late-interest.ts';

/**
 * The late interest of one instalment, in minor units: what has accrued, and what of it was charged. What was charged
 * before the due date was put off stays accrued, without a period.
 */
export type InstalmentInterest = {
  readonly number: number;
  readonly periods: readonly InterestPeriod[];
  readonly accrued: number;
  readonly charged: number;
};

/** The late interest and the compensation of an order, in minor units. */
export type OrderInterest = {
  /** Whether the merchant charges it. */
  readonly enabled: boolean;
  readonly instalments: readonly InstalmentInterest[];
  readonly compensation: {
    readonly owed: number;
    readonly charged: number;
    /** For one overdue invoice. */
    readonly each: number;
    /** The overdue invoices of which it was not charged; null stands for the order itself, which has none. */
    readonly invoices: readonly (string | null)[];
  };
  /** What was charged and then waived. */
  readonly waived: number;
};

/** Why the interest of an order cannot be told. */
export type Hindrance = 'no-interest-law' | 'reference-rate-missing';

/** What hinders `interestOfOrder`: a law or a rate is not known. Any other error is thrown on. */
export function hindranceOf(error: unknown): Hindrance {
  if (
    error instanceof NettermsError &&
    (error.code === 'no-interest-law' || error.code === 'reference-rate-missing')
  )
    return error.code;
  throw error;
}

/**
 * What has accrued on an order up to a day (included), by the policy in force now, and what of it was charged. It
 * accrues after the last day in time, the legal due day.
 * @param bookedBefore what was charged from then on does not count as charged
 * @throws NettermsError `no-interest-law`, `reference-rate-missing`
 */
export async function interestOfOrder(
  db: Db,
  order: OrderRow,
  until: Day,
  { bookedBefore = null }: { bookedBefore?: Instant | null } = {},
): Promise<OrderInterest> {
  const policies = await activePolicies(db);
  const policy = policies['late-interest'].body;
  const settings = policies.settings.body;
  const excluded = await exclusionsOf(db, order.customerId, settings.timeZone);
  const concludedOn = dayAt(order.placedAt, settings.timeZone);
  const [instalments, movements, charged] = await Promise.all([
    instalmentsOfOrders(db, [order.id]),
    principalOf(db, order.id, settings.timeZone),
    chargedOf(db, order.id, settings.timeZone, bookedBefore),
  ]);
  const ofInstalments = instalments.map(({ number, dueOn, dueAt }): InstalmentInterest => {
    const debt = {
      concludedOn,
      agrifood: order.regime?.kind === 'agrifood',
      dueOn: dueAt === null ? dueOn : lastDayInTime(dueAt, settings.timeZone),
      until,
      movements: movements.get(number) ?? [],
      excluded,
    };
    const { periods, total } =
      dueAt === null ? { periods: [], total: 0 } : lateInterest(debt, policy, countryOf(policy, settings));
    const { all, before } = charged.interest.get(number) ?? { all: 0, before: 0 };
    return { number, periods, accrued: total + before, charged: all };
  });
  const late = ofInstalments.map(({ periods }, index) =>
    periods.length === 0
      ? 0
      : Math.max(instalments[index]!.amount, ...periods.map(({ principal }) => principal)),
  );
  const each = compensationFor(policy, order.currency).amount;
  const reach = late.reduce((sum, amount) => sum + amount, 0);
  const invoices =
    reach > 0 ? await uncompensated(db, order.id, { reach, charged: charged.compensation }) : [];
  return {
    enabled: policy.enabled,
    instalments: ofInstalments,
    compensation: {
      owed: charged.compensation + each * invoices.length,
      charged: charged.compensation,
      each,
      invoices,
    },
    waived: charged.waived,
  };
}

/**
 * Days on which nothing accrues: each insolvency, from its day to that on which it ended, also once it is over (art. 1
 * c. 2 D.Lgs. 231/2002).
 */
async function exclusionsOf(db: Db, customerId: string, zone: string): Promise<Exclusion[]> {
  const turns = await db<{ day: Day; began: boolean }[]>`
    select (at at time zone ${zone})::date as day, action = 'customer.insolvency' as began from audit
    where subject = ${`customer/${customerId}`}
      and (action = 'customer.insolvency') <> (detail->>'before' is not distinct from 'insolvency')
    order by id`;
  return turns.flatMap(({ day, began }, index) =>
    began ? [{ from: day, to: turns[index + 1]?.day ?? null }] : [],
  );
}

/**
 * The overdue invoices of an order that were not compensated, through this order or another; of an order that was
 * compensated before it had an invoice, none. Its invoices, the earliest first, are taken to ask for its instalments, the
 * earliest first.
 * @param reach of the instalments that were late, in minor units
 */
async function uncompensated(
  db: Db,
  orderId: string,
  { reach, charged }: { reach: number; charged: number },
): Promise<(string | null)[]> {
  const invoices = await db<{ invoiceId: string; before: number; compensated: boolean }[]>`
    select p.invoice_id, (sum(p.amount) over (order by i.issued_on, i.id) - p.amount)::bigint as before, exists (
        select 1 from invoice_parts q join ledger l on l.order_id = q.order_id and l.kind = 'fee' and l.label = 'compensation'
        where q.invoice_id = p.invoice_id
          and (l.entry_key = 'invoice/' || p.invoice_id || '/compensation' or l.entry_key not like 'invoice/%')) as compensated
    from invoice_parts p join invoices i on i.id = p.invoice_id where p.order_id = ${orderId} order by i.issued_on, i.id`;
  if (invoices.length === 0) return charged === 0 ? [null] : [];
  return invoices
    .filter(({ before, compensated }) => before < reach && !compensated)
    .map(({ invoiceId }) => invoiceId);
}

/**
 * How the principal of each instalment moved: a payment counts from the day on which it was received, a credit note from that
 * of its issue, what another total of the order moved from the day of that, and what an invoice lets the customer keep back
 * was never late.
 */
async function principalOf(db: Db, orderId: string, zone: string): Promise<Map<number, Movement[]>> {
  const rows = await db<{ instalment: number; day: Day; principal: number }[]>`
    select instalment, day, (sum(sum(amount)) over (partition by instalment order by day))::bigint as principal
    from (select l.instalment, l.amount,
                 case when l.kind = 'charge' or l.label in ('split_payment', 'withholding') then least(i.due_on, (l.booked_at at time zone ${zone})::date)
                      when l.kind = 'credit_note' then coalesce(n.issued_on, (select max(issued_on) from credit_notes where order_id = l.order_id))
                      when c.kind in ('amend', 'fulfil') then (coalesce(origin.booked_at, l.booked_at) at time zone ${zone})::date
                      else coalesce(p.received_on, (l.booked_at at time zone ${zone})::date) end as day
          from ledger l join instalments i on i.order_id = l.order_id and i.number = l.instalment
            left join payments p on p.payment_id = l.payment_id
            left join ledger origin on origin.id = l.reverses
            left join commands c on c.id = coalesce(origin.command_id, l.command_id)
            left join credit_notes n on n.command_id = l.command_id
          where l.order_id = ${orderId} and l.account = 'receivable' and l.part = 'principal') entries
    group by instalment, day order by instalment, day`;
  const movements = new Map<number, Movement[]>();
  for (const { instalment, day, principal } of rows)
    movements.set(instalment, [...(movements.get(instalment) ?? []), { on: day, principal }]);
  return movements;
}

type Charged = {
  /** By instalment; `before`: what of it was charged by the due day, which was an earlier one then. */
  interest: Map<number, { all: number; before: number }>;
  compensation: number;
  waived: number;
};

async function chargedOf(
  db: Db,
  orderId: string,
  zone: string,
  bookedBefore: Instant | null,
): Promise<Charged> {
  const rows = await db<
    { instalment: number; kind: string; label: string | null; amount: number; before: number }[]
  >`
    select l.instalment, l.kind, l.label, sum(l.amount)::bigint as amount,
           coalesce(sum(l.amount) filter (where (l.booked_at at time zone ${zone})::date <= coalesce(${lastDayOf(db, zone)}, i.due_on)), 0)::bigint as before
    from ledger l join instalments i on i.order_id = l.order_id and i.number = l.instalment
    where l.order_id = ${orderId} and l.account = 'receivable' and l.part = 'charges'
      and (l.kind = 'interest' or l.label in ('compensation', 'waiver'))
      and ${bookedBefore === null ? db`true` : db`l.booked_at < ${bookedBefore}`} group by 1, 2, 3`;
  const sum = (label: string): number =>
    rows.reduce((total, row) => (row.label === label ? total + row.amount : total), 0);
  return {
    interest: new Map(
      rows
        .filter(({ kind }) => kind === 'interest')
        .map(({ instalment, amount, before }) => [instalment, { all: amount, before }]),
    ),
    compensation: sum('compensation'),
    waived: -sum('waiver'),
  };
}
