import { type Day, dayAt, type Instant, lastDayInTime } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { lastDayInTime as lastDayOf } from '../orders/last-day-in-time.ts';
import { instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { exclusionsOf } from './exclusions.ts';
import type { InterestPeriod, Movement } from './rules/accrual.ts';
import { compensationFor, countryOf, lateInterest } from './rules/late-interest.ts';
import { type Overpaid, type PrincipalEntries, principalMovements } from './rules/principal.ts';

/**
 * The late interest of one instalment, in minor units: what has accrued, and how much of it was charged. What was
 * charged before the due date was postponed still counts as accrued, without a period.
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
    /** The overdue invoices for which it was not charged; null stands for an order without an invoice. */
    readonly invoices: readonly (string | null)[];
  };
  /** What was charged and then waived. */
  readonly waived: number;
};

/** Why the interest of an order cannot be calculated. */
export type InterestBlocker = 'no-interest-law' | 'reference-rate-missing';

/** What prevents `interestOfOrder`: a law or a rate is missing. Any other error is thrown again. */
export function interestBlockerOf(error: unknown): InterestBlocker {
  if (
    error instanceof NettermsError &&
    (error.code === 'no-interest-law' || error.code === 'reference-rate-missing')
  )
    return error.code;
  throw error;
}

/**
 * What has accrued on an order up to a day (included), by the policy in force now, and how much of it was charged. It
 * accrues from the day after the legal due day, the last day on which payment is in time.
 * @param bookedBefore charges that were booked from this instant on do not count
 * @throws NettermsError `no-interest-law`, `reference-rate-missing`
 */
export async function interestOfOrder(
  db: Db,
  order: OrderRow,
  {
    until,
    policies,
    bookedBefore = null,
  }: { until: Day; policies: ActivePolicies; bookedBefore?: Instant | null },
): Promise<OrderInterest> {
  const policy = policies['late-interest'].body;
  const settings = policies.settings.body;
  const concludedOn = dayAt(order.placedAt, settings.timeZone);
  const [excluded, instalments, movements, charged] = await Promise.all([
    exclusionsOf(db, order.customerId),
    instalmentsOfOrders(db, [order.id]),
    principalOf(db, order.id),
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
 * The overdue invoices of an order for which no compensation was charged, through this order or another. There are none
 * if compensation was charged before the order had an invoice. The earliest invoices are taken to ask for the earliest
 * instalments.
 * @param reach the sum of the instalments that were late, in minor units
 */
async function uncompensated(
  db: Db,
  orderId: string,
  { reach, charged }: { reach: number; charged: number },
): Promise<(string | null)[]> {
  const invoices = await db<{ invoiceId: string; before: number; compensated: boolean }[]>`
    select p.invoice_id, (sum(p.amount) over (order by i.issued_on, i.id) - p.amount)::bigint as before, exists (
        select 1 from invoice_parts q join ledger l on l.order_id = q.order_id and l.effect = 'compensation'
        where q.invoice_id = p.invoice_id
          and (l.cause_kind = 'order' or (l.cause_kind = 'invoice' and l.cause_id = p.invoice_id))) as compensated
    from invoice_parts p join invoices i on i.id = p.invoice_id where p.order_id = ${orderId} order by i.issued_on, i.id`;
  if (invoices.length === 0) return charged === 0 ? [null] : [];
  return invoices
    .filter(({ before, compensated }) => before < reach && !compensated)
    .map(({ invoiceId }) => invoiceId);
}

/** How the principal of each instalment changed. A reversal counts on the payment's day, as if never paid. */
async function principalOf(db: Db, orderId: string): Promise<Map<number, Movement[]>> {
  const [entries, overpaid] = await Promise.all([
    db<PrincipalEntries[]>`
      select l.instalment, coalesce(o.value_on, l.value_on) as day,
             coalesce(sum(l.amount) filter (where l.account = 'receivable'), 0)::bigint as owed,
             coalesce(-sum(l.amount) filter (where l.account = 'receivable' and l.effect in ('payment', 'allocation')), 0)::bigint as received,
             coalesce(sum(l.amount) filter (where l.account = 'unapplied' and l.effect in ('credit_note', 'withholding', 'split_payment')), 0)::bigint as made,
             coalesce(-sum(l.amount) filter (where l.account = 'receivable' and l.effect in ('credit_note', 'withholding', 'split_payment')), 0)::bigint as lowered
      from ledger l left join ledger o on o.id = l.reverses
      where l.order_id = ${orderId} and l.instalment is not null and l.part = 'principal'
      group by 1, 2 order by 1, 2`,
    db<Overpaid[]>`
      select coalesce(o.value_on, l.value_on) as day, sum(l.amount)::bigint as amount
      from ledger l left join ledger o on o.id = l.reverses
      where l.order_id = ${orderId} and l.account = 'unapplied' and l.effect = 'payment'
      group by 1 having sum(l.amount) > 0`,
  ]);
  return principalMovements(entries, overpaid);
}

type Charged = {
  /** By instalment. `before`: what was charged for days up to the present due day, when an earlier one applied. */
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
    { instalment: number; effect: 'interest' | 'compensation' | 'waiver'; amount: number; before: number }[]
  >`
    select l.instalment, l.effect, sum(l.amount)::bigint as amount,
           coalesce(sum(l.amount) filter (where l.value_on <= coalesce(${lastDayOf(db, zone)}, i.due_on)), 0)::bigint as before
    from ledger l join instalments i on i.order_id = l.order_id and i.number = l.instalment
    where l.order_id = ${orderId} and l.account = 'receivable' and l.effect in ('interest', 'compensation', 'waiver')
      and ${bookedBefore === null ? db`true` : db`l.booked_at < ${bookedBefore}`} group by 1, 2`;
  const sum = (of: 'compensation' | 'waiver'): number =>
    rows.reduce((total, { effect, amount }) => (effect === of ? total + amount : total), 0);
  return {
    interest: new Map(
      rows
        .filter(({ effect }) => effect === 'interest')
        .map(({ instalment, amount, before }) => [instalment, { all: amount, before }]),
    ),
    compensation: sum('compensation'),
    waived: -sum('waiver'),
  };
}
