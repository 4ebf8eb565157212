import { z } from 'zod';
import { changes } from '../../modules/eligibility/rules/compare.ts';
import { check } from './eligibility.ts';
import { eligibilityPolicy } from './eligibility-policy.ts';
import { category, money, page, positiveMoney, shown } from './fields.ts';

export const simulationBody = z
  .strictObject({
    policy: eligibilityPolicy,
    order: z
      .strictObject({ total: positiveMoney, categories: z.array(category).max(100).optional() })
      .optional()
      .meta({ description: 'Without it the rules about the order itself are left out.' }),
  })
  .meta({
    example: {
      policy: eligibilityPolicy.meta()?.example,
      order: { total: { amount: 122_000, currency: 'EUR' }, categories: ['tools'] },
    },
  });

const side = z.object({
  eligible: z.boolean(),
  set: z.string().meta({ example: 'Trade' }).nullable().meta({ description: 'The rule set that decides.' }),
  limit: money,
  terms: z.array(shown.termsCode).nullable().meta({ description: 'null: all that the merchant offers.' }),
  failed: z.array(check).meta({ description: 'The checks that did not pass.' }),
});

export const simulation = page(
  z
    .object({
      customerId: shown.customerId,
      name: shown.company,
      change: z.enum(changes),
      before: side,
      after: side,
    })
    .meta({ id: 'SimulatedChange' }),
).extend({
  currentVersion: z.int(),
  totals: z
    .object({
      customers: z.int(),
      eligibleBefore: z.int(),
      eligibleAfter: z.int(),
      gains: z.int(),
      loses: z.int(),
      limitRaised: z.int(),
      limitLowered: z.int(),
      termsChanged: z.int(),
    })
    .nullable()
    .meta({ description: 'Totals over all customers; on the first page only.' }),
});
