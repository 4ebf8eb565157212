import { z } from 'zod';
import type { EligibilityPolicy } from '../../modules/eligibility/rules/policy.ts';
import type { Condition, Rule } from '../../modules/eligibility/rules/rules.ts';
import {
  areDistinct,
  category,
  country,
  externalId,
  line,
  moneyOrZero,
  positiveMoney,
  termsCode,
} from './fields.ts';

/** The members that are not undefined. */
const present = <T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;

const someOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(1_000);

const distinct = <Item extends z.ZodType<string>>(item: Item) =>
  someOf(item).refine(areDistinct, 'Give each only once.');

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
          message: 'This is about VIES: give "register": "required" with it, or leave it out.',
        });
  });

/** Conditions that can be checked before the order is known. */
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
        ? 'A set is chosen by the customer, not by the order: put this rule into `rules`.'
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
const creditLimit = moneyOrZero.meta({
  description: 'The limit of customers who have no limit of their own.',
});
const tolerance = moneyOrZero
  .optional()
  .meta({ description: 'How far an order may exceed the limit; zero if not given.' });

/** Fills in the tolerance, and refuses one in a currency other than the limit's. */
function withTolerance<Given extends { creditLimit: Amount; tolerance?: Amount | undefined }>(
  given: Given,
  context: z.RefinementCtx,
) {
  const { creditLimit, tolerance = { ...creditLimit, amount: 0 } } = given;
  if (creditLimit.currency !== tolerance.currency)
    context.addIssue({
      code: 'custom',
      path: ['tolerance', 'currency'],
      message: 'Give the tolerance in the currency of the limit.',
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
      .meta({ description: 'The set applies to customers who meet all of these; if empty, to everybody.' }),
    rules: rules.default([]),
    creditLimit,
    tolerance,
    terms: z
      .array(termsCode)
      .min(1)
      .max(50)
      .refine(areDistinct, 'Give each code only once.')
      .optional()
      .meta({ description: 'Codes that may be chosen, the default first; all if not given.' }),
    dunning: termsCode.optional().meta({ description: 'A plan of the dunning policy.' }),
  })
  .transform(withTolerance)
  .meta({ id: 'RuleSet' });

/** One list of rules for all customers, or an ordered list of sets. The first set that a customer meets decides. */
export const eligibilityPolicy: z.ZodType<EligibilityPolicy> = z
  .strictObject({
    rules: rules.optional(),
    creditLimit: creditLimit.optional(),
    tolerance,
    sets: z
      .array(ruleSet)
      .min(1)
      .max(50)
      .optional()
      .meta({ description: 'Instead of the other fields; the first set that a customer meets decides.' }),
  })
  .transform(({ rules, creditLimit, tolerance, sets }, context): EligibilityPolicy => {
    const wrong = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (sets) {
      for (const [name, given] of Object.entries({ rules, creditLimit, tolerance }))
        if (given !== undefined) wrong(name, 'Each set has its own: leave this out if you give `sets`.');
      return { sets: sets.map(({ terms, dunning, ...set }) => ({ ...set, ...present({ terms, dunning }) })) };
    }
    if (!rules) wrong('rules', 'Give rules and creditLimit, or sets.');
    if (!creditLimit) wrong('creditLimit', 'Give rules and creditLimit, or sets.');
    if (!rules || !creditLimit) return z.NEVER;
    return withTolerance({ rules, creditLimit, tolerance }, context);
  })
  .meta({
    example: {
      rules: [
        { rule: 'vatNumber' },
        { rule: 'minOrders', orders: 3 },
        { rule: 'minTurnover', turnover: { amount: 100_000, currency: 'EUR' } },
        { rule: 'maxDaysPastDue', days: 30 },
        { rule: 'maxAmount', amount: { amount: 500_000, currency: 'EUR' } },
      ],
      creditLimit: { amount: 1_000_000, currency: 'EUR' },
      tolerance: { amount: 50_000, currency: 'EUR' },
    },
  });
