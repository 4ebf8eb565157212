import type { Day } from '../domain/calendar.ts';
import type { ClosedMonth } from '../domain/due-dates.ts';
import type { ExternalFacts, Privilege } from '../domain/eligibility/applicant.ts';
import { afterSuspension } from '../domain/eligibility/standing.ts';
import { NettermsError } from '../domain/errors.ts';
import type { Money } from '../domain/money.ts';
import { recordAudit } from './audit.ts';
import { type Db, type Fragment, inTransaction, type Sql } from './client.ts';

/** What a store says of a customer; money in minor units. */
export type CustomerFacts = {
  name: string;
  email: string;
  locale: string;
  country: string;
  vatNumber: string | null;
  groups: string[];
  contacts: Record<string, string>;
  pastOrders: number;
  turnover: Money | null;
  /** Since when the store knows the customer. */
  since: Day | null;
  external: ExternalFacts;
  closedMonths: ClosedMonth[];
};

/** A customer as stored; amounts in minor units of `currency`. */
export type CustomerRow = Omit<CustomerFacts, 'turnover'> & {
  id: string;
  turnover: number;
  turnoverCurrency: string | null;
  privilege: Privilege;
  privilegeReason: string | null;
  privilegeActor: string | null;
  privilegeAt: string | null;
  /** When a suspension ends, and what holds then. */
  privilegeUntil: string | null;
  privilegeAfter: Privilege;
  /** Codes of the customer's own terms, the usual one first. */
  ownTerms: string[] | null;
  currency: string;
  creditLimit: number | null;
  raisedLimit: number | null;
  raisedUntil: string | null;
  exposure: number;
  unapplied: number;
  createdAt: string;
  updatedAt: string;
};

const columns = (
  db: Db,
) => db`id, name, email, locale, country, vat_number, groups, contacts, past_orders, turnover,
  turnover_currency, since, external, closed_months, privilege, privilege_reason, privilege_actor, privilege_at,
  privilege_until, privilege_after, own_terms, currency, credit_limit, raised_limit, raised_until, exposure, unapplied,
  created_at, updated_at`;

export async function findCustomer(db: Db, id: string): Promise<CustomerRow | null> {
  const [row] = await db<CustomerRow[]>`select ${columns(db)} from customers where id = ${id}`;
  return row ?? null;
}

/**
 * The first lock of everything that touches a customer's credit or orders.
 * @throws NettermsError `customer-not-found`
 */
export async function lockCustomer(db: Db, id: string): Promise<CustomerRow> {
  const [row] = await db<
    CustomerRow[]
  >`select ${columns(db)} from customers where id = ${id} for no key update`;
  return row ?? unknownCustomer(id);
}

/** A page of customers in the order of their ids; `after` is the last id of the page before. */
export async function listCustomers(
  db: Db,
  { after = null, limit }: { after?: string | null; limit: number },
): Promise<CustomerRow[]> {
  return db<CustomerRow[]>`
    select ${columns(db)} from customers where ${after === null ? db`true` : db`id > ${after}`} order by id limit ${limit}`;
}

/**
 * Writes what the store says of customers; privilege, limit and balances are not the store's to write. Answers with
 * those that were written, not with those of which the same was written before.
 * @param source a query or list of values: the id and the facts' columns, in the order of the statement
 */
export const writeFacts = (db: Db, source: Fragment) => db<{ id: string; inserted: boolean }[]>`
    insert into customers (id, name, email, locale, country, vat_number, groups, contacts, past_orders, turnover,
                           turnover_currency, since, external, closed_months, currency, fingerprint, created_at, updated_at)
    ${source}
    on conflict (id) do update set
      name = excluded.name, email = excluded.email, locale = excluded.locale, country = excluded.country,
      vat_number = excluded.vat_number, groups = excluded.groups, contacts = excluded.contacts,
      past_orders = excluded.past_orders, turnover = excluded.turnover, turnover_currency = excluded.turnover_currency,
      since = excluded.since, external = excluded.external, closed_months = excluded.closed_months,
      fingerprint = excluded.fingerprint, updated_at = excluded.updated_at
      where customers.fingerprint <> excluded.fingerprint
    returning id, xmax = 0 as inserted`;

/**
 * Writes what the store says of one customer, as `writeFacts` does.
 * @returns `created`, `updated`, or `unchanged` where the same facts were written before
 */
export async function putCustomer(
  sql: Sql,
  id: string,
  facts: CustomerFacts,
  { fingerprint, currency, now }: { fingerprint: string; currency: string; now: string },
): Promise<'created' | 'updated' | 'unchanged'> {
  const [row] = await writeFacts(
    sql,
    sql`
    values (${id}, ${facts.name}, ${facts.email}, ${facts.locale}, ${facts.country}, ${facts.vatNumber}, ${facts.groups},
            ${sql.json(facts.contacts)}, ${facts.pastOrders}, ${facts.turnover?.amount ?? 0},
            ${facts.turnover?.currency ?? null}, ${facts.since}, ${sql.json(facts.external as never)},
            ${sql.json(facts.closedMonths)}, ${currency}, ${fingerprint}, ${now}, ${now})`,
  );
  return row ? (row.inserted ? 'created' : 'updated') : 'unchanged';
}

