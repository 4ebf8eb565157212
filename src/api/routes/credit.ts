import { assertNever } from '../../kernel/errors.ts';
import { invalid } from '../../kernel/invalid.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { adjustCredit } from '../../modules/corrections/adjust-credit.ts';
import { inCurrency, raiseLimit, reread, setCreditLimit } from '../../modules/credit/accounts.ts';
import { setCreditGroup } from '../../modules/credit/credit-groups.ts';
import { type CreditChange, creditChanges } from '../../modules/credit/views.ts';
import { type CustomerRow, findCustomer, unknownCustomer } from '../../modules/customers/tables.ts';
import { applicantOfOne, momentOf } from '../../modules/eligibility/applicants.ts';
import { creditOf } from '../../modules/eligibility/rules/credit.ts';
import { conditionsOf } from '../../modules/eligibility/rules/policy.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { customerView } from '../customer-views.ts';
import { requireFuture } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  adjustmentBody,
  type CreditHistory,
  creditBody,
  creditHistory,
  groupMembershipBody,
  raiseBody,
} from '../schemas/credit.ts';
import { customer } from '../schemas/customer.ts';

const tag = 'Credit';
const HISTORY = 200;

/** What an admin decides about a customer's credit, separately in each currency. */
export function creditEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/credit',
      operationId: 'setCreditLimit',
      tag,
      summary: 'Set a credit limit and a tolerance of the customer’s own, in one currency',
      scopes: ['admin'],
      body: creditBody,
      answer: customer,
      handle: async ({ params: { customerId }, body, key, actor, now }) => {
        const { limit, tolerance, reason = null } = body;
        const currency = currencyOf(await requireCustomer(customerId), body.currency, limit, '/limit');
        if (tolerance && tolerance.currency !== currency)
          invalid(
            '/tolerance/currency',
            `The limit is in ${currency}: give the tolerance in the same currency.`,
          );
        const given = {
          limit,
          currency,
          tolerance: tolerance === null ? null : tolerance?.amount,
          reason,
          actor,
          now,
        };
        const row = await setCreditLimit(sql, customerId, given);
        return { body: await customerView(sql, key, row, now) };
      },
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/credit/raise',
      operationId: 'raiseCreditLimit',
      tag,
      summary: 'Raise a customer’s credit limit for a time',
      scopes: ['admin'],
      body: raiseBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: { raise, reason, ...body }, key, actor, now }) => {
        const known = await requireCustomer(customerId);
        const currency = currencyOf(known, body.currency, raise?.limit ?? null, '/raise/limit');
        const given = raise && { ...raise, until: requireFuture('/raise/until', raise.until, now) };
        if (given) await requireMore(known, given.limit, now);
        const row = await raiseLimit(sql, customerId, { raise: given, currency, reason, actor, now });
        return { body: await customerView(sql, key, row, now) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/credit/history',
      operationId: 'listCreditChanges',
      tag,
      summary: `Read the latest ${HISTORY} changes of a customer’s limits, raises, credit held and group`,
      scopes: ['read'],
      answer: creditHistory,
      handle: async ({ params: { customerId } }) => {
        await requireCustomer(customerId);
        return { body: { items: (await creditChanges(sql, customerId, HISTORY)).map(changeView) } };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/credit/adjustments',
      operationId: 'adjustCredit',
      tag,
      summary: 'Correct the credit held for a customer by hand',
      scopes: [adjustCredit.permission],
      body: adjustmentBody,
      answer: customer,
      handle: async ({ params: { customerId }, body: content, key, actor, now }) => {
        const { adjustmentId, amount, reason } = content;
        const body = { customerId, adjustmentId, amount };
        const by = { content, actor, reason, idempotencyKey: null, now };
        const { replayed } = await commands.askCustomer(adjustCredit, { body, ...by });
        const row = await reread(sql, customerId, amount.currency);
        return { body: await customerView(sql, key, row, now), headers: replayedHeader(replayed) };
      },
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/credit/group',
      operationId: 'setCreditGroup',
      tag,
      summary: 'Put a customer into a group of companies that share a limit, or take them out',
      tryOut: { after: ['saveCreditGroup'] },
      scopes: ['admin'],
      body: groupMembershipBody,
      answer: customer,
      handle: async ({ params: { customerId }, body, key, actor, now }) => {
        const row = await setCreditGroup(sql, customerId, { ...body, actor, now });
        return { body: await customerView(sql, key, row, now) };
      },
    }),
  ];

  async function requireCustomer(id: string): Promise<CustomerRow> {
    return (await findCustomer(sql, id)) ?? unknownCustomer(id);
  }

  /** Throws `validation` unless the limit is above the one without a raise, `currency-mismatch` without an account. */
  async function requireMore(known: CustomerRow, raised: Money, now: string): Promise<void> {
    const row = await inCurrency(sql, known, raised.currency);
    const { eligibility, settings } = await activePolicies(sql);
    const moment = momentOf(settings.body, now);
    const applicant = await applicantOfOne(sql, row, conditionsOf(eligibility.body), moment);
    const { limit } = creditOf({ ...applicant, raisedLimit: null }, eligibility.body);
    if (raised.amount > limit.amount) return;
    invalid('/raise/limit', `Without a raise the limit is ${plainMoney(limit)}: give more.`);
  }
}

/** Which account is meant. Throws `validation` if the amount is in a currency other than the one named. */
function currencyOf(
  { usualCurrency }: CustomerRow,
  named: string | undefined,
  amount: Money | null,
  pointer: string,
): string {
  if (amount && named !== undefined && amount.currency !== named)
    invalid('/currency', `${pointer} is in ${amount.currency}: give that currency here, or leave this out.`);
  return amount?.currency ?? named ?? usualCurrency;
}

function changeView({ at, actor, reason, ...change }: CreditChange): CreditHistory['items'][number] {
  const entry = { at, actor, reason };
  switch (change.action) {
    case 'customer.credit_limit': {
      const { currency, before, after, tolerance } = change.detail;
      return { kind: 'limit', ...entry, currency, before, after, ...(tolerance && { tolerance }) };
    }
    case 'customer.credit_raise': {
      const { currency, before, after } = change.detail;
      return { kind: 'raise', ...entry, currency, before, after };
    }
    case 'customer.credit_adjusted':
      return { kind: 'adjustment', ...entry, ...change.detail };
    case 'customer.credit_group':
      return { kind: 'group', ...entry, ...change.detail };
    default:
      return assertNever(change);
  }
}
