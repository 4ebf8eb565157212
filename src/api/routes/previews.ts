import { chooseTerms } from '../../db/checkout.ts';
import type { Sql } from '../../db/client.ts';
import { findCustomer, unknownCustomer } from '../../db/customers.ts';
import { activePolicies } from '../../db/policies.ts';
import { timeOn } from '../../domain/calendar.ts';
import { planReminders } from '../../domain/dunning.ts';
import { instalmentsOf } from '../../domain/terms.ts';
import { termsWarnings } from '../../domain/terms-warnings.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { dunningPreview, dunningPreviewBody, termsPreview, termsPreviewBody } from '../schemas/previews.ts';
import { dueAmountsOf } from './eligibility.ts';

const tag = 'Policies';

/** What would be, by the very code that the checkout uses. An order of a day counts as placed at its first moment. */
export function previewEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  async function requireCustomer(id: string | undefined): Promise<void> {
    if (id !== undefined && !(await findCustomer(sql, id))) unknownCustomer(id);
  }

  return [
    endpoint({
      method: 'post',
      path: '/terms/preview',
      tag,
      summary: 'See when an order on such terms would be due',
      scopes: ['read'],
      body: termsPreviewBody,
      answer: termsPreview,
      handle: async ({ body: { terms, placedOn, total, customerId } }) => {
        await requireCustomer(customerId);
        const zone = (await activePolicies(sql)).settings.body.timeZone;
        const instalments = instalmentsOf(terms, { placedAt: timeOn(placedOn, '00:00', zone), total, zone });
        return {
          body: {
            instalments: dueAmountsOf(instalments, total),
            warnings: termsWarnings(placedOn, instalments),
          },
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/policies/dunning/preview',
      tag,
      summary: 'See when an order’s reminders would leave, the earliest where they are spread',
      scopes: ['read'],
      body: dunningPreviewBody,
      answer: dunningPreview,
      handle: async ({ body: { termsCode = null, placedOn, total, customerId, ...given } }) => {
        await requireCustomer(customerId);
        const policies = await activePolicies(sql);
        const { timeZone: zone, country } = policies.settings.body;
        const terms = given.terms ?? chooseTerms(policies.terms.body, termsCode);
        const placedAt = timeOn(placedOn, '00:00', zone);
        const instalments = instalmentsOf(terms, { placedAt, total, zone });
        const plan = planReminders(policies.dunning.body, {
          termsCode,
          instalments,
          placedAt,
          country,
          spreadKey: null,
        });
        return { body: { steps: plan.map(({ key, at, kind, level }) => ({ key, at, kind, level })) } };
      },
    }),
  ];
}
