import { z } from 'zod';
import type { Policies } from '../../db/policies.ts';
import { isRegion } from '../../domain/calendar.ts';
import { defaultDunning, defaultSettings } from '../../domain/defaults.ts';
import { reminderTemplates } from '../../domain/dunning.ts';
import { changes } from '../../domain/eligibility/compare.ts';
import type { EligibilityPolicy } from '../../domain/eligibility/policy.ts';
import type { Condition, Rule } from '../../domain/eligibility/rules.ts';
import { isIban } from '../../domain/iban.ts';
import { checkVatNumber } from '../../domain/vat.ts';
import { check } from './eligibility.ts';
import {
  category,
  country,
  currency,
  duration,
  email,
  externalId,
  line,
  money,
  moneyOrZero,
  offset,
  page,
  positiveMoney,
  termsCode,
  timeZone,
} from './fields.ts';
import { lateInterestPolicy } from './interest.ts';
import { receiptsPolicy } from './receipts.ts';
import { termsPolicy } from './terms.ts';

/** The members that are there. */
const present = <T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;

const someOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(1_000);

const distinct = <Item extends z.ZodType<string>>(item: Item) =>
  someOf(item).refine(areDistinct, 'Each occurs once.');

const withinDays = z.int().min(1).max(3_650);
const days = z.int().min(0).max(3_650);

const vatNumber = z
  .strictObject({
    rule: z.literal('vatNumber'),
    register: z.enum(['ignore', 'required']).optional(),
    unchecked: z.enum(['pass', 'fail']).optional(),
    validForDays: z.int().min(1).max(3_650).optional(),
  })
  .superRefine(({ register, unchecked, validForDays }, context) => {
    if (register === 'required') return;
    for (const [name, given] of Object.entries({ unchecked, validForDays }))
      if (given !== undefined)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'This is about VIES: give "register": "required" with it.',
        });
  });

/** What can be told of a customer before an order is known. */
const conditions = [
  vatNumber,
  z.strictObject({ rule: z.literal('groups'), anyOf: someOf(line(100)) }),
  z.strictObject({ rule: z.literal('customers'), anyOf: someOf(externalId) }),
  z.strictObject({ rule: z.literal('country'), anyOf: distinct(country) }),
  z.strictObject({ rule: z.literal('accountAge'), days: z.int().min(1).max(36_500) }),
  z.strictObject({ rule: z.literal('creditScore'), min: z.int().min(0).max(1_000_000) }),
  z.strictObject({
    rule: z.literal('minOrders'),
    orders: z.int().min(1).max(1_000_000),
    withinDays: withinDays.optional(),
  }),
  z.strictObject({
    rule: z.literal('minTurnover'),
    turnover: positiveMoney,
    withinDays: withinDays.optional(),
  }),
  z.strictObject({ rule: z.literal('maxDaysPastDue'), days, tolerance: moneyOrZero.optional() }),
  z
    .strictObject({ rule: z.literal('maxAverageDaysLate'), days, withinDays: withinDays.optional() })
    .transform((given) => ({ ...given, withinDays: given.withinDays ?? 365 })),
  z.strictObject({ rule: z.literal('maxOpenOrders'), orders: z.int().min(1).max(1_000_000) }),
] as const;

const categories = z
  .strictObject({
    rule: z.literal('categories'),
    noneOf: distinct(category).optional(),
    onlyOf: distinct(category).optional(),
  })
  .transform(({ rule, noneOf, onlyOf }, context) => {
    if (noneOf && !onlyOf) return { rule, noneOf };
    if (onlyOf && !noneOf) return { rule, onlyOf };
    context.addIssue('Give either noneOf or onlyOf.');
    return z.NEVER;
  });

const ofOrder = ['minAmount', 'maxAmount', 'categories', 'insuredLimit'];

