import type { Day } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { type Db, type Fragment, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { ExternalFacts, Privilege } from '../eligibility/rules/applicant.ts';
import type { ClosedMonth, Closure } from '../terms/rules/closures.ts';
import { vatKeyOf } from './rules/vat.ts';

/** What a store says about a customer; money in minor units. */
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
  /** Since when the store has known the customer. */
  since: Day | null;
  external: ExternalFacts;
  closedMonths: ClosedMonth[];
  closures: Closure[];
  /** Who looks after the customer for the merchant. */
  accountManager: AccountManager | null;
};
export type AccountManager = { name: string; email: string };

/** One account of a customer; amounts in minor units of `currency`. */
export type AccountRow = {
  currency: string;
  /** The customer's own; null: the policy's. */
  creditLimit: number | null;
  tolerance: number | null;
  raisedLimit: number | null;
  raisedUntil: string | null;
  /** Open balances and reservations. */
  exposure: number;
  /** Money received and not allocated. */
  unapplied: number;
};

/** A customer as stored, with one of their accounts: the one in the usual currency, unless another is asked for. */
export type CustomerRow = Omit<CustomerFacts, 'turnover'> &
  AccountRow & {
    id: string;
    /** The currency of the account that was opened with the customer; it never changes. */
    usualCurrency: string;
    turnover: number;
    turnoverCurrency: string | null;
    privilege: Privilege;
    privilegeReason: string | null;
    privilegeActor: string | null;
    privilegeAt: string | null;
    /** When a suspension ends, and the privilege after it. */
    privilegeUntil: string | null;
    privilegeAfter: Privilege;
    /** From that day on no interest accrues; null if the customer is not insolvent. */
    insolventSince: Day | null;
    /** Codes of the customer's own terms, the usual one first. */
    ownTerms: string[] | null;
    /** The group of companies with which the customer shares a limit. */
    creditGroup: string | null;
    createdAt: string;
    updatedAt: string;
  };

export const accountColumns = (
  db: Db,
) => db`accounts.currency, accounts.credit_limit, accounts.tolerance, accounts.raised_limit, accounts.raised_until,
  accounts.exposure, accounts.unapplied`;

const customerColumns = (
  db: Db,
) => db`id, name, email, locale, country, vat_number, groups, contacts, past_orders, turnover,
  turnover_currency, since, external, closed_months, closures, account_manager, privilege, privilege_reason, privilege_actor, privilege_at,
  privilege_until, privilege_after, insolvent_since, own_terms, credit_group, created_at, updated_at,
  customers.currency as usual_currency, ${accountColumns(db)}`;

const withAccount = (db: Db) =>
  db`customers join accounts on accounts.customer_id = customers.id and accounts.currency = customers.currency`;

export async function findCustomer(db: Db, id: string): Promise<CustomerRow | null> {
  const [row] = await db<
    CustomerRow[]
  >`select ${customerColumns(db)} from ${withAccount(db)} where id = ${id}`;
  return row ?? null;
}

/**
 * Locks a customer. Everything that touches a customer's credit or orders takes this lock first.
 * @throws NettermsError `customer-not-found`
 */
export async function lockCustomer(db: Db, id: string): Promise<CustomerRow> {
  // The account is locked as well, so that its figures are read after waiting for the lock, not as they were before.
  const [row] = await db<
    CustomerRow[]
  >`select ${customerColumns(db)} from ${withAccount(db)} where id = ${id} for no key update`;
  return row ?? unknownCustomer(id);
}

/**
 * The same, but null at once if somebody else has the lock; with `wait`, null only if there is no such customer.
 * @param id or a query for it
 */
export async function tryLockCustomer(
  db: Db,
  id: string | Fragment,
  { wait = false }: { wait?: boolean } = {},
): Promise<CustomerRow | null> {
  const [row] = await db<CustomerRow[]>`
    select ${customerColumns(db)} from ${withAccount(db)} where id = ${id} for no key update ${wait ? db`` : db`skip locked`}`;
  return row ?? null;
}

/** Writes an admin's decision on a customer. Needs the customer's lock. */
export async function writePrivilege(
  tx: Tx,
  id: string,
  given: {
    privilege: Privilege;
    until: string | null;
    after: Privilege;
    insolventSince: Day | null;
    reason: string;
    actor: string;
    now: string;
  },
): Promise<CustomerRow> {
  const [row] = await tx<CustomerRow[]>`
    update customers set privilege = ${given.privilege}, privilege_reason = ${given.reason}, privilege_actor = ${given.actor},
                         privilege_at = ${given.now}, privilege_until = ${given.until}, privilege_after = ${given.after},
                         insolvent_since = ${given.insolventSince}, updated_at = ${given.now}
    from accounts where id = ${id} and accounts.customer_id = id and accounts.currency = customers.currency
    returning ${customerColumns(tx)}`;
  return row!;
}

