import { z } from 'zod';
import { askedKinds } from '../../modules/dunning/ask-for-letter.ts';
import { ignorableReasons, skipReasons, waitReasons } from '../../modules/dunning/rules/item-guards.ts';
import { letterKinds } from '../../modules/dunning/rules/letter-kinds.ts';
import { mailStates } from '../../modules/mail/tables.ts';
import { readCursor } from '../cursor.ts';
import {
  areDistinct,
  email,
  externalId,
  instant,
  letterId,
  limit,
  locale,
  money,
  ofCustomer,
  optionalParameter,
  page,
  shown,
} from './fields.ts';

export const letterKind = z.enum(letterKinds).meta({
  description:
    'A reminder is `due-soon`, `overdue`, `final` or `returned` (`reminder` until it is composed); the others are `confirmation`, `settled`, `cancelled`, `demand`.',
  example: 'confirmation',
});
export const letterState = z.enum(mailStates).meta({
  description:
    'held: waits for a person; queued: about to be sent; sending: not yet known whether it arrived; unknown: that was never known; withdrawn: not needed any more.',
  example: 'queued',
});
const shownDay = shown.day.nullable();
const shownInstant = shown.instant.nullable();

const summary = z.object({
  letterId: shown.letterId,
  customerId: shown.customerId,
  orderId: shown.orderId.nullable().meta({ description: 'null: it is about several orders.' }),
  kind: letterKind,
  tone: z.string().nullable().meta({
    description: 'Of a reminder; null until it is composed.',
    example: 'overdue-1',
  }),
  state: letterState,
  why: z.string().nullable().meta({
    description: 'Why it failed or was withdrawn, or what it is held for.',
    example: null,
  }),
  subject: z.string().nullable().meta({
    description: 'null until it is composed, in the moment in which it leaves.',
    example: 'Your order SO-1001',
  }),
  recipients: z.array(z.string()).meta({ example: ['buchhaltung@hofmann-werkzeuge.example'] }),
  attempts: z.int().meta({ example: 1 }),
  lastError: z.string().nullable().meta({ example: null }),
  queuedAt: shown.instant,
  composedAt: shownInstant,
  sentAt: shownInstant,
  payBy: shownDay.meta({ description: 'The deadline that it names.' }),
  reference: z.string().nullable().meta({ description: 'The payment reference that it names.' }),
  approvedBy: shown.actor.nullable(),
  approvedAt: shownInstant,
  copyOf: shown.letterId.nullable().meta({ description: 'The letter that was sent again.' }),
});
export const letterSummary = summary.meta({ id: 'LetterSummary' });

const item = z.object({
  orderId: shown.orderId,
  instalment: z.int().meta({ example: 1 }),
  tone: z.string().meta({ example: 'overdue-1' }),
  asked: money,
});
const step = z.object({
  orderId: shown.orderId,
  step: z.string().meta({ description: 'The key of the step.', example: '1/P5D' }),
  instalment: z.int().meta({ example: 1 }),
  tone: z.string().nullable().meta({ example: 'overdue-1' }),
  plannedAt: shown.instant,
  state: z.enum(['planned', 'waiting', 'in_letter', 'done']),
  outcome: z.enum(['sent', 'skipped', 'failed', 'unknown']).nullable(),
});

export const letter = summary
  .extend({
    text: z.string().nullable(),
    html: z.string().nullable(),
    items: z.array(item).meta({ description: 'What it asks for, as it was composed.' }),
    steps: z.array(step).meta({ description: 'The steps whose outcome is the letter’s.' }),
    copies: z.array(shown.letterId).meta({ description: 'The letters with which it was sent again.' }),
  })
  .meta({ id: 'Letter' });

export const lettersQuery = z.strictObject({
  state: optionalParameter(letterState, 'Only letters in this state.'),
  customerId: ofCustomer,
  kind: optionalParameter(letterKind, 'Only letters of this kind.'),
  limit,
  cursor: readCursor(z.strictObject({ queuedAt: instant, letterId })),
});

