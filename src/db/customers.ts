import type { ClosedMonth } from '../domain/due-dates.ts';
import type { Applicant, Privilege } from '../domain/eligibility.ts';
import { NettermsError } from '../domain/errors.ts';
import type { Money } from '../domain/money.ts';
import { recordAudit } from './audit.ts';
import { type Db, inTransaction, type Sql } from './client.ts';

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
  currency: string;
  creditLimit: number | null;
  exposure: number;
  unapplied: number;
  createdAt: string;
  updatedAt: string;
};

const columns = (
  db: Db,
) => db`id, name, email, locale, country, vat_number, groups, contacts, past_orders, turnover,
  turnover_currency, privilege, privilege_reason, privilege_actor, privilege_at, currency, credit_limit, exposure,
  unapplied, closed_months, created_at, updated_at`;

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
 * Writes what the store says of the customer; privilege, limit and balances are not the store's to write.
 * @returns `created`, `updated`, or `unchanged` where the same facts were written before
 */
export async function putCustomer(
  sql: Sql,
  id: string,
  facts: CustomerFacts,
  { fingerprint, currency, now }: { fingerprint: string; currency: string; now: string },
): Promise<'created' | 'updated' | 'unchanged'> {
  const [row] = await sql<{ inserted: boolean }[]>`
    insert into customers (id, name, email, locale, country, vat_number, groups, contacts, past_orders, turnover,
                           turnover_currency, closed_months, currency, fingerprint, created_at, updated_at)
    values (${id}, ${facts.name}, ${facts.email}, ${facts.locale}, ${facts.country}, ${facts.vatNumber}, ${facts.groups},
            ${sql.json(facts.contacts)}, ${facts.pastOrders}, ${facts.turnover?.amount ?? 0},
            ${facts.turnover?.currency ?? null}, ${sql.json(facts.closedMonths)}, ${currency}, ${fingerprint}, ${now}, ${now})
    on conflict (id) do update set
      name = excluded.name, email = excluded.email, locale = excluded.locale, country = excluded.country,
      vat_number = excluded.vat_number, groups = excluded.groups, contacts = excluded.contacts,
      past_orders = excluded.past_orders, turnover = excluded.turnover, turnover_currency = excluded.turnover_currency,
      closed_months = excluded.closed_months,
      fingerprint = excluded.fingerprint, updated_at = excluded.updated_at
      where customers.fingerprint <> excluded.fingerprint
    returning xmax = 0 as inserted`;
  return row ? (row.inserted ? 'created' : 'updated') : 'unchanged';
}

/** Grants, suspends, revokes, or gives the decision back to the rules; audited. Throws `customer-not-found`. */
export async function setPrivilege(
  sql: Sql,
  id: string,
  { privilege, reason, actor, now }: { privilege: Privilege; reason: string; actor: string; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    const [row] = await tx<CustomerRow[]>`
      update customers set privilege = ${privilege}, privilege_reason = ${reason}, privilege_actor = ${actor},
                           privilege_at = ${now}, updated_at = ${now}
      where id = ${id} returning ${columns(tx)}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: `customer.${privilege}`,
      subject: `customer/${id}`,
      reason,
      detail: { before: before.privilege },
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
      update customers set credit_limit = ${limit?.amount ?? null}, currency = ${currency}, updated_at = ${now}
      where id = ${id} returning ${columns(tx)}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_limit',
      subject: `customer/${id}`,
      reason,
      detail: { before: before.creditLimit, after: limit },
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

/** The customer as the eligibility rules see it. */
export function applicantOf(row: CustomerRow): Applicant {
  const {
    id,
    country,
    vatNumber,
    groups,
    pastOrders,
    privilege,
    currency,
    creditLimit,
    exposure,
    unapplied,
  } = row;
  const turnover = row.turnoverCurrency ? { amount: row.turnover, currency: row.turnoverCurrency } : null;
  return {
    id,
    country,
    vatNumber,
    groups,
    pastOrders,
    turnover,
    privilege,
    currency,
    creditLimit,
    exposure,
    unapplied,
  };
}

export function unknownCustomer(id: string): never {
  throw new NettermsError(
    'customer-not-found',
    `There is no customer ${id}: create it with PUT /v1/customers/${id} first.`,
  );
}