/** A page of customers in the order of their ids; `after` is the last id of the previous page. */
export async function listCustomers(
  db: Db,
  { after = null, limit }: { after?: string | null; limit: number },
): Promise<CustomerRow[]> {
  return db<CustomerRow[]>`
    select ${customerColumns(db)} from ${withAccount(db)} where ${after === null ? db`true` : db`id > ${after}`} order by id limit ${limit}`;
}

/**
 * Writes what the store says about customers; the store cannot write privilege, limit and balances. An address that a
 * customer no longer has is not marked as undeliverable any more. Returns the customers that were written, without those
 * whose facts have not changed.
 * @param source a query or list of values: the id and the facts' columns, in the order of the statement
 */
export const writeFacts = (db: Db, source: Fragment) => db<{ id: string; inserted: boolean }[]>`
    with written as (
    insert into customers (id, name, email, locale, country, vat_number, vat_key, groups, contacts, past_orders, turnover,
                           turnover_currency, since, external, closed_months, closures, account_manager, currency, fingerprint,
                           created_at, updated_at)
    ${source}
    on conflict (id) do update set
      name = excluded.name, email = excluded.email, locale = excluded.locale, country = excluded.country,
      vat_number = excluded.vat_number, vat_key = excluded.vat_key, groups = excluded.groups, contacts = excluded.contacts,
      past_orders = excluded.past_orders, turnover = excluded.turnover, turnover_currency = excluded.turnover_currency,
      since = excluded.since, external = excluded.external, closed_months = excluded.closed_months, closures = excluded.closures,
      account_manager = excluded.account_manager, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at
      where customers.fingerprint <> excluded.fingerprint
    returning id, currency, email, contacts, xmax = 0 as inserted
    ), unmarked as (
      delete from undeliverable_addresses u using written w
      where u.customer_id = w.id and not w.inserted and u.address <> lower(w.email)
        and not exists (select 1 from jsonb_each_text(w.contacts) own where lower(own.value) = u.address)
    ), opened as (insert into accounts (customer_id, currency) select id, currency from written where inserted)
    select id, inserted from written`;

/**
 * Writes what the store says about one customer, as `writeFacts` does.
 * @returns `created`, `updated`, or `unchanged` if the same facts were already stored
 */
export async function putCustomer(
  sql: Sql | Tx,
  id: string,
  facts: CustomerFacts,
  { fingerprint, currency, now }: { fingerprint: string; currency: string; now: string },
): Promise<'created' | 'updated' | 'unchanged'> {
  const [row] = await writeFacts(
    sql,
    sql`
    values (${id}, ${facts.name}, ${facts.email}, ${facts.locale}, ${facts.country}, ${facts.vatNumber},
            ${vatKeyOf(facts.vatNumber, facts.country)}, ${facts.groups},
            ${sql.json(facts.contacts)}, ${facts.pastOrders}, ${facts.turnover?.amount ?? 0},
            ${facts.turnover?.currency ?? null}, ${facts.since}, ${sql.json(facts.external as never)},
            ${sql.json(facts.closedMonths)}, ${sql.json(facts.closures)}, ${facts.accountManager && sql.json(facts.accountManager)}, ${currency},
            ${fingerprint}, ${now}, ${now})`,
  );
  return row ? (row.inserted ? 'created' : 'updated') : 'unchanged';
}

/**
 * Gives the customer their own terms; null restores the policy's terms. Audited.
 * @throws NettermsError `customer-not-found`
 */
export async function setOwnTerms(
  sql: Sql,
  id: string,
  { terms, actor, reason, now }: { terms: string[] | null; actor: string; reason: string; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    const [row] = await tx<CustomerRow[]>`
      update customers set own_terms = ${terms}, updated_at = ${now}
      from accounts where id = ${id} and accounts.customer_id = id and accounts.currency = customers.currency
      returning ${customerColumns(tx)}`;
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

/** Opens an account in that currency, unless the customer has one. */
export async function openAccount(tx: Tx, id: string, currency: string): Promise<void> {
  await tx`insert into accounts (customer_id, currency) values (${id}, ${currency}) on conflict do nothing`;
}

/** Puts the customer into a credit group; null takes them out of theirs. Needs the customer's lock. */
export async function writeCreditGroup(
  tx: Tx,
  id: string,
  groupId: string | null,
  now: string,
): Promise<void> {
  await tx`update customers set credit_group = ${groupId}, updated_at = ${now} where id = ${id}`;
}
