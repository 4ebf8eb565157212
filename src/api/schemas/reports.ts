import { z } from 'zod';
import { ageingBuckets } from '../../modules/reports/rules/ageing.ts';
import { currency, day, integerParameter, money, optionalParameter, shown } from './fields.ts';

/** Ten years: the period for which accounts must be kept (art. 2220 of the Italian civil code). */
const MAX_PERIOD_DAYS = 3_653;

export const reportQuery = {
  asOf: optionalParameter(
    day,
    'The figures are those at the end of this day, `YYYY-MM-DD` in the merchant’s time zone; today if not given.',
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
      description: 'The length of the period in days; `asOf` is its last day.',
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
      .meta({ description: 'receivables ÷ sales × days, to a tenth; null if nothing was sold.' }),
    receivables: money.meta({ description: 'What is owed at the end of the period.' }),
    sales: money.meta({
      description:
        'Charges and amendments in the period, less cancellations, credit notes and withheld amounts (split payment, withheld tax); including VAT, like the receivables.',
    }),
  })
  .meta({ id: 'DaysSalesOutstanding' });

const late = {
  paid: money,
  averageDaysLate: z
    .number()
    .meta({ description: 'Weighted by the amounts, to a tenth; payments in time count as 0.' }),
};

export const daysLateReport = z
  .object({
    ...period,
    overall: z.object(late).nullable().meta({ description: 'null if nothing was paid in the period.' }),
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
    provisional: money.meta({ description: 'What has no final due date yet.' }),
    total: money,
  })
  .meta({ id: 'ExpectedCash' });
