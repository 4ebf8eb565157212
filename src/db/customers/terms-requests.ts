import { decide } from '../../domain/eligibility/decide.ts';
import { offeredTerms, rulesOf, termsCodesOf } from '../../domain/eligibility/policy.ts';
import { mayAskForTerms } from '../../domain/eligibility/standing.ts';
import { usualAmount } from '../../domain/eligibility/usual-amount.ts';
import { NettermsError } from '../../domain/errors.ts';
import type { Money } from '../../domain/money.ts';
import { inTransaction, type Sql } from '../client.ts';
import { inCurrency } from '../credit/accounts.ts';
import { activePolicies } from '../policies.ts';
import { applicantOfOne, momentOf } from './applicants.ts';
import { lockCustomer } from './customers.ts';
import { findDecline } from './declines.ts';
import { insertTask, openTaskOf, type TaskRow } from './tasks.ts';

/**
 * Puts a customer's wish for payment terms before an admin, with the checks of this moment. There is one open request
 * a customer: another one gives that.
 * @param amount of the order that is wished for; without it the refused order's, else what is usual
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
    const wished = amount ?? decline?.total ?? null;
    const account = wished ? await inCurrency(tx, customer, wished.currency) : customer;
    const applicant = await applicantOfOne(tx, account, rulesOf(policy), moment);
    if (!mayAskForTerms(applicant.privilege))
      throw new NettermsError('terms-revoked', `Only an admin can give ${customerId} terms again.`);
    const { defaultCode } = offeredTerms(terms.body, termsCodesOf(applicant, policy));
    const asked = { ...(wished ?? usualAmount(applicant, policy)), termsCode: defaultCode };
    const task = await insertTask(tx, {
      kind: 'terms-request',
      customerId,
      orderId,
      amount: wished?.amount ?? null,
      currency: wished?.currency ?? null,
      note,
      checks: decide(applicant, policy, asked).checks,
      openedAt: now,
      openedBy: actor,
    });
    return { task, replayed: false };
  });
}
