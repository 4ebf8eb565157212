import { z } from 'zod';
import { disputeOutcomes, disputeReasons } from '../../modules/dunning/rules/disputes.ts';
import { MAX_PROMISE_DAYS, promiseStates } from '../../modules/dunning/rules/promises.ts';
import { reminderModes } from '../../modules/dunning/rules/reminder-modes.ts';
import {
  areDistinct,
  day,
  externalId,
  instant,
  line,
  money,
  optionalParameter,
  positiveMoney,
  reason,
  shown,
} from './fields.ts';

const note = line(1_000);
const orderIds = z
  .array(externalId)
  .min(1)
  .max(500)
  .refine(areDistinct, 'Name each order once.')
  .meta({ description: 'All orders of the customer, those placed later included, if not given.' });
const shownOrders = z.array(shown.orderId).nullable().meta({ description: 'null: all orders.' });
const shownDay = shown.day.meta({ example: '2026-12-10' });

/** The body of a call that ends something: it may be empty. */
export const mayHaveReason = z
  .strictObject({ reason: reason.optional() })
  .optional()
  .meta({ example: { reason: 'The customer called.' } });

export const newHold = z
  .strictObject({
    holdId: externalId.meta({
      description: 'Repeating the same request with the same id changes nothing.',
    }),
    reason,
    until: day.optional().meta({
      description: 'The last day, in the merchant’s time zone; until it is released if not given.',
    }),
    orderIds: orderIds.optional(),
  })
  .meta({
    id: 'NewHold',
    example: { holdId: 'hold-1', reason: 'The goods are being looked at.', until: '2099-12-31' },
  });

export const hold = z
  .object({
    holdId: shown.holdId,
    customerId: shown.customerId,
    orderIds: shownOrders,
    reason: shown.reason,
    until: shownDay.nullable().meta({ description: 'The last day of the hold; null: until it is released.' }),
    placedBy: shown.actor,
    placedAt: shown.instant,
    releasedBy: shown.actor.nullable(),
    releasedAt: shown.instant.nullable(),
  })
  .meta({ id: 'Hold' });
export const holdList = z.object({ items: z.array(hold) });

const promisedBy = z.union(
  [day, instant],
  'Give a day such as 2027-01-31; for orders on terms of seconds, an instant such as 2027-01-31T09:00:00Z.',
);

export const newPromise = z
  .strictObject({
    promiseId: externalId.meta({
      description: 'Repeating the same request with the same id changes nothing.',
    }),
    by: promisedBy.meta({
      description: `The day by which the customer pays, in the merchant’s time zone; at most ${MAX_PROMISE_DAYS} days ahead. Or an instant, if \`orderIds\` names only orders on terms of seconds (\`elapsed\`).`,
      example: '2026-12-10',
    }),
    amount: positiveMoney.optional().meta({ description: 'All that is due by then if not given.' }),
    orderIds: orderIds.optional(),
    note: note.optional().meta({ description: 'Kept in the history.' }),
  })
  .meta({
    id: 'NewPromise',
    example: {
      promiseId: 'promise-1',
      by: '2026-12-10',
      amount: { amount: 122_000, currency: 'EUR' },
      note: 'Their payment run is on Thursday.',
    },
  });

export const promiseState = z.enum(promiseStates);
export const promiseQuery = z.strictObject({
  state: optionalParameter(promiseState, 'Only promises in this state.'),
});

export const paymentPromise = z
  .object({
    promiseId: shown.promiseId,
    customerId: shown.customerId,
    by: z.string().meta({
      example: '2026-12-10',
      description: 'The promised day, in the merchant’s time zone; the instant, if one was promised.',
    }),
    amount: money.nullable().meta({ description: 'null: all that is due by then.' }),
    orderIds: shownOrders,
    covers: z
      .array(money)
      .meta({ description: 'What it came to when it was made, by currency: it is judged by this.' }),
    note: z.string().meta({ example: 'Their payment run is on Thursday.' }).nullable(),
    state: promiseState,
    madeBy: shown.actor,
    madeAt: shown.instant,
    decidedAt: shown.instant
      .nullable()
      .meta({ description: 'When it was kept, broken or withdrawn; null while it is open.' }),
  })
  .meta({ id: 'PaymentPromise' });
export const promiseList = z.object({ items: z.array(paymentPromise) });

const disputeReason = z.enum(disputeReasons);

export const newDispute = z
  .strictObject({
    disputeId: externalId.meta({
      description: 'Repeating the same request with the same id changes nothing.',
    }),
    reason: disputeReason,
    amount: positiveMoney.optional().meta({ description: 'All of the order if not given.' }),
    note: note.optional().meta({ description: 'Kept in the history.' }),
  })
  .meta({
    id: 'NewDispute',
    example: {
      disputeId: 'dispute-1',
      reason: 'goods-missing-or-faulty',
      amount: { amount: 12_200, currency: 'EUR' },
      note: 'One parcel was damaged.',
    },
  });

export const disputeResolution = z
  .strictObject({
    outcome: z.enum(disputeOutcomes).meta({
      description:
        '`upheld`: the customer was right, and what is disputed is not asked for any more. `rejected`: it is asked for as if it had never been disputed.',
    }),
    creditNoteId: externalId.optional().meta({
      description: 'The credit note of an upheld dispute; it can be given later, by the same call.',
    }),
  })
  .refine(({ outcome, creditNoteId }) => outcome === 'upheld' || creditNoteId === undefined, {
    path: ['creditNoteId'],
    error: 'A rejected dispute has no credit note.',
  })
  .meta({ id: 'DisputeResolution', example: { outcome: 'upheld' } });

export const dispute = z
  .object({
    disputeId: shown.disputeId,
    orderId: shown.orderId,
    customerId: shown.customerId,
    reason: disputeReason,
    amount: money.nullable().meta({ description: 'null: all of the order.' }),
    note: z.string().meta({ example: 'One parcel was damaged.' }).nullable(),
    openedBy: shown.actor,
    openedAt: shown.instant,
    outcome: z.enum(disputeOutcomes).nullable().meta({ description: 'null while it is open.' }),
    creditNoteId: z.string().nullable(),
    resolvedBy: shown.actor.nullable(),
    resolvedAt: shown.instant.nullable(),
  })
  .meta({ id: 'Dispute' });
export const disputeList = z.object({ items: z.array(dispute) });

const mode = z.enum(reminderModes).meta({
  description:
    '`automatic`: reminders leave by themselves. `approve`: a person approves each letter. `never`: none leaves.',
});

export const newReminderMode = z.strictObject({ mode, reason }).meta({
  id: 'NewReminderMode',
  example: { mode: 'approve', reason: 'Our largest customer: we look at each letter.' },
});

export const reminderMode = z
  .object({
    mode,
    reason: shown.reason.nullable().meta({ description: 'null, as the others: nobody has decided it.' }),
    actor: shown.actor.nullable(),
    at: shown.instant.nullable(),
  })
  .meta({ id: 'ReminderMode' });
