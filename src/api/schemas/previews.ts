import { z } from 'zod';
import { discountOffer, dueAmounts } from './eligibility.ts';
import { day, externalId, positiveMoney, termsCode } from './fields.ts';
import { regime } from './order.ts';
import { terms } from './terms.ts';

const order = {
  placedOn: day,
  total: positiveMoney,
  customerId: externalId.optional(),
  regime: regime.optional(),
};

export const termsPreviewBody = z.strictObject({ terms, ...order });
export const termsPreview = z.object({
  instalments: dueAmounts,
  discount: discountOffer.optional(),
  warnings: z.array(z.string()),
});

export const dunningPreviewBody = z
  .strictObject({ terms: terms.optional(), termsCode: termsCode.optional(), ...order })
  .refine(
    (body) => (body.terms === undefined) !== (body.termsCode === undefined),
    'Give either terms or termsCode.',
  );

export const dunningPreview = z.object({
  steps: z.array(
    z.object({
      key: z.string(),
      at: z.string(),
      kind: z.enum(['remind', 'overdue', 'expire']),
      level: z.int().nullable(),
    }),
  ),
});