export const plannedQuery = z.strictObject({
  until: optionalParameter(
    instant,
    'What is looked at up to this instant; in the next seven days if not given.',
  ),
  customerId: ofCustomer,
  limit,
  cursor: readCursor(
    z.strictObject({ at: instant.nullable(), letterId: letterId.nullable(), customerId: externalId }),
  ),
});
export const plannedLetter = z
  .object({
    customerId: shown.customerId,
    customerName: shown.company,
    at: shownInstant.meta({
      description: 'When it is looked at; null: once something has happened, or now.',
    }),
    letterId: z.string().nullable().meta({ description: 'The letter that it is in already.', example: null }),
    steps: z.array(
      z.object({
        orderId: shown.orderId,
        step: z.string().meta({ description: 'The key of the step.', example: '1/P5D' }),
        instalment: z.int().meta({ example: 1 }),
        tone: z.string().meta({ example: 'overdue-1' }),
        plannedAt: shown.instant,
        waitsFor: z.string().nullable().meta({ example: 'interval' }),
        outstanding: money,
      }),
    ),
  })
  .meta({ id: 'PlannedLetter' });

export const plannedLetters = page(plannedLetter).extend({
  receiptsOld: z
    .object({
      through: shown.day,
      firstLetterAt: shownInstant.meta({ description: 'When the first of these letters is looked at.' }),
    })
    .nullable()
    .meta({
      description:
        'Only a warning: some of these letters say that a payment is late, but receipts were entered only up to `through`.',
    }),
});

/** What a person may decide not to wait for. */
export const ignorable = z.enum(ignorableReasons).meta({ example: 'window' });
export const askedKind = z.enum(askedKinds);

export const hindrance = z.object({
  reason: z.enum([...waitReasons, ...skipReasons, 'not-due']).meta({ example: 'interval' }),
  until: shown.instant.nullable().meta({ description: 'null: until something happens.' }),
  orderId: shown.orderId.optional().meta({ description: 'Not given: it is about the customer.' }),
  instalment: z.int().optional().meta({ example: 1 }),
});

export const previewQuery = z.strictObject({
  kind: optionalParameter(
    askedKind,
    'The letter that could be sent by hand about what is overdue, or not due yet; if not given, the one that would leave by the schedule.',
  ),
  ignore: optionalParameter(
    z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(ignorable)),
    'Reasons, separated by commas, for which the letter does not wait; only with `kind`.',
  ),
  at: optionalParameter(instant, 'At this instant; now if not given.'),
  locale: optionalParameter(locale, 'In this language; in the customer’s if not given.'),
});

export const letterPreview = z
  .union([
    z.object({
      wouldSend: z.literal(true),
      tone: z.string().meta({ example: 'overdue-1' }),
      needsApproval: z.boolean().meta({ description: 'It would wait for a person’s approval first.' }),
      subject: z.string(),
      text: z.string(),
      html: z.string(),
      recipients: z.array(z.string()),
      items: z.array(item),
      totals: z.array(money),
      payBy: shownDay,
    }),
    z.object({ wouldSend: z.literal(false), because: z.array(hindrance) }),
  ])
  .meta({ id: 'LetterPreview' });

export const newLetter = z
  .strictObject({
    letterRequestId: externalId.meta({
      description: 'Repeating the same request with the same id finds the same letter.',
    }),
    kind: askedKind
      .optional()
      .meta({ description: 'What is overdue, if not given; or what is not due yet.' }),
    ignore: z
      .array(ignorable)
      .max(ignorableReasons.length)
      .refine(areDistinct, 'Name each reason once.')
      .optional()
      .meta({ description: 'What the letter does not wait for.' }),
  })
  .meta({ id: 'NewLetter', example: { letterRequestId: 'letter-1', kind: 'due-soon', ignore: ['window'] } });

export const resending = z
  .strictObject({
    to: email.optional().meta({ description: 'To where such a letter goes now, if not given.' }),
    confirm: z.boolean().optional().meta({
      description: 'Send it although something was paid or disputed since.',
    }),
  })
  .optional()
  .meta({ id: 'LetterResending', example: { to: 'buchhaltung@hofmann-werkzeuge.example' } });