const condition: z.ZodType<Condition> = z
  .discriminatedUnion('rule', [...conditions], {
    error: ({ input }) =>
      ofOrder.includes((input as { rule?: string } | null)?.rule ?? '')
        ? 'A set is chosen by who the customer is: put this rule into `rules`.'
        : undefined,
  })
  .meta({ id: 'Condition' });

const rule: z.ZodType<Rule> = z
  .discriminatedUnion('rule', [
    ...conditions,
    z.strictObject({ rule: z.literal('minAmount'), amount: positiveMoney }),
    z.strictObject({ rule: z.literal('maxAmount'), amount: positiveMoney }),
    z.strictObject({ rule: z.literal('insuredLimit') }),
    categories,
  ])
  .meta({ id: 'Rule' });

const rules = z.array(rule).max(50).meta({ description: 'Every rule must pass.' });
const creditLimit = moneyOrZero.meta({ description: 'Of a customer who has no limit of their own.' });
const tolerance = moneyOrZero
  .optional()
  .meta({ description: 'How far over the limit an order may reach; none if not given.' });

/** Fills the tolerance in, and refuses one in another currency than the limit's. */
function withTolerance<Given extends { creditLimit: Amount; tolerance?: Amount | undefined }>(
  given: Given,
  context: z.RefinementCtx,
) {
  const { creditLimit, tolerance = { ...creditLimit, amount: 0 } } = given;
  if (creditLimit.currency !== tolerance.currency)
    context.addIssue({
      code: 'custom',
      path: ['tolerance', 'currency'],
      message: 'Limit and tolerance are in one currency.',
    });
  return { ...given, tolerance };
}
type Amount = z.infer<typeof moneyOrZero>;

const ruleSet = z
  .strictObject({
    name: line(100),
    when: z
      .array(condition)
      .max(20)
      .default([])
      .meta({ description: 'The set decides on those who meet all of these; with none, on everybody.' }),
    rules: rules.default([]),
    creditLimit,
    tolerance,
    terms: z
      .array(termsCode)
      .min(1)
      .max(50)
      .refine(areDistinct, 'Each code occurs once.')
      .optional()
      .meta({ description: 'Codes that may be chosen, the usual one first; all if not given.' }),
    dunning: termsCode.optional().meta({ description: 'A plan of the dunning policy.' }),
  })
  .transform(withTolerance)
  .meta({ id: 'RuleSet' });

/** One list of rules for all, or an ordered list of sets, of which the first that a customer meets decides. */
const eligibility: z.ZodType<EligibilityPolicy> = z
  .strictObject({
    rules: rules.optional(),
    creditLimit: creditLimit.optional(),
    tolerance,
    sets: z
      .array(ruleSet)
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'Instead of the other fields; the first that a customer meets decides.' }),
  })
  .transform(({ rules, creditLimit, tolerance, sets }, context): EligibilityPolicy => {
    const wrong = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (sets) {
      for (const [name, given] of Object.entries({ rules, creditLimit, tolerance }))
        if (given !== undefined) wrong(name, 'Each set has its own: leave this out beside `sets`.');
      return { sets: sets.map(({ terms, dunning, ...set }) => ({ ...set, ...present({ terms, dunning }) })) };
    }
    if (!rules) wrong('rules', 'Give rules and creditLimit, or sets.');
    if (!creditLimit) wrong('creditLimit', 'Give rules and creditLimit, or sets.');
    if (!rules || !creditLimit) return z.NEVER;
    return withTolerance({ rules, creditLimit, tolerance }, context);
  });

const levels = z
  .array(z.strictObject({ offset, template: z.enum(reminderTemplates) }).meta({ id: 'Level' }))
  .max(20)
  .refine((list) => areDistinct(list.map((level) => level.offset)), 'Each offset occurs once.');

