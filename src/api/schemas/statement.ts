import { z } from 'zod';
import { entryKinds } from '../../modules/ledger/rules/entry.ts';
import { currency, day, money, optionalParameter, shown } from './fields.ts';

export const statementQuery = z.strictObject({
  from: optionalParameter(day, 'The first day, `YYYY-MM-DD`; 1 January of the last day’s year if not given.'),
  to: optionalParameter(day, 'The last day, `YYYY-MM-DD` in the merchant’s time zone; today if not given.'),
  currency: optionalParameter(currency, 'By ISO 4217; that of the customer’s account if not given.'),
});

export const statement = z
  .object({
    customerId: shown.customerId,
    name: shown.company,
    vatNumber: shown.vatNumber.nullable(),
    currency: shown.currency,
    from: shown.day,
    to: shown.day,
    openingBalance: money.meta({ description: 'Owed less credit held, before the first day.' }),
    lines: z.array(
      z.object({
        entryId: z.int(),
        bookedAt: shown.instant,
        bookedOn: shown.day,
        valueOn: shown.day.meta({
          description: 'The day on which the entry counts: for money, when it was received or refunded.',
        }),
        document: shown.orderNumber.nullable().meta({
          description: 'The order’s invoice if it has exactly one, else its number, else its id.',
        }),
        orderId: shown.orderId.nullable(),
        instalment: z.int().nullable(),
        account: z.enum(['receivable', 'unapplied']),
        kind: z.enum(entryKinds),
        debit: money,
        credit: money,
        balance: money,
      }),
    ),
    closingBalance: money.meta({ description: 'The open items less the unapplied credit.' }),
    asOf: shown.day.meta({ description: 'The items are those open at the end of this day: `to`, or today.' }),
    openItems: z.array(
      z.object({
        document: shown.orderNumber,
        orderId: shown.orderId,
        instalment: z.int(),
        dueOn: shown.day.nullable().meta({ description: 'null while it is provisional.' }),
        daysLate: z.int(),
        amount: money.meta({ description: 'The whole instalment.' }),
        outstanding: money,
      }),
    ),
    outstanding: money,
    overdue: money,
    unapplied: money.meta({ description: 'Credit that the merchant holds for the customer.' }),
    accruedInterest: money.nullable().meta({
      description:
        'Late interest up to `asOf` that is not charged yet and not in the balance; null if it cannot be calculated because a reference rate is missing.',
    }),
  })
  .meta({ id: 'Statement' });
