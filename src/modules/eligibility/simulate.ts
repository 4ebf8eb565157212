import type { Db } from '../../platform/postgres/client.ts';
import { accountColumns } from '../customers/tables.ts';
import { type ApplicantRow, applicantsOf, type Moment } from './applicants.ts';
import type { RequestedOrder } from './rules/applicant.ts';
import { type Change, changeOf, type Outlook, outlook, withoutOrderRules } from './rules/compare.ts';
import { type EligibilityPolicy, rulesOf } from './rules/policy.ts';

/** How many customers are read and judged at once; other calls have their turn between two batches. */
const BATCH = 250;

/** A customer for whom a proposed policy changes something, before and after. */
export type Changed = {
  customerId: string;
  name: string;
  currency: string;
  change: Change;
  before: Outlook;
  after: Outlook;
};

/** How many customers there are, how many would be accepted, and how many each kind of change would affect. */
export type Totals = { customers: number; eligibleBefore: number; eligibleAfter: number } & Record<
  Change,
  number
>;

type Row = ApplicantRow & { name: string };

/**
 * The customers for whom a proposed policy would change something, by id, up to `limit` of them after `after`. Without
 * `after` all customers are judged and counted.
 * @param asked an order; without one, the rules about what is ordered are left out
 */
export async function simulate(
  db: Db,
  {
    current,
    proposed,
    asked,
    after,
    limit,
    moment,
  }: {
    current: EligibilityPolicy;
    proposed: EligibilityPolicy;
    asked: RequestedOrder | null;
    after: string | null;
    limit: number;
    moment: Moment;
  },
): Promise<{ items: Changed[]; totals: Totals | null }> {
  const [before, then] = asked ? [current, proposed] : [current, proposed].map(withoutOrderRules);
  const rules = [...rulesOf(before!), ...rulesOf(then!)];
  const items: Changed[] = [];
  const totals = noTotals();
  for (let last = after; ; ) {
    const rows = await batch(db, last, asked?.currency ?? null);
    const applicants = await applicantsOf(db, rows, rules, moment);
    for (const [index, applicant] of applicants.entries()) {
      const one = { before: outlook(applicant, before!, asked), after: outlook(applicant, then!, asked) };
      const change = changeOf(one.before, one.after);
      count(totals, one, change);
      if (change === null || items.length === limit) continue;
      const { id, currency } = applicant;
      items.push({ customerId: id, name: rows[index]!.name, currency, change, ...one });
    }
    last = rows.at(-1)?.id ?? null;
    if (rows.length < BATCH || (after !== null && items.length === limit)) break;
  }
  return { items, totals: after === null ? totals : null };
}

/** Each customer with the account in the order's currency, else with the usual one. */
const batch = (db: Db, after: string | null, currency: string | null): Promise<Row[]> => db<Row[]>`
  select id, name, country, vat_number, groups, past_orders, turnover, turnover_currency, since, external, privilege,
         privilege_until, privilege_after, own_terms, credit_group, created_at, ${accountColumns(db)}
  from customers join lateral (
    select * from accounts where customer_id = id and accounts.currency in (${currency}, customers.currency)
    order by accounts.currency = ${currency} desc limit 1) accounts on true
  where ${after === null ? db`true` : db`id > ${after}`} order by id limit ${BATCH}`;

const noTotals = (): Totals => ({
  customers: 0,
  eligibleBefore: 0,
  eligibleAfter: 0,
  gains: 0,
  loses: 0,
  limitRaised: 0,
  limitLowered: 0,
  termsChanged: 0,
});

function count(
  totals: Totals,
  { before, after }: { before: Outlook; after: Outlook },
  change: Change | null,
): void {
  totals.customers += 1;
  if (before.verdict.eligible) totals.eligibleBefore += 1;
  if (after.verdict.eligible) totals.eligibleAfter += 1;
  if (change) totals[change] += 1;
}
