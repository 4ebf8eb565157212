import type { Sql } from '../../db/client.ts';
import { activePolicies } from '../../db/policies.ts';
import type { InterestPeriod } from '../../domain/interest/accrual.ts';
import { compensationFor, lateInterest, ratesIn } from '../../domain/interest/late-interest.ts';
import { movementsOf } from '../../domain/interest/part-payments.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { interestPreview, interestPreviewBody, ratesQuery, referenceRateList } from '../schemas/interest.ts';

const tag = 'Late interest';

/** What a late payment costs by law; it is computed whether or not the merchant charges it. */
export function interestEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/interest/preview',
      tag,
      summary: 'See the interest and compensation for a late payment',
      scopes: ['read'],
      body: interestPreviewBody,
      answer: interestPreview,
      handle: async ({ body }) => {
        const { principal, dueOn, paidOn, country, agrifood, concludedOn } = body;
        const { currency } = principal;
        const inCurrency = (amount: number) => ({ amount, currency });
        const policy = (await activePolicies(sql))['late-interest'].body;
        const payments = body.payments.map(({ on, amount }) => ({ on, amount: amount.amount }));
        const excluded = body.excluded.map(({ amount, ...days }) =>
          amount ? { ...days, amount: amount.amount } : days,
        );
        const { periods, total } = lateInterest(
          {
            dueOn,
            until: paidOn,
            movements: movementsOf(principal.amount, dueOn, payments),
            excluded,
            agrifood,
            concludedOn,
          },
          policy,
          country,
        );
        return {
          body: {
            interest: inCurrency(total),
            compensation: periods.length > 0 ? compensationFor(policy, currency) : inCurrency(0),
            periods: periodViews(periods, currency),
          },
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/interest/reference-rates',
      tag,
      summary: 'See the reference rates that hold, and where each is from',
      scopes: ['read'],
      query: ratesQuery,
      answer: referenceRateList,
      handle: async ({ query: { country } }) => {
        const policy = (await activePolicies(sql))['late-interest'].body;
        return { body: { items: [...ratesIn(country, policy)] } };
      },
    }),
  ];
}

/** Periods with their amounts as Money. */
export const periodViews = (periods: readonly InterestPeriod[], currency: string) =>
  periods.map((period) => ({
    ...period,
    principal: { amount: period.principal, currency },
    interest: { amount: period.interest, currency },
  }));
