import { z } from 'zod';
import {
  currency,
  externalId,
  instant,
  line,
  money,
  moneyOrZero,
  positiveMoney,
  reason,
  signedMoney,
} from './fields.ts';

export const credit = z.object({
  limit: money,
  exposure: money.meta({ description: 'Open balances and reservations.' }),
  unapplied: money.meta({ description: 'Money received that pays no order.' }),
  available: money,
  warning: z
    .enum(['near-limit', 'over-limit'])
    .optional()
    .meta({ description: '`near-limit` from 80 % of the limit on; not there below.' }),
});

const raiseOrNone = z
  .object({ limit: money, until: z.string() })
  .nullable()
  .meta({ description: 'In force now.' });

/** A customer's account in one currency. */
export const account = credit.extend({
  ownLimit: money.nullable().meta({ description: 'null: the policy’s limit applies.' }),
  ownTolerance: money.nullable().meta({ description: 'null: the policy’s tolerance applies.' }),
  raise: raiseOrNone,
});

const accountCurrency = currency
  .optional()
  .meta({ description: 'Of which account, where no amount says it; else the customer’s usual one.' });

export const creditBody = z.strictObject({
  limit: moneyOrZero.nullable().meta({
    description: 'null gives it back to the policy. In a currency without an account it opens one.',
  }),
  currency: accountCurrency,
  tolerance: moneyOrZero.nullable().optional().meta({
    description:
      'How far over the limit an order may reach; null takes the policy’s, left out it stays. In the limit’s currency.',
  }),
  reason: reason.optional(),
});

export const raiseBody = z.strictObject({
  raise: z
    .strictObject({ limit: positiveMoney, until: instant })
    .nullable()
    .meta({ description: 'null ends the raise.' }),
  currency: accountCurrency,
  reason,
});

export const adjustmentBody = z.strictObject({
  adjustmentId: externalId,
  amount: signedMoney.meta({ description: '+ is more credit held for the customer, − is less.' }),
  reason,
});

export const groupMembershipBody = z.strictObject({
  groupId: externalId.nullable().meta({ description: 'null takes the customer out.' }),
  reason,
});

const MAX_LIMITS = 50;

export const creditGroupBody = z.strictObject({
  name: line(200),
  limits: z
    .array(moneyOrZero)
    .max(MAX_LIMITS)
    .refine(
      (limits) => new Set(limits.map((limit) => limit.currency)).size === limits.length,
      'Each currency occurs once.',
    )
    .meta({ description: 'In a currency without one only the customers’ own limits hold.' }),
});

export const creditGroup = z
  .object({
    groupId: externalId,
    name: z.string(),
    limits: z.array(money),
    members: z.array(z.string()).meta({ description: 'Ids of the customers.' }),
    used: z.array(money).meta({
      description:
        'Open balances and reservations of all members without their unapplied credit, by currency.',
    }),
    available: z.array(money).meta({ description: 'In the currencies of the limits.' }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'CreditGroup', description: 'Companies that share a limit.' });
export type CreditGroupView = z.infer<typeof creditGroup>;

const changed = { at: z.string(), actor: z.string(), reason: z.string().nullable() };
const limitOrNone = money.nullable().meta({ description: 'null: the policy’s.' });

export const creditHistory = z.object({
  items: z.array(
    z
      .discriminatedUnion('kind', [
        z.object({
          kind: z.literal('limit'),
          ...changed,
          currency: z.string(),
          before: limitOrNone,
          after: limitOrNone,
          tolerance: z
            .object({ before: limitOrNone, after: limitOrNone })
            .optional()
            .meta({ description: 'Where it was set as well.' }),
        }),
        z.object({
          kind: z.literal('raise'),
          ...changed,
          currency: z.string(),
          before: raiseOrNone,
          after: raiseOrNone,
        }),
        z.object({ kind: z.literal('adjustment'), ...changed, adjustmentId: z.string(), amount: money }),
        z.object({
          kind: z.literal('group'),
          ...changed,
          before: z.string().nullable(),
          after: z.string().nullable(),
        }),
      ])
      .meta({ id: 'LimitChange' }),
  ),
});
export type CreditHistory = z.infer<typeof creditHistory>;
