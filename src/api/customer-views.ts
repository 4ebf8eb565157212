import type { Money } from '../kernel/money.ts';
import type { ApiKey } from '../modules/access/api-keys.ts';
import { accountsOf } from '../modules/credit/accounts.ts';
import { groupNames } from '../modules/credit/credit-groups.ts';
import { type CustomerRow, sameVatNumber } from '../modules/customers/tables.ts';
import { undeliverableOf } from '../modules/customers/undeliverable-addresses.ts';
import { presentVatChecks } from '../modules/customers/vat-checks.ts';
import { applicantsOf, momentOf } from '../modules/eligibility/applicants.ts';
import type { Applicant } from '../modules/eligibility/rules/applicant.ts';
import { creditOf } from '../modules/eligibility/rules/credit.ts';
import { conditionsOf, offeredTerms, setFor, termsCodesOf } from '../modules/eligibility/rules/policy.ts';
import { type ActivePolicies, activePolicies } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { holds } from './auth.ts';
import type { AccountView, CustomerView } from './schemas/customer.ts';

type Account = { row: CustomerRow; applicant: Applicant };

/** The customers as this key may see them: without the scope `read`, neither the privilege nor figures. */
export async function customerViews(
  sql: Sql,
  key: ApiKey,
  rows: readonly CustomerRow[],
  now: string,
): Promise<CustomerView[]> {
  if (!holds(key, 'read')) return rows.map(factsView);
  const ids = rows.map(({ id }) => id);
  const [policies, accounts, sameNumber, vatChecks, undeliverable, groups] = await Promise.all([
    activePolicies(sql),
    accountsOf(sql, ids),
    sameVatNumber(sql, ids),
    presentVatChecks(sql, ids),
    undeliverableOf(sql, ids),
    groupNames(
      sql,
      rows.flatMap(({ creditGroup }) => creditGroup ?? []),
    ),
  ]);
  const others = rows.flatMap((row) =>
    accounts
      .filter(({ customerId, currency }) => customerId === row.id && currency !== row.currency)
      .map(({ customerId: _, ...account }) => ({ ...row, ...account })),
  );
  const moment = momentOf(policies.settings.body, now);
  const all = [...rows, ...others];
  const applicants = await applicantsOf(sql, all, conditionsOf(policies.eligibility.body), moment);
  const judged = all.map((row, index) => ({ row, applicant: applicants[index]! }));
  return rows.map((row, index) => ({
    ...factsView(row),
    ...standingView(judged[index]!, policies),
    otherCredit: judged
      .slice(rows.length)
      .filter((other) => other.row.id === row.id)
      .map((other) => accountView(other, policies)),
    creditGroup:
      row.creditGroup === null ? null : { groupId: row.creditGroup, name: groups.get(row.creditGroup)! },
    sameVatNumber: sameNumber.get(row.id) ?? [],
    vatCheck: vatChecks.get(row.id) ?? null,
    undeliverableAddresses: undeliverable
      .filter(({ customerId }) => customerId === row.id)
      .map(({ customerId: _, ...address }) => address),
  }));
}

/** One customer, as in `customerViews`; `credit` is that of the row's account. */
export const customerView = async (
  sql: Sql,
  key: ApiKey,
  row: CustomerRow,
  now: string,
): Promise<CustomerView> => (await customerViews(sql, key, [row], now))[0]!;

/** The facts that the store itself has sent. */
function factsView(row: CustomerRow): CustomerView {
  const {
    id,
    name,
    email,
    locale,
    country,
    vatNumber,
    groups,
    contacts,
    since,
    external,
    closedMonths,
    closures,
  } = row;
  const { accountManager, usualCurrency: currency, createdAt, updatedAt } = row;
  const turnover = row.turnoverCurrency ? { amount: row.turnover, currency: row.turnoverCurrency } : null;
  const stats = { orders: row.pastOrders, turnover };
  const facts = {
    name,
    email,
    locale,
    country,
    vatNumber,
    groups,
    contacts,
    stats,
    since,
    external,
    closedMonths,
    // In the sequence in which people write them, which jsonb does not keep.
    closures: closures.map(({ from, to }) => ({ from, to })),
    accountManager,
  };
  return { customerId: id, ...facts, currency, createdAt, updatedAt };
}

/** What an admin and the policy have decided about the customer, as of this moment. */
function standingView({ row, applicant }: Account, policies: ActivePolicies): Partial<CustomerView> {
  const policy = policies.eligibility.body;
  const { privilegeReason: reason, privilegeActor: actor, privilegeAt: at, privilegeUntil: until } = row;
  const offered = offeredTerms(policies.terms.body, termsCodesOf(applicant, policy));
  const codes = offered.terms.map(({ code }) => code);
  return {
    privilege: {
      state: applicant.privilege,
      reason,
      actor,
      at,
      ...(until === null ? {} : { until }),
      ...(row.insolventSince === null ? {} : { insolventSince: row.insolventSince }),
    },
    terms: {
      own: row.ownTerms,
      codes: [
        ...codes.filter((code) => code === offered.defaultCode),
        ...codes.filter((code) => code !== offered.defaultCode),
      ],
    },
    ruleSet: 'sets' in policy ? (setFor(applicant, policy)?.name ?? null) : null,
    credit: accountView({ row, applicant }, policies),
  };
}

function accountView({ row, applicant }: Account, { eligibility }: ActivePolicies): AccountView {
  const money = (amount: number | null): Money | null =>
    amount === null ? null : { amount, currency: row.currency };
  const raised = money(applicant.raisedLimit);
  return {
    ...creditOf(applicant, eligibility.body),
    ownLimit: money(row.creditLimit),
    ownTolerance: money(row.tolerance),
    raise: raised && { limit: raised, until: row.raisedUntil! },
  };
}
