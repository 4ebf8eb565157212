import { z } from 'zod';
import { ageingBuckets } from '../../modules/reports/rules/ageing.ts';
import { currency, day, integerParameter, money, optionalParameter, shown } from './fields.ts';

/** Ten years: as long as accounts are kept (art. 2220 of the Italian civil code). */
const MAX_PERIOD_DAYS = 3_653;

export const reportQuery = {
  asOf: optionalParameter(
    day,
    'The day at whose end the figures hold, `YYYY-MM-DD` in the merchant’s time zone; today if not given.',
  ),
  currency: optionalParameter(currency, 'By ISO 4217; the merchant’s if not given.'),
};

export const periodQuery = {
  ...reportQuery,
  days: integerParameter(1, MAX_PERIOD_DAYS)
    .optional()
    .transform((given) => given ?? 90)
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: MAX_PERIOD_DAYS,
      default: 90,
      description: 'How many days the period has; `asOf` is its last.',
    }),
};

const buckets = Object.fromEntries([...ageingBuckets, 'total'].map((name) => [name, money]));
const moment = { asOf: shown.day, currency: shown.currency };
const period = { ...moment, from: shown.day, days: z.int() };

export const ageingReport = z
  .object({
    ...moment,
    totals: z.object(buckets),
    items: z.array(z.object({ customerId: shown.customerId, name: shown.company, ...buckets })).meta({
      description: 'Customers who owe something, by their ids.',
    }),
  })
  .meta({ id: 'Ageing' });

export const dsoReport = z
  .object({
    ...period,
    dso: z
      .number()
      .nullable()
      .meta({ description: 'receivables ÷ sales × days, to a tenth; null where nothing was sold.' }),
    receivables: money.meta({ description: 'What is owed at the end of the period.' }),
    sales: money.meta({
      description:
        'Charged and amended in the period, less cancellations, credit notes and what is kept back (split payment, withheld tax); with VAT, as receivables are.',
    }),
  })
  .meta({ id: 'DaysSalesOutstanding' });

const late = {
  paid: money,
  averageDaysLate: z.number().meta({ description: 'Weighted by the amounts, to a tenth; in time is 0.' }),
};

export const daysLateReport = z
  .object({
    ...period,
    overall: z.object(late).nullable().meta({ description: 'Null where nothing was paid in the period.' }),
    items: z.array(z.object({ customerId: shown.customerId, name: shown.company, ...late })),
  })
  .meta({ id: 'AverageDaysLate' });

export const expectedCashReport = z
  .object({
    ...moment,
    overdue: money,
    weeks: z.array(
      z.object({
        week: z.string().meta({ example: '2027-W09', description: 'ISO 8601' }),
        from: shown.day,
        to: shown.day,
        amount: money,
      }),
    ),
    provisional: money.meta({ description: 'Without a final due date yet.' }),
    total: money,
  })
  .meta({ id: 'ExpectedCash' });
