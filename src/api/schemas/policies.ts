import { z } from 'zod';
import type { Policies } from '../../db/policies.ts';
import { isRegion } from '../../domain/calendar.ts';
import { defaultDunning, defaultSettings } from '../../domain/defaults.ts';
import { reminderTemplates } from '../../domain/dunning.ts';
import { isIban } from '../../domain/iban.ts';
import {
  country,
  currency,
  duration,
  email,
  externalId,
  line,
  moneyOrZero,
  offset,
  positiveMoney,
  termsCode,
  timeZone,
} from './fields.ts';
import { termsPolicy } from './terms.ts';

const someOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(1_000);

const rule = z
  .discriminatedUnion('rule', [
    z.strictObject({ rule: z.literal('vatNumber') }),
    z.strictObject({ rule: z.literal('minOrders'), orders: z.int().min(1).max(1_000_000) }),
    z.strictObject({ rule: z.literal('minTurnover'), turnover: positiveMoney }),
    z.strictObject({ rule: z.literal('groups'), anyOf: someOf(line(100)) }),
    z.strictObject({ rule: z.literal('customers'), anyOf: someOf(externalId) }),
  ])
  .meta({ id: 'Rule' });

const eligibility = z
  .strictObject({
    rules: z.array(rule).max(50).meta({ description: 'Every rule must pass.' }),
    creditLimit: moneyOrZero.meta({ description: 'Of a customer who has no limit of their own.' }),
    tolerance: moneyOrZero
      .optional()
      .meta({ description: 'How far over the limit an order may reach; none if not given.' }),
  })
  .transform((policy) => ({ tolerance: { ...policy.creditLimit, amount: 0 }, ...policy }))
  .refine(({ creditLimit, tolerance }) => creditLimit.currency === tolerance.currency, {
    path: ['tolerance', 'currency'],
    message: 'Limit and tolerance are in one currency.',
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
  })
  .refine(({ country, region }) => region === null || isRegion(country, region), {
    path: ['region'],
    message: 'The country has no region of this code.',
  });

/** The policies as they are written; what is read from them is the domain's. */
export const policyBodies: { [Kind in Exclude<keyof Policies, 'settings'>]: z.ZodType<Policies[Kind]> } = {
  eligibility,
  terms: termsPolicy,
  dunning,
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

const areDistinct = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
