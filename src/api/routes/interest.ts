import { z } from 'zod';
import type { Money } from '../../kernel/money.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { chargeUndisputedInterest } from '../../modules/dunning/reserves/charge-undisputed-interest.ts';
import { interestOfOrder, type OrderInterest } from '../../modules/interest/order-interest.ts';
import type { InterestPeriod } from '../../modules/interest/rules/accrual.ts';
import { compensationFor, lateInterest, ratesIn } from '../../modules/interest/rules/late-interest.ts';
import { movementsOf } from '../../modules/interest/rules/part-payments.ts';
import { waive } from '../../modules/interest/waive.ts';
import { getOrder } from '../../modules/orders/tables.ts';
import { activePolicies, merchantToday, todayBy } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { askedStatuses, askOrder } from '../ask-order.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { day, optionalParameter } from '../schemas/fields.ts';
import {
  interestPreview,
  interestPreviewBody,
  newInterest,
  newWaiver,
  orderInterest,
  ratesQuery,
  referenceRateList,
} from '../schemas/interest.ts';
import { orderAfterCommand } from '../schemas/order.ts';

const tag = 'Late interest';

/** What a late payment costs by law, whether or not the merchant charges it; and what an order is charged. */
export function interestEndpoints(deps: { sql: Sql; commands: Commands }): Endpoint[] {
  const { sql } = deps;
  const ask = askOrder(deps);

  return [
    endpoint({
      method: 'post',
      path: '/interest/preview',
      operationId: 'previewInterest',
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
      operationId: 'listReferenceRates',
      tag,
      summary: 'See the reference rates in force, and the source of each',
      scopes: ['read'],
      query: ratesQuery,
      answer: referenceRateList,
      handle: async ({ query: { country } }) => {
        const policy = (await activePolicies(sql))['late-interest'].body;
        return { body: { items: [...ratesIn(country, policy)] } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/interest',
      operationId: 'readOrderInterest',
      tag: 'Corrections',
      summary: 'See the late interest of an order: what has accrued, and what was charged',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      query: z.strictObject({
        until: optionalParameter(day, 'The last day that counts, `YYYY-MM-DD`; today if not given.'),
      }),
      answer: orderInterest,
      handle: async ({ params: { orderId }, query, now }) => {
        const [order, policies] = await Promise.all([getOrder(sql, orderId), activePolicies(sql)]);
        const { until = todayBy(policies, now) } = query;
        const interest = await interestOfOrder(sql, order, { until, policies });
        return { body: interestView(interest, until, order.currency) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/interest',
      operationId: 'chargeInterest',
      tag: 'Corrections',
      summary: 'Charge the late interest that has accrued, and the compensation once',
      tryOut: { needs: 'an order that is overdue, of a merchant who charges late interest.' },
      scopes: [chargeUndisputedInterest.permission],
      body: newInterest,
      answer: orderAfterCommand,
      keyed: true,
      statuses: askedStatuses,
      handle: async ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const today = await merchantToday(sql, now);
        const { until = today, reason = null } = content;
        requirePast('/until', until, today);
        const by = { content, actor, reason, idempotencyKey, now };
        return ask(chargeUndisputedInterest, { orderId, body: { until }, ...by });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/waive',
      operationId: 'waiveCharges',
      tag: 'Corrections',
      summary:
        'Waive interest and costs that were charged; what was already paid of them pays the rest of the order, or becomes credit',
      tryOut: { after: ['placeOrder', 'recordPayment', 'reversePayment'] },
      scopes: [waive.permission],
      body: newWaiver,
      answer: orderAfterCommand,
      keyed: true,
      statuses: askedStatuses,
      handle: ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const { reason, amount } = content;
        return ask(waive, { orderId, body: { ...amount }, content, actor, reason, idempotencyKey, now });
      },
    }),
  ];
}

function interestView(
  { enabled, instalments, compensation, waived }: OrderInterest,
  until: string,
  currency: string,
): z.infer<typeof orderInterest> {
  const money = (amount: number): Money => ({ amount, currency });
  const sum = (of: 'accrued' | 'charged') => instalments.reduce((total, line) => total + line[of], 0);
  return {
    enabled,
    until,
    accrued: money(sum('accrued')),
    charged: money(sum('charged')),
    waived: money(waived),
    compensation: { owed: money(compensation.owed), charged: money(compensation.charged) },
    instalments: instalments.map(({ number, periods, accrued, charged }) => ({
      number,
      accrued: money(accrued),
      charged: money(charged),
      periods: periodViews(periods, currency),
    })),
  };
}

/** Periods with their amounts as Money. */
const periodViews = (periods: readonly InterestPeriod[], currency: string) =>
  periods.map((period) => ({
    ...period,
    principal: { amount: period.principal, currency },
    interest: { amount: period.interest, currency },
  }));
