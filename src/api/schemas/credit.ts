import { z } from 'zod';
import {
  currency,
  examples,
  externalId,
  instant,
  line,
  money,
  moneyOrZero,
  positiveMoney,
  reason,
  shown,
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
    .meta({ description: '`near-limit` from 80 % of the limit on; missing below.' }),
});

const raiseOrNone = z
  .object({ limit: money, until: shown.day })
  .nullable()
  .meta({ description: 'In force now.' });

/** A customer's account in one currency. */
export const account = credit.extend({
  ownLimit: money.nullable().meta({ description: 'null: the policy’s limit applies.' }),
  ownTolerance: money.nullable().meta({ description: 'null: the policy’s tolerance applies.' }),
  raise: raiseOrNone,
});

const accountCurrency = currency.optional().meta({
  description: 'The account’s currency, if no amount names it; otherwise the customer’s usual one.',
});

export const creditBody = z
  .strictObject({
    limit: moneyOrZero.nullable().meta({
      description:
        'null: the policy’s limit applies again. A limit in a currency without an account opens one.',
    }),
    currency: accountCurrency,
    tolerance: moneyOrZero.nullable().optional().meta({
      description:
        'How far an order may exceed the limit, in the limit’s currency; null: the policy’s applies; left out: it stays.',
    }),
    reason: reason.optional(),
  })
  .meta({
    example: {
      limit: { amount: 1_500_000, currency: 'EUR' },
      currency: 'EUR',
      tolerance: { amount: 50_000, currency: 'EUR' },
      reason: 'Pays on time for years.',
    },
  });

export const raiseBody = z
  .strictObject({
    raise: z
      .strictObject({ limit: positiveMoney, until: instant })
      .nullable()
      .meta({ description: 'null ends the raise.' }),
    currency: accountCurrency,
    reason,
  })
  .meta({
    example: {
      raise: { limit: { amount: 3_000_000, currency: 'EUR' }, until: '2030-12-31T23:00:00Z' },
      currency: 'EUR',
      reason: 'A large order for the season.',
    },
  });

export const adjustmentBody = z
  .strictObject({
    adjustmentId: externalId,
    amount: signedMoney.meta({
      description: 'Positive: more credit is held for the customer; negative: less.',
    }),
    reason,
  })
  .meta({
    example: {
      adjustmentId: 'adjustment-1',
      amount: { amount: 50_000, currency: 'EUR' },
      reason: 'Taken over from the old system.',
    },
  });

export const groupMembershipBody = z
  .strictObject({
    groupId: externalId.nullable().meta({ description: 'null takes the customer out of their group.' }),
    reason,
  })
  .meta({ example: { groupId: 'hofmann-group', reason: 'Belongs to the holding.' } });

const MAX_LIMITS = 50;

export const creditGroupBody = z
  .strictObject({
    name: line(200),
    limits: z
      .array(moneyOrZero)
      .max(MAX_LIMITS)
      .refine(
        (limits) => new Set(limits.map((limit) => limit.currency)).size === limits.length,
        'Give each currency only once.',
      )
      .meta({ description: 'In a currency that is not listed only the customers’ own limits apply.' }),
  })
  .meta({ example: { name: 'Hofmann Holding', limits: [{ amount: 2_000_000, currency: 'EUR' }] } });

export const creditGroup = z
  .object({
    groupId: externalId.meta({ example: examples.groupId }),
    name: z.string().meta({ example: 'Hofmann Holding' }),
    limits: z.array(money),
    members: z.array(shown.customerId).meta({ description: 'Ids of the customers.' }),
    used: z.array(money).meta({
      description: 'Open balances and reservations of all members less their unapplied credit, by currency.',
    }),
    available: z.array(money).meta({ description: 'In the currencies of the limits.' }),
    createdAt: shown.instant,
    updatedAt: shown.instant,
  })
  .meta({ id: 'CreditGroup', description: 'Companies that share a limit.' });
export type CreditGroupView = z.infer<typeof creditGroup>;

const changed = { at: shown.instant, actor: shown.actor, reason: shown.reason.nullable() };
const limitOrNone = money.nullable().meta({ description: 'null: the policy’s applied.' });

export const creditHistory = z.object({
  items: z.array(
    z
      .discriminatedUnion('kind', [
        z.object({
          kind: z.literal('limit'),
          ...changed,
          currency: shown.currency,
          before: limitOrNone,
          after: limitOrNone,
          tolerance: z
            .object({ before: limitOrNone, after: limitOrNone })
            .optional()
            .meta({ description: 'Present if it was set with the limit.' }),
        }),
        z.object({
          kind: z.literal('raise'),
          ...changed,
          currency: shown.currency,
          before: raiseOrNone,
          after: raiseOrNone,
        }),
        z.object({
          kind: z.literal('adjustment'),
          ...changed,
          adjustmentId: z.string().meta({ example: 'adjustment-1' }),
          amount: money,
        }),
        z.object({
          kind: z.literal('group'),
          ...changed,
          before: z.string().meta({ example: 'hofmann-group' }).nullable(),
          after: z.string().meta({ example: 'hofmann-group' }).nullable(),
        }),
      ])
      .meta({ id: 'LimitChange' }),
  ),
});
export type CreditHistory = z.infer<typeof creditHistory>;
