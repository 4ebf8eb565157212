import { z } from 'zod';
import type { Policies } from '../../modules/settings/tables.ts';
import { dunningPolicy } from './dunning.ts';
import { eligibilityPolicy } from './eligibility-policy.ts';
import { shown } from './fields.ts';
import { lateInterestPolicy } from './interest.ts';
import { receiptsPolicy } from './receipts.ts';
import { settings } from './settings.ts';
import { termsPolicy } from './terms.ts';

/** The policies as they are sent; parsing turns them into the domain's types. */
export const policyBodies: { [Kind in Exclude<keyof Policies, 'settings'>]: z.ZodType<Policies[Kind]> } = {
  eligibility: eligibilityPolicy,
  terms: termsPolicy,
  dunning: dunningPolicy,
  'late-interest': lateInterestPolicy,
  receipts: receiptsPolicy,
};
export const settingsBody: z.ZodType<Policies['settings']> = settings;

export const baseVersion = z
  .int()
  .min(0)
  .max(1_000_000)
  .meta({ description: 'The version that you have read; 0 if none was set.' });

/** The version of a document, as the API returns it. */
export const versioned = {
  version: z.int(),
  updatedAt: shown.instant.nullable(),
  updatedBy: shown.actor.nullable(),
};

/** Where two versions differ. */
export const differenceList = z.array(
  z
    .object({
      pointer: z.string().meta({ example: '/creditLimit/amount' }),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    })
    .meta({
      id: 'Difference',
      description: '`before` or `after` is left out if that version has nothing there.',
    }),
);

export const policyVersionParameter = z
  .string()
  .regex(/^\d{1,7}$/, 'Give a version number of up to seven digits.')
  .transform(Number);
