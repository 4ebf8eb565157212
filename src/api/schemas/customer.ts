import { z } from 'zod';
import { country, email, externalId, line, locale, money, moneyOrZero, reason } from './fields.ts';

const closedMonth = z
  .strictObject({ month: z.int().min(1).max(12), moveToDay: z.int().min(1).max(31) })
  .meta({ id: 'ClosedMonth' });

/** What a store says of a customer, before defaults. */
export const customerFacts = z.strictObject({
  name: line(200).meta({ description: 'The company.' }),
  email,
  locale,
  country,
  vatNumber: line(30).nullable().optional(),
  groups: z.array(line(100)).max(100).optional(),
  contacts: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,49}$/, 'A role is a word such as billing.'), email)
    .refine((contacts) => Object.keys(contacts).length <= 20, 'At most 20.')
    .optional()
    .meta({ description: 'Addresses by role; `billing` gets the letters.' }),
  stats: z
    .strictObject({
      orders: z.int().min(0).max(1_000_000_000).optional(),
      turnover: moneyOrZero.optional(),
    })
    .optional()
    .meta({ description: 'What the customer has bought so far.' }),
  closedMonths: z
    .array(closedMonth)
    .max(11, 'At least one month stays open.')
    .refine((list) => new Set(list.map(({ month }) => month)).size === list.length, 'Each month occurs once.')
    .optional()
    .meta({ description: 'What would be due in one of them is due on `moveToDay` of the following month.' }),
});
export type CustomerFactsBody = z.infer<typeof customerFacts>;

export const credit = z.object({
  limit: money,
  exposure: money.meta({ description: 'Open balances and reservations.' }),
  unapplied: money.meta({ description: 'Money received that pays no order.' }),
  available: money,
});

export const customer = z
  .object({
    customerId: externalId,
    name: z.string(),
    email: z.string(),
    locale: z.string(),
    country: z.string(),
    vatNumber: z.string().nullable(),
    groups: z.array(z.string()),
    contacts: z.record(z.string(), z.string()),
    stats: z.object({ orders: z.int(), turnover: money.nullable() }),
    closedMonths: z.array(closedMonth),
    currency: z.string().meta({ description: 'In which the account is kept.' }),
    createdAt: z.string(),
    updatedAt: z.string(),
    privilege: z
      .object({
        state: z.enum(['by_rules', 'granted', 'suspended', 'revoked']),
        reason: z.string().nullable(),
        actor: z.string().nullable(),
        at: z.string().nullable(),
      })
      .optional()
      .meta({ description: 'With the scope read.' }),
    credit: credit
      .extend({ ownLimit: money.nullable().meta({ description: 'null: the policy’s limit applies.' }) })
      .optional()
      .meta({ description: 'With the scope read.' }),
  })
  .meta({ id: 'Customer' });
export type CustomerView = z.infer<typeof customer>;

export const privilegeBody = z.strictObject({ reason });
export const revokeBody = z.strictObject({
  reason,
  openOrders: z.literal('keep').optional().meta({ description: 'Open orders go on as they were agreed.' }),
});

export const creditBody = z.strictObject({
  limit: moneyOrZero.nullable().meta({ description: 'null gives it back to the policy.' }),
  reason: reason.optional(),
});
