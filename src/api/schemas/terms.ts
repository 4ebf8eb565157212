import { z } from 'zod';
import { percentUnits } from '../../kernel/percent.ts';
import {
  baseDays,
  endOfMonthConventions,
  type InstalmentLine,
  MAX_DAYS,
  MAX_MONTHS,
  type NamedTerms,
  paymentMeans,
  type Terms,
  type TermsPolicy,
} from '../../modules/terms/rules/terms.ts';
import { day, duration, line, positiveMoney, termsCode } from './fields.ts';

const days = z.int().min(0).max(MAX_DAYS).meta({ example: 30 });

/** Above zero, up to `most` percent, as text so that no digit is lost. */
const percent = (most: number) =>
  z
    .string()
    .regex(/^\d{1,3}(\.\d{1,4})?$/, 'Give a percentage as text, such as "30" or "33.33".')
    .refine((text) => percentUnits(text) > 0, 'Give a percentage of more than zero.')
    .refine((text) => percentUnits(text) <= percentUnits(`${most}`), `Give at most ${most} percent.`)
    .meta({ example: '30' });

const nonBusinessDays = z.enum(['keep', 'next']).optional().meta({
  description: '`next` moves a due date off Sundays and public holidays; `keep` if not given.',
});
const dayOfMonth = z.int().min(1).max(31).meta({ example: 25 });
const paymentDays = z
  .array(dayOfMonth)
  .min(1)
  .max(10)
  .refine((days) => new Set(days).size === days.length, 'Give each day only once.')
  .optional()
  .meta({
    description: 'Days of the month on which the customer pays: a due date moves to the next of them.',
    example: [10, 25],
  });
const cutOffDay = dayOfMonth.optional().meta({
  description:
    'What is placed after this day of a month counts as placed on the first day of the next month.',
});
const discount = z
  .strictObject({
    percent: percent(99).meta({ example: '2' }),
    withinDays: days.meta({ example: 10 }),
  })
  .optional()
  .meta({ description: 'A discount for paying the whole order early; booked when it is earned.' });

const from = z.enum(baseDays).optional().meta({
  description:
    'The event from which due dates count; until it happens they are provisional. `placed` if not given.',
});
/** How an instalment is paid. */
export const collection = z
  .enum(paymentMeans)
  .optional()
  .meta({ description: 'How it is paid; `transfer` if not given.' });

/** Additional members next to those of a kind. */
type ExtraMembers = Readonly<Record<string, z.ZodType>>;

/** The kinds that give one due date, each with the additional members. */
const dueRules = (more: ExtraMembers) => {
  const extra = { ...more, nonBusinessDays, from };
  const moving = { ...extra, paymentDays };
  return [
    z.strictObject({ kind: z.literal('net'), days, ...moving }),
    z.strictObject({ kind: z.literal('months'), months: z.int().min(1).max(MAX_MONTHS), ...moving }),
    z
      .strictObject({
        kind: z.literal('endOfMonth'),
        days,
        convention: z.enum(endOfMonthConventions),
        plusDays: days.optional(),
        cutOffDay,
        ...moving,
      })
      .refine(({ convention, days }) => convention !== 'monthsThenMonthEnd' || Number(days) % 30 === 0, {
        path: ['days'],
        message: 'monthsThenMonthEnd counts in months: give a multiple of 30.',
      }),
    z.strictObject({
      kind: z.literal('dayOfMonth'),
      day: dayOfMonth,
      months: z.int().min(0).max(MAX_MONTHS),
      cutOffDay,
      ...moving,
    }),
    z.strictObject({
      kind: z.literal('fixed'),
      on: day,
      ...extra,
      from: z.literal('placed', 'A fixed day does not count from an event: leave out `from`.').optional(),
    }),
    z.strictObject({ kind: z.literal('elapsed'), duration, ...extra }),
  ] as const;
};

const lineTerms = z
  .discriminatedUnion('kind', dueRules({}), {
    error: ({ code }) =>
      code === 'invalid_union'
        ? 'A line has one due date: use net, months, endOfMonth, dayOfMonth, fixed or elapsed.'
        : undefined,
  })
  .meta({ id: 'DueRule' });

