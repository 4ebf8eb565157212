import { z } from 'zod';
import { discountOffer, dueAmounts } from './eligibility.ts';
import { day, externalId, positiveMoney, shown, termsCode } from './fields.ts';
import { regime } from './order.ts';
import { terms } from './terms.ts';

const order = {
  placedOn: day,
  total: positiveMoney,
  customerId: externalId.optional(),
  regime: regime.optional(),
};

export const termsPreviewBody = z.strictObject({ terms, ...order }).meta({
  example: {
    terms: { kind: 'endOfMonth', days: 60, convention: 'monthsThenMonthEnd', nonBusinessDays: 'next' },
    placedOn: '2026-01-15',
    total: { amount: 122_000, currency: 'EUR' },
    customerId: 'hofmann-werkzeuge',
  },
});
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
  )
  .meta({
    example: {
      termsCode: 'net30',
      placedOn: '2026-01-15',
      total: { amount: 122_000, currency: 'EUR' },
      customerId: 'hofmann-werkzeuge',
    },
  });

export const dunningPreview = z.object({
  steps: z.array(
    z.object({
      key: z.string().meta({ example: '1/P7D' }),
      at: shown.instant,
      kind: z.enum(['remind', 'overdue', 'returned', 'decide']),
      level: z.int().nullable(),
      tone: z.string().nullable().meta({ example: 'overdue-1' }),
    }),
  ),
});
