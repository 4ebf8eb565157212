import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { hasAnotherAdmin } from '../access/api-keys.ts';
import { type ApprovalRow, countApprovals, decideApproval, requestApproval } from '../approvals/tables.ts';
import { recordAudit } from '../audit/tables.ts';
import { lockCustomer } from '../customers/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { type AccountDetails, type BankAccount, getBankAccount } from './accounts.ts';
import type { GivenMapping } from './rules/table/table.ts';

/** How long an approved change waits, in ms: so that whoever owns the account can still stop it. */
const WAITS = 24 * 3_600_000;
type By = { actor: string; now: string };
type AccountChange = AccountDetails & { iban: string };

/**
 * Sets up an account, or changes it. Whoever may change where customers pay could take every payment: so another account,
 * another holder, BIC or currency, and another default need a second person, and are in force 24 hours after that. Only
 * the very first account is in force at once. How its files are read can be changed by one person.
 * @param mapping undefined: as it is
 * @throws NettermsError `second-person-missing` if no other person has an admin key; `conflict` if another change waits
 */
export async function putBankAccount(
  sql: Sql,
  iban: string,
  { mapping, ...details }: AccountDetails & { mapping?: GivenMapping | null | undefined },
  { actor, now }: By,
): Promise<{ account: BankAccount; approval: ApprovalRow | null; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    await lockAccounts(tx);
    await tx`insert into bank_accounts (iban, created_at) values (${iban}, ${now}) on conflict (iban) do nothing`;
    const before = await getBankAccount(tx, iban, now);
    if (mapping !== undefined) await setMapping(tx, before, mapping, { actor, now });
    const same = before.inForce !== null && isSame(before.inForce, details);
    if (!same && (await isFirst(tx, iban))) {
      await insertVersion(tx, { iban, ...details }, { requestedBy: actor, approvedBy: null, from: now });
      const audited = { at: now, actor, subject: `bank-account/${iban}` } as const;
      await recordAudit(tx, {
        ...audited,
        action: 'bank_account.set_up',
        detail: { holder: details.holder },
      });
    } else if (!same) {
      const asked = await askSecondPerson(tx, { iban, ...details }, { actor, now });
      return { account: await getBankAccount(tx, iban, now), ...asked };
    }
    return { account: await getBankAccount(tx, iban, now), approval: null, replayed: same };
  });
}

/** The decision of a second person: what they approve is in force 24 hours later. A repeat changes nothing. */
export async function decideAccountChange(
  { sql, now }: { sql: Sql; now: string },
  id: string,
  decided: { decision: 'approved' | 'rejected'; comment: string | null; actor: string },
): Promise<ApprovalRow> {
  return inTransaction(sql, async (tx) => {
    await lockAccounts(tx);
    const approval = await decideApproval(tx, id, { ...decided, now });
    const isNew = approval.decidedAt === now && approval.decision === 'approved';
    const [known] = await tx`select 1 from bank_account_versions where approval_id = ${id}`;
    if (!isNew || known) return approval;
    const { iban, ...details } = approval.detail as AccountChange;
    await insertVersion(
      tx,
      { iban, ...details },
      {
        ...{ requestedBy: approval.requestedBy, approvedBy: decided.actor, approvalId: id },
        from: new Date(Date.parse(now) + WAITS).toISOString(),
      },
    );
    return approval;
  });
}

/** Stops changes of an account that are approved and not in force yet. A repeat changes nothing; audited. */
export async function withdrawAccountChange(
  sql: Sql,
  iban: string,
  { reason, actor, now }: By & { reason: string },
): Promise<BankAccount> {
  return inTransaction(sql, async (tx) => {
    await lockAccounts(tx);
    await getBankAccount(tx, iban, now);
    const stopped = await tx`
      update bank_account_versions set withdrawn_at = ${now}, withdrawn_by = ${actor}
      where iban = ${iban} and in_force_from > ${now} and withdrawn_at is null`;
    if (stopped.count > 0)
      await recordAudit(tx, {
        ...{ at: now, actor, reason, action: 'bank_account.withdrawn', subject: `bank-account/${iban}` },
        detail: { versions: stopped.count },
      });
    return getBankAccount(tx, iban, now);
  });
}

/**
 * Binds a customer to one of the accounts that are in force; null: they pay into the default one again. Audited.
 * @throws NettermsError `customer-not-found`, `bank-account-not-found`, `bank-account-not-in-force`
 */