/**
 * Grants, suspends, revokes, or gives the decision back to the rules; audited. Throws `customer-not-found`.
 * @param until when a suspension ends by itself; null leaves it until somebody decides again
 */
export async function setPrivilege(
  sql: Sql,
  id: string,
  {
    privilege,
    until = null,
    reason,
    actor,
    now,
  }: { privilege: Privilege; until?: string | null; reason: string; actor: string; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    const [row] = await tx<CustomerRow[]>`
      update customers set privilege = ${privilege}, privilege_reason = ${reason}, privilege_actor = ${actor},
                           privilege_at = ${now}, privilege_until = ${until},
                           privilege_after = ${afterSuspension(before, now)}, updated_at = ${now}
      where id = ${id} returning ${columns(tx)}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: `customer.${privilege}`,
      subject: `customer/${id}`,
      reason,
      detail: { before: before.privilege, ...(until === null ? {} : { until }) },
    });
    return row!;
  });
}

/** Gives the customer terms of their own, or with null those of the policy again; audited. Throws `customer-not-found`. */
export async function setOwnTerms(
  sql: Sql,
  id: string,
  { terms, actor, reason, now }: { terms: string[] | null; actor: string; reason: string; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    const [row] = await tx<CustomerRow[]>`
      update customers set own_terms = ${terms}, updated_at = ${now} where id = ${id} returning ${columns(tx)}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.terms',
      subject: `customer/${id}`,
      reason,
      detail: { before: before.ownTerms, after: terms },
    });
    return row!;
  });
}

/**
 * Sets the customer's own limit, or with null gives it back to the policy; audited.
 * @throws NettermsError `customer-not-found`; `currency-mismatch` if the account holds balances in another currency
 */
export async function setCreditLimit(
  sql: Sql,
  id: string,
  { limit, actor, reason, now }: { limit: Money | null; actor: string; reason: string | null; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    const currency = limit?.currency ?? before.currency;
    if (currency !== before.currency) await requireUnusedAccount(tx, before, currency);
    const [row] = await tx<CustomerRow[]>`
      update customers set credit_limit = ${limit?.amount ?? null}, currency = ${currency},
                           raised_limit = case when currency = ${currency} then raised_limit end,
                           raised_until = case when currency = ${currency} then raised_until end, updated_at = ${now}
      where id = ${id} returning ${columns(tx)}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_limit',
      subject: `customer/${id}`,
      reason,
      detail: { before: before.creditLimit, after: limit, currency: before.currency },
    });
    return row!;
  });
}

/**
 * Raises the limit for a time, or with null ends the raise; audited.
 * @throws NettermsError `customer-not-found`; `currency-mismatch` if it is not in the account's currency
 */
export async function raiseLimit(
  sql: Sql,
  id: string,
  {
    raise,
    actor,
    reason,
    now,
  }: { raise: { limit: Money; until: string } | null; actor: string; reason: string; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    const { currency, raisedLimit, raisedUntil } = before;
    if (raise && raise.limit.currency !== currency)
      throw new NettermsError('currency-mismatch', `The account of ${id} is kept in ${currency}.`);
    const [row] = await tx<CustomerRow[]>`
      update customers set raised_limit = ${raise?.limit.amount ?? null}, raised_until = ${raise?.until ?? null},
                           updated_at = ${now}
      where id = ${id} returning ${columns(tx)}`;
    const none = raisedLimit === null || raisedUntil === null || raisedUntil <= now;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_raise',
      subject: `customer/${id}`,
      reason,
      detail: {
        before: none ? null : { limit: { amount: raisedLimit, currency }, until: raisedUntil },
        after: raise,
      },
    });
    return row!;
  });
}

async function requireUnusedAccount(db: Db, customer: CustomerRow, currency: string): Promise<void> {
  const [used] = await db`select 1 from orders where customer_id = ${customer.id} limit 1`;
  if (!used) return;
  throw new NettermsError(
    'currency-mismatch',
    `The account of ${customer.id} is kept in ${customer.currency} and has orders: its limit cannot be in ${currency}.`,
  );
}

/** Moves the stored exposure (open balances and reservations) and unapplied credit; under the customer's lock. */
export async function moveBalances(
  db: Db,
  id: string,
  by: { exposure?: number; unapplied?: number },
): Promise<void> {
  const { exposure = 0, unapplied = 0 } = by;
  if (exposure === 0 && unapplied === 0) return;
  await db`update customers set exposure = exposure + ${exposure}, unapplied = unapplied + ${unapplied} where id = ${id}`;
}

/** Ids of other customers with the same VAT number, at most ten each, by the id of the customer. */
export async function sameVatNumber(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db<{ id: string; others: string[] }[]>`
    select c.id, array_agg(o.id order by o.id) as others
    from customers c, lateral (select id from customers where vat_key = c.vat_key and id <> c.id order by id limit 10) o
    where c.id = any(${ids as string[]}) group by c.id`;
  return new Map(rows.map(({ id, others }) => [id, others]));
}

export function unknownCustomer(id: string): never {
  throw new NettermsError(
    'customer-not-found',
    `There is no customer ${id}: create it with PUT /v1/customers/${id} first.`,
  );
}
