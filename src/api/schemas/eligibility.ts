import { z } from 'zod';
import { eligibleCustomer } from './answer-examples.ts';
import { credit } from './credit.ts';
import { money, shown } from './fields.ts';
import { collection } from './terms.ts';

export const check = z
  .object({
    rule: z.string().meta({ example: 'minOrders' }),
    passed: z.boolean(),
    actual: z.string().meta({ example: '6' }).optional(),
    required: z.string().meta({ example: '3' }).optional(),
    message: z.string().meta({ example: '6 orders so far.' }).optional(),
  })
  .meta({ id: 'Check', description: '`actual`, `required` and `message` with the scope read only.' });

/** An early-payment discount, as offers, previews and orders show it. */
export const discountOffer = z
  .object({
    percent: z.string().meta({ example: '2' }),
    until: shown.day.meta({ description: 'The last day of the discount.' }),
    amount: money,
    payable: money.meta({ description: 'The total less the discount.' }),
  })
  .meta({ id: 'DiscountOffer' });

export const dueAmounts = z.array(
  z.object({
    dueOn: shown.day,
    amount: money,
    provisional: z.literal(true).optional().meta({
      description:
        'The due date counts from an event that has not happened yet; missing if the date is final.',
    }),
    collection,
  }),
);

export const eligibility = z
  .object({
    eligible: z.boolean(),
    buyerMessage: z
      .string()
      .meta({ example: 'You can pay for this order on account.' })
      .meta({ description: 'For the buyer, in the customer’s language.' }),
    mayAskForTerms: z
      .boolean()
      .meta({ description: 'Refused, but `POST …/terms-requests` can ask an admin for terms.' }),
    offers: z
      .array(
        z.object({
          termsCode: shown.termsCode,
          label: z.string().meta({ example: 'Net 30 days' }),
          instalments: dueAmounts,
          discount: discountOffer.optional(),
        }),
      )
      .meta({ description: 'Terms that do not fit an order of this amount, or have ended, are left out.' }),
    checks: z.array(check),
    credit: credit.optional().meta({ description: 'With the scope read only.' }),
  })
  .meta({
    id: 'Eligibility',
    description: '`credit`, and `actual`, `required` and `message` of the checks, with the scope read only.',
    example: eligibleCustomer,
  });

export const decline = z
  .object({
    declineId: z.int(),
    orderId: shown.orderId.meta({ description: 'The id can be used again.' }),
    customerId: shown.customerId,
    total: money,
    eligibilityVersion: z.int(),
    checks: z.array(check),
    declinedAt: shown.instant,
  })
  .meta({ id: 'Decline' });
