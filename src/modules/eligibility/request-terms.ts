import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { inCurrency } from '../credit/accounts.ts';
import { lockCustomer } from '../customers/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { openTask } from '../tasks/open-task.ts';
import { openTaskOf, type TaskRow } from '../tasks/tables.ts';
import { applicantOfOne, momentOf } from './applicants.ts';
import { decide } from './rules/decide.ts';
import { offeredTerms, rulesOf, termsCodesOf } from './rules/policy.ts';
import { mayAskForTerms } from './rules/standing.ts';
import { usualAmount } from './rules/usual-amount.ts';
import { findDecline } from './tables.ts';

/**
 * Opens a customer's request for payment terms, which an admin decides, with the checks at this moment. A customer has
 * at most one open request: if there is one, returns it.
 * @param amount of the order that the customer wants; by default the refused order's, else the usual amount
 * @throws NettermsError `customer-not-found`, `terms-revoked`
 */
export async function requestTerms(
  sql: Sql,
  customerId: string,
  { orderId, amount, note }: { orderId: string | null; amount: Money | null; note: string | null },
  { now, actor }: { now: string; actor: string },
): Promise<{ task: TaskRow; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    const customer = await lockCustomer(tx, customerId);
    const known = await openTaskOf(tx, customerId, 'terms-request');
    if (known) return { task: known, replayed: true };

    const [{ eligibility, terms, settings }, decline] = await Promise.all([
      activePolicies(tx),
      orderId === null ? null : findDecline(tx, { customerId, orderId }),
    ]);
    const policy = eligibility.body;
    const moment = momentOf(settings.body, now);
    const requested = amount ?? decline?.total ?? null;
    const account = requested ? await inCurrency(tx, customer, requested.currency) : customer;
    const applicant = await applicantOfOne(tx, account, rulesOf(policy), moment);
    if (!mayAskForTerms(applicant.privilege))
      throw new NettermsError(
        'terms-revoked',
        `An admin has ended payment terms for ${customerId}: only an admin can grant them again.`,
      );
    const { defaultCode } = offeredTerms(terms.body, termsCodesOf(applicant, policy));
    const asked = { ...(requested ?? usualAmount(applicant, policy)), termsCode: defaultCode };
    const task = await openTask(tx, {
      kind: 'terms-request',
      customerId,
      orderId,
      amount: requested?.amount ?? null,
      currency: requested?.currency ?? null,
      note,
      detail: { checks: decide(applicant, policy, asked).checks },
      openedAt: now,
      openedBy: actor,
    });
    return { task: task!, replayed: false };
  });
}
