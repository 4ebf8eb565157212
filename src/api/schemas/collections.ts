import { z } from 'zod';
import {
  bankCollectionMethods,
  bankCollectionStates,
} from '../../modules/bank-collections/rules/bank-collection.ts';
import { day, externalId, positiveMoney, reason, shown } from './fields.ts';

/** What the bank reports about the collection of an instalment. */
export const collectionMove = z
  .strictObject({
    state: z.enum(bankCollectionStates).meta({
      description:
        '`credited` is subject to collection and settles nothing; `paid` books a payment; `cancelled`: the customer transfers the money instead.',
    }),
    on: day.optional().meta({
      description:
        'The bank’s day. If not given: today; for `paid` at the first presentation, the due date if it has passed.',
    }),
    method: z
      .enum(bankCollectionMethods)
      .optional()
      .meta({ description: 'If not given, as before; or else by the terms, or riba.' }),
    paymentId: externalId
      .optional()
      .meta({ description: 'The id of the payment that is booked; required for `paid`.' }),
    amount: positiveMoney.optional().meta({ description: 'For `paid`: all that is open if not given.' }),
    confirmed: z.boolean().optional().meta({
      description: 'For `paid`: the bank will not return it, although the period for returns is not over.',
    }),
    fee: z
      .union([positiveMoney, z.enum(['policy', 'none'])], 'Give an amount, "policy" or "none".')
      .optional()
      .meta({
        description:
          'For `unpaid`: the fee that the customer is charged; by the receipts policy if not given.',
      }),
    reason: reason.optional(),
  })
  .meta({
    id: 'CollectionMove',
    example: { state: 'planned', method: 'riba', reason: 'Goes to the bank with the next batch.' },
  });

export const collection = z
  .object({
    orderId: shown.orderId,
    instalment: z.int(),
    state: z.enum(bankCollectionStates),
    method: z.enum(bankCollectionMethods),
    stateOn: shown.day,
    presentations: z.int().meta({ description: 'How often it was presented to the bank.' }),
    paymentId: shown.paymentId.nullable().meta({ description: 'The latest payment.' }),
    actor: shown.actor,
    updatedAt: shown.instant,
  })
  .meta({ id: 'Collection' });

export const collectionList = z.object({ items: z.array(collection) });