const dunning = z.strictObject({
  levels,
  plans: z
    .record(termsCode, levels)
    .refine((plans) => Object.keys(plans).length <= 50, 'At most 50.')
    .default({})
    .meta({ description: 'Other levels for the terms of a code.' }),
  sendTime: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'This is no time such as 09:00.')
    .default(defaultDunning.sendTime),
  timeZone: timeZone.default(defaultDunning.timeZone),
  spreadMinutes: z.int().min(0).max(720).default(defaultDunning.spreadMinutes),
  businessDays: z.boolean().default(defaultDunning.businessDays),
});

/** The merchant's settings. */
export const settings = z
  .strictObject({
    company: line(200),
    iban: z
      .string()
      .refine(isIban, 'This is no IBAN: write it in capitals without spaces, and check its digits.')
      .nullable()
      .default(null),
    vatNumber: line(30).nullable().default(null).meta({
      description:
        'The merchant’s own, for which VIES is asked; it gives consultation numbers to those it knows.',
    }),
    replyTo: email.nullable().default(null),
    timeZone: timeZone.default(defaultSettings.timeZone),
    country: country.default(defaultSettings.country),
    region: line(10).nullable().default(defaultSettings.region).meta({
      description: 'With public holidays of its own, by its code in date-holidays: 32 is Alto Adige.',
    }),
    saturdays: z
      .enum(['open', 'closed'])
      .default(defaultSettings.saturdays)
      .meta({ description: '`closed`: a due date moves off Saturdays too, where it moves off holidays.' }),
    currency: currency.default(defaultSettings.currency),
    reservationExpiresAfter: duration.default(defaultSettings.reservationExpiresAfter),
    writeOffApprovalOver: moneyOrZero.nullable().default(defaultSettings.writeOffApprovalOver).meta({
      description:
        'A write-off that brings those of its order over this waits for a second admin; null needs none.',
    }),
  })
  .refine(({ country, region }) => region === null || isRegion(country, region), {
    path: ['region'],
    message: 'The country has no region of this code.',
  })
  .superRefine(({ country, vatNumber }, context) => {
    if (vatNumber === null) return;
    const { valid, detail } = checkVatNumber(vatNumber, country);
    if (!valid) context.addIssue({ code: 'custom', path: ['vatNumber'], message: `This is ${detail}.` });
  });

/** The policies as they are written; what is read from them is the domain's. */
export const policyBodies: { [Kind in Exclude<keyof Policies, 'settings'>]: z.ZodType<Policies[Kind]> } = {
  eligibility,
  terms: termsPolicy,
  dunning,
  'late-interest': lateInterestPolicy,
  receipts: receiptsPolicy,
};
export const settingsBody: z.ZodType<Policies['settings']> = settings;

export const baseVersion = z
  .int()
  .min(0)
  .max(1_000_000)
  .meta({ description: 'The version that you have read; 0 where none was set.' });

/** A document in force, as it is answered. */
export const versioned = {
  version: z.int(),
  updatedAt: z.string().nullable(),
  updatedBy: z.string().nullable(),
};

/** Where two versions differ. */
export const differenceList = z.array(
  z
    .object({ pointer: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })
    .meta({ id: 'Difference', description: 'A side on which there is nothing is left out.' }),
);

export const policyVersionParameter = z
  .string()
  .regex(/^\d{1,7}$/, 'A version is a number.')
  .transform(Number);

export const simulationBody = z.strictObject({
  policy: eligibility,
  order: z
    .strictObject({ total: positiveMoney, categories: z.array(category).max(100).optional() })
    .optional()
    .meta({ description: 'Without it the rules that ask what is ordered are left out.' }),
});

const side = z.object({
  eligible: z.boolean(),
  set: z.string().nullable().meta({ description: 'The rule set that decides.' }),
  limit: money,
  terms: z.array(z.string()).nullable().meta({ description: 'null: all that the merchant offers.' }),
  failed: z.array(check).meta({ description: 'The checks that are not passed.' }),
});

export const simulation = page(
  z
    .object({
      customerId: z.string(),
      name: z.string(),
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
    .meta({ description: 'Of all customers; on the first page only.' }),
});

function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
