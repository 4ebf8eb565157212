import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { Settings } from '../settings/rules/settings.ts';
import type { GivenMapping } from './rules/table/table.ts';

/** What is printed of an account, and which one it is; `isDefault`: customers pay into it in its currency. */
export type AccountDetails = {
  holder: string;
  bic: string | null;
  currency: string;
  isDefault: boolean;
};
export type AccountVersion = AccountDetails & {
  iban: string;
  version: number;
  inForceFrom: string;
  requestedBy: string;
  approvedBy: string | null;
};
export type BankAccount = {
  iban: string;
  mapping: GivenMapping | null;
  /** Null: nothing of it is in force yet. */
  inForce: AccountVersion | null;
  /** Approved, but in force only later. */
  coming: AccountVersion | null;
  /** The last day up to which its statements were imported. */
  bookedThrough: string | null;
};

const columns = (db: Db) =>
  db`v.iban, v.version, v.holder, v.bic, v.currency, v.is_default, v.in_force_from, v.requested_by, v.approved_by`;

/** The versions of all accounts that are in force at that instant, one for each account. */
export async function accountsInForce(db: Db, now: string): Promise<AccountVersion[]> {
  const rows = await db<AccountVersion[]>`
    select distinct on (v.iban) ${columns(db)} from bank_account_versions v
    where v.in_force_from <= ${now} and v.withdrawn_at is null order by v.iban, v.version desc`;
  // Of several defaults of a currency, the one that came into force last is meant.
  const isLast = (one: AccountVersion) =>
    rows.every(
      (other) =>
        other === one ||
        !other.isDefault ||
        other.currency !== one.currency ||
        [other.inForceFrom, other.iban] <= [one.inForceFrom, one.iban],
    );
  return rows.map((row) => ({ ...row, isDefault: row.isDefault && isLast(row) }));
}

/** All accounts, and those that only statements show, by IBAN. */
export async function bankAccounts(db: Db, now: string): Promise<BankAccount[]> {
  const [inForce, coming, known] = await Promise.all([
    accountsInForce(db, now),
    db<AccountVersion[]>`
      select distinct on (v.iban) ${columns(db)} from bank_account_versions v
      where v.in_force_from > ${now} and v.withdrawn_at is null order by v.iban, v.version desc`,
    db<Pick<BankAccount, 'iban' | 'mapping' | 'bookedThrough'>[]>`
      select iban, a.mapping, s.booked_through from bank_accounts a
      full join (select account as iban, booked_through from statement_accounts where account <> '') s using (iban)
      order by iban`,
  ]);
  return known.map((account) => ({
    ...account,
    inForce: inForce.find(({ iban }) => iban === account.iban) ?? null,
    coming: coming.find(({ iban }) => iban === account.iban) ?? null,
  }));
}

/** @throws NettermsError `bank-account-not-found` */
export async function getBankAccount(db: Db, iban: string, now: string): Promise<BankAccount> {
  const found = (await bankAccounts(db, now)).find((account) => account.iban === iban);
  if (found) return found;
  throw new NettermsError('bank-account-not-found', `There is no bank account ${iban}.`);
}

/** A change of where customers pay that is asked for or approved, and not in force yet. */
export type AccountChange = {
  iban: string;
  holder: string;
  requestedBy: string;
  /** Null: a second person has not decided yet. */
  inForceFrom: string | null;
};

/** The changes of bank accounts that are not in force yet; every page and the API show them to the merchant. */
export async function accountChanges(db: Db, now: string): Promise<AccountChange[]> {
  return db<AccountChange[]>`
    select iban, holder, requested_by, in_force_from from bank_account_versions
    where in_force_from > ${now} and withdrawn_at is null
    union all
    select detail->>'iban', detail->>'holder', requested_by, null from approvals
    where kind = 'bank-account' and decision is null
    order by iban`;
}

/** Where a customer pays in a currency. `bic` and IBAN as banks write them, without spaces. */
export type PaidInto = { iban: string; holder: string; bic: string | null };

/**
 * The account into which a customer pays: the one that they are bound to, or the default of the currency, or the one in
 * the settings while no account was set up. Null: there is none.
 */
export async function paidInto(
  db: Db,
  {
    customerId,
    currency,
    settings,
    now,
  }: { customerId: string; currency: string; settings: Settings; now: string },
): Promise<PaidInto | null> {
  const [accounts, [bound]] = await Promise.all([
    accountsInForce(db, now),
    db<{ iban: string }[]>`select iban from bank_account_customers where customer_id = ${customerId}`,
  ]);
  const account =
    accounts.find((one) => one.iban === bound?.iban && one.currency === currency) ??
    accounts.find((one) => one.isDefault && one.currency === currency);
  if (account) return account;
  const { iban, company, currency: own } = settings;
  return iban === null || (accounts.length > 0 && currency !== own)
    ? null
    : { iban, holder: company, bic: null };
}

/** The settings with the IBAN into which this customer pays in this currency, and the holder and BIC of that account. */
export async function withAccountOf(
  db: Db,
  settings: Settings,
  about: { customerId: string; currency: string; now: string },
): Promise<Settings & { holder: string; bic: string | null }> {
  const {
    iban = null,
    holder = settings.company,
    bic = null,
  } = (await paidInto(db, { ...about, settings })) ?? {};
  return { ...settings, iban, holder, bic };
}
