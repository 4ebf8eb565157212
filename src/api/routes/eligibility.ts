import { z } from 'zod';
import type { ApiKey } from '../../db/api-keys.ts';
import type { Sql } from '../../db/client.ts';
import { applicantOf, findCustomer, unknownCustomer } from '../../db/customers.ts';
import { activePolicies } from '../../db/policies.ts';
import { buyerMessage, type Check, creditOf, decide } from '../../domain/eligibility.ts';
import { MAX_AMOUNT, type Money } from '../../domain/money.ts';
import { type Instalment, instalmentsOf, labelFor } from '../../domain/terms.ts';
import { holds } from '../auth.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { eligibility } from '../schemas/eligibility.ts';
import { currency, integerParameter } from '../schemas/fields.ts';

/** Whether a customer may buy on terms now, and on which. */
export function eligibilityEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/eligibility',
      tag: 'Checkout',
      summary: 'Ask whether a customer may buy for an amount on terms, and on which',
      scopes: ['storefront', 'read'],
      query: z.strictObject({ amount: integerParameter(1, MAX_AMOUNT), currency }),
      answer: eligibility,
      handle: async ({ params: { customerId }, query: total, key, now }) => {
        const [known, policies] = await Promise.all([findCustomer(sql, customerId), activePolicies(sql)]);
        const customer = known ?? unknownCustomer(customerId);
        const applicant = applicantOf(customer);
        const { locale } = customer;
        const policy = policies.eligibility.body;
        const { eligible, checks } = decide(applicant, policy, total);
        const zone = policies.settings.body.timeZone;
        const offers = policies.terms.body.terms.map((terms) => ({
          termsCode: terms.code,
          label: labelFor(terms.label, locale),
          instalments: dueAmountsOf(instalmentsOf(terms, { placedAt: now, total, zone }), total),
        }));
        return {
          body: {
            eligible,
            buyerMessage: buyerMessage(eligible, locale),
            offers: eligible ? offers : [],
            checks: checksFor(key, checks),
            ...(holds(key, 'read') ? { credit: creditOf(applicant, policy) } : {}),
          },
        };
      },
    }),
  ];
}

/** The checks as this key may see them: the figures are for those who may read all. */
export function checksFor(
  key: ApiKey,
  checks: readonly Check[],
): (Pick<Check, 'rule' | 'passed'> & Partial<Check>)[] {
  return holds(key, 'read') ? [...checks] : checks.map(({ rule, passed }) => ({ rule, passed }));
}

export const dueAmountsOf = (instalments: readonly Instalment[], { currency }: Money) =>
  instalments.map(({ dueOn, amount }) => ({ dueOn, amount: { amount, currency } }));