const instalmentLine = z
  .strictObject({
    percent: percent(100).optional(),
    amount: positiveMoney.optional(),
    remainder: z.literal(true).optional(),
    terms: lineTerms,
    collection,
  })
  .refine(
    ({ percent, amount, remainder }) =>
      [percent, amount, remainder].filter((share) => share !== undefined).length === 1,
    'Give exactly one of percent, amount and remainder.',
  )
  .meta({ id: 'InstalmentLine' }) as unknown as z.ZodType<InstalmentLine>;

const instalments = (more: ExtraMembers) =>
  z.strictObject({
    kind: z.literal('instalments'),
    lines: z
      .array(instalmentLine)
      .min(1)
      .max(36)
      .refine(
        (lines) => lines.filter((given) => 'remainder' in given && given.remainder).length === 1,
        'Give `remainder` on exactly one line.',
      )
      .refine(
        (lines) =>
          lines.reduce((sum, given) => sum + ('percent' in given ? percentUnits(given.percent) : 0), 0) <
          percentUnits('100'),
        'Give percentages that sum to less than 100, so that something is left for the remainder.',
      ),
    ...more,
    nonBusinessDays,
    paymentDays,
    from,
  });

/** All kinds of terms, each with the additional members. */
const termsWith = (more: ExtraMembers) => {
  const extra = { ...more, discount, collection };
  return z.discriminatedUnion('kind', [...dueRules(extra), instalments(extra)]).refine(discountIsEarly, {
    path: ['discount', 'withinDays'],
    message: 'The discount would end after the due date: give fewer days.',
  });
};

/** Checked if the due date follows from the terms alone; otherwise the last due date ends the discount. */
function discountIsEarly(given: object): boolean {
  const { kind, days, discount } = given as {
    kind: string;
    days?: number;
    discount?: { withinDays: number };
  };
  return kind !== 'net' || discount === undefined || discount.withinDays <= days!;
}

/** Terms without a code, as previews take them. */
export const terms = termsWith({}).meta({ id: 'Terms' }) as unknown as z.ZodType<Terms>;

const label = z.union(
  [line(200), z.strictObject({ en: line(200), it: line(200) })],
  'Give a text, or one for each language: {en, it}.',
);
const namedTerms = termsWith({ code: termsCode, label }).meta({
  id: 'NamedTerms',
}) as unknown as z.ZodType<NamedTerms>;

/** The terms of an order, with the label in English. */
export const orderTerms = termsWith({
  code: z.string().meta({ example: 'net30' }),
  label: z.string().meta({ example: 'Net 30 days' }),
}).meta({
  id: 'OrderTerms',
}) as unknown as z.ZodType<Terms & { code: string; label: string }>;

export const termsPolicy: z.ZodType<TermsPolicy> = z
  .strictObject({
    terms: z
      .array(namedTerms)
      .min(1)
      .max(50)
      .refine(
        (list) => new Set(list.map(({ code }) => code)).size === list.length,
        'Give each code only once.',
      ),
    defaultCode: termsCode,
  })
  .refine(({ terms, defaultCode }) => terms.some(({ code }) => code === defaultCode), {
    path: ['defaultCode'],
    message: 'None of the terms has this code: give the code of one of them.',
  })
  .meta({
    example: {
      terms: [
        {
          code: 'net30',
          label: { en: 'Net 30 days', it: 'Pagamento a 30 giorni' },
          kind: 'net',
          days: 30,
          nonBusinessDays: 'next',
          discount: { percent: '2', withinDays: 10 },
        },
        { code: 'net60', label: { en: 'Net 60 days', it: 'Pagamento a 60 giorni' }, kind: 'net', days: 60 },
        {
          code: 'eom30',
          label: { en: '30 days, end of month', it: '30 giorni fine mese' },
          kind: 'endOfMonth',
          days: 30,
          convention: 'monthsThenMonthEnd',
          collection: 'riba',
        },
        {
          code: 'deposit',
          label: {
            en: '30 % deposit, the rest in two instalments',
            it: 'Acconto del 30 %, saldo in due rate',
          },
          kind: 'instalments',
          lines: [
            { percent: '30', terms: { kind: 'net', days: 0 } },
            { percent: '35', terms: { kind: 'net', days: 30 } },
            { remainder: true, terms: { kind: 'net', days: 60 } },
          ],
        },
        {
          code: 'demo',
          label: { en: '60 seconds, for trying things out', it: '60 secondi, per provare' },
          kind: 'elapsed',
          duration: 'PT60S',
        },
      ],
      defaultCode: 'net30',
    },
  });
