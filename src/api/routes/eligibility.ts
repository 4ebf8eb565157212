import { z } from 'zod';
import { NettermsError } from '../../kernel/errors.ts';
import { MAX_AMOUNT, type Money } from '../../kernel/money.ts';
import { findInCurrency } from '../../modules/credit/accounts.ts';
import { findCustomer, unknownCustomer } from '../../modules/customers/tables.ts';
import { applicantOfOne, momentOf } from '../../modules/eligibility/applicants.ts';
import { TOTALS_AN_HOUR } from '../../modules/eligibility/asked-totals.ts';
import { creditOf } from '../../modules/eligibility/rules/credit.ts';
import { buyerMessage, decide } from '../../modules/eligibility/rules/decide.ts';
import { offeredTerms, rulesOf, termsCodesOf } from '../../modules/eligibility/rules/policy.ts';
import { mayAskForTerms } from '../../modules/eligibility/rules/standing.ts';
import { activePolicies } from '../../modules/settings/tables.ts';
import type { DueContext } from '../../modules/terms/rules/due-dates.ts';
import { offerOf } from '../../modules/terms/rules/offer.ts';
import type { Regime } from '../../modules/terms/rules/regime.ts';
import { labelFor, type NamedTerms } from '../../modules/terms/rules/terms.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { askTotal } from '../asked-totals.ts';
import { holds } from '../auth.ts';
import { checksFor, offerView } from '../eligibility-views.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { eligibility } from '../schemas/eligibility.ts';
import { category, currency, integerParameter, optionalParameter } from '../schemas/fields.ts';

/** Names separated by commas. */
const categories = z
  .string()
  .max(10_000)
  .transform((text) => text.split(','))
  .pipe(z.array(category).max(100))
  .optional()
  .transform((given) => given ?? [])
  .meta({
    type: 'string',
    description: 'Categories of the products, separated by commas; none if not given.',
    example: 'tools,paint',
  });

/** Whether a customer may buy on terms now, and on which. */
export function eligibilityEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/eligibility',
      operationId: 'checkEligibility',
      tag: 'Checkout',
      summary: 'Ask whether a customer may buy for an amount on terms, and on which ones',
      scopes: ['storefront', 'read'],
      query: z
        .strictObject({
          amount: integerParameter(1, MAX_AMOUNT).meta({
            description: `The total of the planned order, in minor units (cents for EUR). Without the scope read, a key may ask about ${TOTALS_AN_HOUR} different totals of a customer within an hour (429 \`too-many-totals\`, with \`Retry-After\`).`,
            example: 122_000,
          }),
          currency: currency.meta({ description: 'Of the amount, by ISO 4217.' }),
          categories,
          regime: optionalParameter(
            z.literal('agrifood'),
            'The law that limits the payment term of the goods: `agrifood` for food, with `perishable`.',
          ),
          perishable: optionalParameter(
            z.enum(['true', 'false']),
            'With `regime`: whether the food is perishable.',
          ),
        })
        .refine(({ regime, perishable }) => (regime === undefined) === (perishable === undefined), {
          path: ['perishable'],
          message:
            'Give regime=agrifood together with perishable=true or perishable=false, or leave both out.',
        }),
      answer: eligibility,
      handle: async ({ params: { customerId }, query: { regime: kind, perishable, ...asked }, key, now }) => {
        const [known, policies] = await Promise.all([findCustomer(sql, customerId), activePolicies(sql)]);
        const usual = known ?? unknownCustomer(customerId);
        const total = { amount: asked.amount, currency: asked.currency };
        await askTotal(sql, key, { customerId, total, now });
        const customer = (await findInCurrency(sql, usual, asked.currency)) ?? usual;
        const { locale } = customer;
        const policy = policies.eligibility.body;
        const settings = policies.settings.body;
        const applicant = await applicantOfOne(sql, customer, rulesOf(policy), momentOf(settings, now));
        const offered = offeredTerms(policies.terms.body, termsCodesOf(applicant, policy));
        const { eligible, checks } = decide(applicant, policy, { ...asked, termsCode: offered.defaultCode });
        const regime = kind ? { kind, perishable: perishable === 'true' } : null;
        const { closedMonths, closures } = customer;
        const context = { placedAt: now, settings, closedMonths, closures, regime };
        const offers = offered.terms.flatMap((terms) => offersOf(terms, total, context, locale));
        return {
          body: {
            eligible,
            buyerMessage: buyerMessage(eligible, locale),
            mayAskForTerms: !eligible && mayAskForTerms(applicant.privilege),
            offers: eligible ? offers : [],
            checks: checksFor(key, checks),
            ...(holds(key, 'read') ? { credit: creditOf(applicant, policy) } : {}),
          },
        };
      },
    }),
  ];
}

/** The offer of these terms; empty if they do not fit the order. */
function offersOf(
  terms: NamedTerms,
  total: Money,
  context: DueContext & { regime: Regime | null },
  locale: string,
) {
  try {
    const offer = offerView(offerOf(terms, { ...context, total }), total);
    return [{ termsCode: terms.code, label: labelFor(terms.label, locale), ...offer }];
  } catch (error) {
    if (error instanceof NettermsError && error.code === 'terms-not-applicable') return [];
    throw error;
  }
}