export async function bindCustomer(
  sql: Sql,
  customerId: string,
  iban: string | null,
  { actor, now }: By,
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await lockCustomer(tx, customerId);
    if (iban !== null && (await getBankAccount(tx, iban, now)).inForce === null)
      throw new NettermsError('bank-account-not-in-force', `Account ${iban} is not in force yet.`);
    const [before] = await tx<{ iban: string }[]>`
      select iban from bank_account_customers where customer_id = ${customerId}`;
    if ((before?.iban ?? null) === iban) return;
    if (iban === null) await tx`delete from bank_account_customers where customer_id = ${customerId}`;
    else
      await tx`
        insert into bank_account_customers (customer_id, iban, bound_at, bound_by) values (${customerId}, ${iban}, ${now}, ${actor})
        on conflict (customer_id) do update set iban = excluded.iban, bound_at = excluded.bound_at, bound_by = excluded.bound_by`;
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'customer.bank_account', subject: `customer/${customerId}` },
      detail: { before: before?.iban ?? null, after: iban },
    });
  });
}

/** The key of an advisory lock, an arbitrary text: only one change of accounts happens at a time. */
const lockAccounts = (tx: Tx) => tx`select pg_advisory_xact_lock(hashtextextended('bank-accounts', 0))`;

/** Whether no account was ever set up, and the settings name no other one. */
async function isFirst(tx: Tx, iban: string): Promise<boolean> {
  const [row] = await tx`select 1 from bank_account_versions limit 1`;
  const { iban: inSettings } = (await activePolicies(tx)).settings.body;
  return !row && (inSettings === null || inSettings === iban);
}

const isSame = (one: AccountDetails, other: AccountDetails): boolean =>
  one.holder === other.holder &&
  one.bic === other.bic &&
  one.currency === other.currency &&
  one.isDefault === other.isDefault;

async function setMapping(
  tx: Tx,
  { iban, mapping: before }: BankAccount,
  mapping: GivenMapping | null,
  { actor, now }: By,
) {
  if (fingerprint(before) === fingerprint(mapping)) return;
  await tx`update bank_accounts set mapping = ${mapping === null ? null : tx.json(mapping as never)} where iban = ${iban}`;
  await recordAudit(tx, {
    ...{ at: now, actor, action: 'bank_account.mapping', subject: `bank-account/${iban}` },
    detail: { before, after: mapping },
  });
}

async function insertVersion(
  tx: Tx,
  { iban, holder, bic, currency, isDefault }: AccountChange,
  {
    requestedBy,
    approvedBy,
    approvalId = null,
    from,
  }: { requestedBy: string; approvedBy: string | null; approvalId?: string | null; from: string },
): Promise<void> {
  await tx`
    insert into bank_account_versions (iban, version, holder, bic, currency, is_default, in_force_from, requested_by, approved_by, approval_id)
    select ${iban}, coalesce(max(version), 0) + 1, ${holder}, ${bic}, ${currency}, ${isDefault}, ${from}, ${requestedBy}, ${approvedBy}, ${approvalId}
    from bank_account_versions where iban = ${iban}`;
}

async function askSecondPerson(
  tx: Tx,
  change: AccountChange,
  { actor, now }: By,
): Promise<{ approval: ApprovalRow; replayed: boolean }> {
  if (!(await hasAnotherAdmin(tx, actor, now)))
    throw new NettermsError(
      'second-person-missing',
      'Another person must approve where customers pay, and nobody else has an admin key: create one for another person (npm run create-key -- --name "their name" --scope admin), and ask again.',
    );
  const subject = `bank-account/${change.iban}` as const;
  const kind = 'bank-account';
  const place = await countApprovals(tx, subject, kind);
  const { approval, replayed } = await requestApproval(tx, {
    ...{
      id: `apr_${fingerprint({ subject, kind, place, change }).slice(0, 32)}`,
      kind,
      subject,
      detail: change,
    },
    ...{ orderId: null, amount: null, currency: null, reason: null, requestedBy: actor, requestedAt: now },
  });
  if (replayed && fingerprint(approval.detail) !== fingerprint(change))
    throw new NettermsError(
      'conflict',
      `Another change of account ${change.iban} waits for a second person (${approval.id}): have another admin approve or reject it first.`,
      { approvalId: approval.id },
    );
  return { approval, replayed };
}
