import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import {
  type AccountRow,
  accountColumns,
  type CustomerRow,
  findCustomer,
  lockCustomer,
  openAccount,
  unknownCustomer,
} from '../customers/tables.ts';

/** A customer's accounts, by currency. */
export async function accountsOf(
  db: Db,
  customerIds: readonly string[],
): Promise<(AccountRow & { customerId: string })[]> {
  return db<(AccountRow & { customerId: string })[]>`
    select customer_id, ${accountColumns(db)} from accounts
    where customer_id = any(${customerIds as string[]}) order by customer_id, currency`;
}

/** The customer with the account in that currency, null if there is none; exact under the customer's lock. */
export async function findInCurrency(
  db: Db,
  customer: CustomerRow,
  currency: string,
): Promise<CustomerRow | null> {
  if (customer.currency === currency) return customer;
  const [account] = await db<AccountRow[]>`
    select ${accountColumns(db)} from accounts where customer_id = ${customer.id} and currency = ${currency}`;
  return account ? { ...customer, ...account } : null;
}

/**
 * As `findInCurrency`.
 * @throws NettermsError `currency-mismatch` if there is none
 */
export async function inCurrency(db: Db, customer: CustomerRow, currency: string): Promise<CustomerRow> {
  const found = await findInCurrency(db, customer, currency);
  if (found) return found;
  throw new NettermsError(
    'currency-mismatch',
    `Customer ${customer.id} has an account in ${customer.usualCurrency}, but none in ${currency}: set a credit limit in ${currency} first.`,
  );
}

/**
 * Sets the customer's own limit in a currency; null restores the policy's limit. Opens an account if there is none in
 * that currency. Audited.
 * @param currency used if `limit` is null; by default the usual currency
 * @param tolerance how far an order may exceed the limit; null: the policy's; undefined: unchanged
 * @throws NettermsError `customer-not-found`
 */
export async function setCreditLimit(
  sql: Sql,
  id: string,
  {
    currency = null,
    limit,
    tolerance,
    actor,
    reason,
    now,
  }: {
    currency?: string | null;
    limit: Money | null;
    tolerance?: number | null | undefined;
    actor: string;
    reason: string | null;
    now: string;
  },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const customer = await lockCustomer(tx, id);
    const of = limit?.currency ?? currency ?? customer.currency;
    await openAccount(tx, id, of);
    const before = await inCurrency(tx, customer, of);
    await tx`
      update accounts set credit_limit = ${limit?.amount ?? null}, tolerance = ${tolerance === undefined ? before.tolerance : tolerance}
      where customer_id = ${id} and currency = ${of}`;
    const money = (amount: number | null): Money | null =>
      amount === null ? null : { amount, currency: of };
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_limit',
      subject: `customer/${id}`,
      reason,
      detail: {
        currency: of,
        before: money(before.creditLimit),
        after: limit,
        ...(tolerance === undefined
          ? {}
          : { tolerance: { before: money(before.tolerance), after: money(tolerance) } }),
      },
    });
    return reread(tx, id, of);
  });
}

/**
 * Raises the limit for a time; null ends the raise. Audited.
 * @throws NettermsError `customer-not-found`; `currency-mismatch` if there is no account in its currency
 */
export async function raiseLimit(
  sql: Sql,
  id: string,
  {
    currency = null,
    raise,
    actor,
    reason,
    now,
  }: {
    currency?: string | null;
    raise: { limit: Money; until: string } | null;
    actor: string;
    reason: string;
    now: string;
  },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const customer = await lockCustomer(tx, id);
    const before = await inCurrency(tx, customer, raise?.limit.currency ?? currency ?? customer.currency);
    const { raisedLimit, raisedUntil } = before;
    await tx`
      update accounts set raised_limit = ${raise?.limit.amount ?? null}, raised_until = ${raise?.until ?? null}
      where customer_id = ${id} and currency = ${before.currency}`;
    const none = raisedLimit === null || raisedUntil === null || raisedUntil <= now;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_raise',
      subject: `customer/${id}`,
      reason,
      detail: {
        currency: before.currency,
        before: none
          ? null
          : { limit: { amount: raisedLimit, currency: before.currency }, until: raisedUntil },
        after: raise,
      },
    });
    return reread(tx, id, before.currency);
  });
}

/** The customer with the account in that currency, as it is now. */
export const reread = async (db: Db, id: string, currency: string): Promise<CustomerRow> =>
  inCurrency(db, (await findCustomer(db, id)) ?? unknownCustomer(id), currency);
