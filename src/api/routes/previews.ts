import { timeOn } from '../../kernel/calendar.ts';
import { findCustomer, unknownCustomer } from '../../modules/customers/tables.ts';
import { planSteps } from '../../modules/dunning/rules/plan.ts';
import { applicantOfOne, momentOf } from '../../modules/eligibility/applicants.ts';
import { conditionsOf, setFor } from '../../modules/eligibility/rules/policy.ts';
import { chooseTerms } from '../../modules/ordering/checkout.ts';
import { type ActivePolicies, activePolicies } from '../../modules/settings/tables.ts';
import type { Closed } from '../../modules/terms/rules/closures.ts';
import { offerOf } from '../../modules/terms/rules/offer.ts';
import { termsWarnings } from '../../modules/terms/rules/terms-warnings.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { offerView } from '../eligibility-views.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { dunningPreview, dunningPreviewBody, termsPreview, termsPreviewBody } from '../schemas/previews.ts';

const tag = 'Policies';

/** Previews, made by the same code as the checkout. An order of a day counts as placed at the start of that day. */
export function previewEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  async function closedFor(id: string | undefined): Promise<Closed> {
    if (id === undefined) return { closedMonths: [], closures: [] };
    const { closedMonths, closures } = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    return { closedMonths, closures };
  }

  /** The reminder plan that the customer's rule set names for their orders; null if it names none. */
  async function planFor(
    id: string | undefined,
    { eligibility, settings }: ActivePolicies,
    now: string,
  ): Promise<string | null> {
    if (id === undefined) return null;
    const customer = (await findCustomer(sql, id)) ?? unknownCustomer(id);
    const conditions = conditionsOf(eligibility.body);
    const moment = momentOf(settings.body, now);
    const applicant = await applicantOfOne(sql, customer, conditions, moment);
    return setFor(applicant, eligibility.body)?.dunning ?? null;
  }

  return [
    endpoint({
      method: 'post',
      path: '/terms/preview',
      operationId: 'previewTerms',
      tag,
      summary: 'See when an order on given terms would be due',
      scopes: ['read'],
      body: termsPreviewBody,
      answer: termsPreview,
      handle: async ({ body: { terms, placedOn, total, customerId, regime } }) => {
        const closed = await closedFor(customerId);
        const settings = (await activePolicies(sql)).settings.body;
        const placedAt = timeOn(placedOn, '00:00', settings.timeZone);
        const offer = offerOf(terms, { placedAt, total, settings, ...closed, regime });
        return {
          body: { ...offerView(offer, total), warnings: termsWarnings(placedOn, offer.instalments) },
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/policies/dunning/preview',
      operationId: 'previewReminders',
      tag,
      summary: 'See when the reminders of an order would be sent, at the earliest if they are spread',
      scopes: ['read'],
      body: dunningPreviewBody,
      answer: dunningPreview,
      handle: async ({ body: { termsCode = null, placedOn, total, customerId, regime, ...given }, now }) => {
        const closed = await closedFor(customerId);
        const policies = await activePolicies(sql);
        const ofSet = await planFor(customerId, policies, now);
        const settings = policies.settings.body;
        const terms = given.terms ?? chooseTerms(policies.terms.body, termsCode);
        const placedAt = timeOn(placedOn, '00:00', settings.timeZone);
        const { instalments } = offerOf(terms, { placedAt, total, settings, ...closed, regime });
        const plan = planSteps(policies.dunning.body, {
          termsCode: ofSet ?? termsCode,
          instalments,
          from: placedAt,
          country: settings.country,
          spreadKey: null,
        });
        const steps = plan.map(({ key, at, kind, level, tone }) => ({ key, at, kind, level, tone }));
        return { body: { steps } };
      },
    }),
  ];
}
