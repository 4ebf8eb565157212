import { applicantOfOne } from '../../db/applicants.ts';
import { chooseTerms } from '../../db/checkout.ts';
import type { Sql } from '../../db/client.ts';
import { findCustomer, unknownCustomer } from '../../db/customers.ts';
import { type ActivePolicies, activePolicies } from '../../db/policies.ts';
import { timeOn } from '../../domain/calendar.ts';
import { planReminders } from '../../domain/dunning.ts';
import { conditionsOf, setFor } from '../../domain/eligibility/policy.ts';
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

  /** The plan that the customer's rule set names for their orders; null if none does. */
  async function planFor(
    id: string | undefined,
    { eligibility, settings }: ActivePolicies,
    now: string,
  ): Promise<string | null> {
    if (id === undefined) return null;
    const customer = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    const conditions = conditionsOf(eligibility.body);
    const moment = { now, zone: settings.body.timeZone };
    const applicant = await applicantOfOne(sql, customer, conditions, moment);
    return setFor(applicant, eligibility.body)?.dunning ?? null;
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
      handle: async ({ body: { termsCode = null, placedOn, total, customerId, ...given }, now }) => {
        const policies = await activePolicies(sql);
        const ofSet = await planFor(customerId, policies, now);
        const { timeZone: zone, country } = policies.settings.body;
        const terms = given.terms ?? chooseTerms(policies.terms.body, termsCode);
        const placedAt = timeOn(placedOn, '00:00', zone);
        const instalments = instalmentsOf(terms, { placedAt, total, zone });
        const plan = planReminders(policies.dunning.body, {
          termsCode: ofSet ?? termsCode,
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
