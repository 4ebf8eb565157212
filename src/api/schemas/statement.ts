import { z } from 'zod';
import { entryKinds } from '../../domain/ledger/entry.ts';
import { currency, day, money } from './fields.ts';

export const statementQuery = z.strictObject({
  from: day
    .optional()
    .meta({ description: 'The first day; without it the first of January of the last day’s year.' }),
  to: day.optional().meta({ description: 'The last day, in the merchant’s time zone; today if not given.' }),
  currency: currency.optional().meta({ description: 'The one of the customer’s account if not given.' }),
});

export const statement = z
  .object({
    customerId: z.string(),
    name: z.string(),
    vatNumber: z.string().nullable(),
    currency: z.string(),
    from: z.string(),
    to: z.string(),
    openingBalance: money.meta({ description: 'Owed less credit held, before the first day.' }),
    lines: z.array(
      z.object({
        entryId: z.int(),
        bookedAt: z.string(),
        bookedOn: z.string(),
        valueOn: z.string().nullable().meta({ description: 'When the money was received or refunded.' }),
        document: z.string().nullable().meta({
          description: 'The order’s invoice where it has exactly one, else its number, else its id.',
        }),
        orderId: z.string().nullable(),
        instalment: z.int().nullable(),
        account: z.enum(['receivable', 'unapplied']),
        kind: z.enum(entryKinds),
        debit: money,
        credit: money,
        balance: money,
      }),
    ),
    closingBalance: money.meta({ description: 'The open items less the unapplied credit.' }),
    asOf: z.string().meta({ description: 'The day at whose end the items are open: `to`, or today.' }),
    openItems: z.array(
      z.object({
        document: z.string(),
        orderId: z.string(),
        instalment: z.int(),
        dueOn: z.string().nullable().meta({ description: 'Null while it is provisional.' }),
        daysLate: z.int(),
        amount: money.meta({ description: 'Of the whole instalment.' }),
        outstanding: money,
      }),
    ),
    outstanding: money,
    overdue: money,
    unapplied: money.meta({ description: 'Credit that the merchant holds for the customer.' }),
    accruedInterest: money.nullable().meta({
      description:
        'Late interest by `asOf` that was not charged yet, and is not in the balance; null where it cannot be told, because a reference rate is missing.',
    }),
  })
  .meta({ id: 'Statement' });
