import { z } from 'zod';
import { plainMoney } from '../../kernel/money.ts';
import { percentUnits } from '../../kernel/percent.ts';
import { startsHalfYear } from '../../modules/interest/rules/half-year.ts';
import { countriesWithLaw } from '../../modules/interest/rules/laws.ts';
import { defaultLateInterest } from '../../modules/settings/rules/defaults.ts';
import { country, day, money, moneyOrZero, positiveMoney, reason, shown } from './fields.ts';

/** Higher rates are refused: somebody forgot the point, such as "215" for 2.15 percent. */
const MOST_PERCENT = 30;

/** A rate in percent, as text so that no digit is lost. The ECB's main rate has never been below zero. */
const rate = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,4})?$/, 'Give a rate as text with a point, such as "2.15", not negative.')
  .refine(
    (text) => percentUnits(text) <= percentUnits(`${MOST_PERCENT}`),
    `Give at most ${MOST_PERCENT} percent.`,
  )
  .meta({ example: '2.15' });

const referenceRates = z
  .array(
    z.strictObject({
      from: day
        .refine(startsHalfYear, 'Give the start of a half-year: 1 January or 1 July.')
        .meta({ example: '2027-01-01' }),
      percent: rate,
    }),
  )
  .max(500)
  .superRefine((rates, context) => {
    for (const [index, { from }] of rates.entries())
      if (rates.findIndex((other) => other.from === from) < index)
        context.addIssue({
          code: 'custom',
          path: [index, 'from'],
          message: 'This half-year already has a rate: leave out one of the two.',
        });
  })
  .meta({ description: 'Override the published rates of their half-years, or add to them.' });

export const lateInterestPolicy = z
  .strictObject({
    enabled: z.boolean().default(defaultLateInterest.enabled).meta({ description: 'Whether it is charged.' }),
    country: country
      .refine(
        (code) => countriesWithLaw.includes(code),
        `Give a country whose law is supported: ${countriesWithLaw.join(', ')}.`,
      )
      .nullable()
      .default(defaultLateInterest.country)
      .meta({ description: 'Whose law applies; null: the country of the settings.' }),
    marginPercent: rate.nullable().default(defaultLateInterest.marginPercent).meta({
      description: 'Agreed percentage points above the reference rate; null: those of the law.',
    }),
    compensation: moneyOrZero
      .default(defaultLateInterest.compensation)
      .meta({ description: 'Once for each overdue invoice; 0 for none.' }),
    referenceRates: referenceRates.default([]),
  })
  .meta({
    example: {
      enabled: true,
      country: 'IT',
      marginPercent: null,
      compensation: { amount: 4_000, currency: 'EUR' },
      referenceRates: [{ from: '2025-07-01', percent: '2.15' }],
    },
  });

const excluded = z
  .strictObject({ from: day, to: day.nullable().default(null), amount: positiveMoney.optional() })
  .refine(({ from, to }) => to === null || from <= to, {
    path: ['to'],
    message: 'Give `from` or a later day.',
  })
  .meta({
    description: 'Days on which nothing accrues on `amount` of the principal, or on all of it if not given.',
  });

export const interestPreviewBody = z
  .strictObject({
    principal: positiveMoney,
    dueOn: day.meta({ description: 'The legal due day, already moved off holidays; it does not count.' }),
    paidOn: day.meta({ description: 'When the rest was paid; this day counts.' }),
    country,
    payments: z
      .array(z.strictObject({ on: day, amount: positiveMoney }))
      .max(500)
      .default([])
      .meta({ description: 'Part payments up to `paidOn`, in any order.' }),
    excluded: z.array(excluded).max(100).default([]),
    agrifood: z.boolean().default(false),
    concludedOn: day.optional().meta({ description: 'The day of the contract; the due day if not given.' }),
  })
  .superRefine(({ principal, dueOn, paidOn, payments, excluded, concludedOn }, context) => {
    const wrong = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const foreign = `The principal is in ${principal.currency}: give this in the same currency.`;
    let paid = 0;
    for (const [index, { on, amount }] of payments.entries()) {
      if (amount.currency !== principal.currency) {
        wrong(['payments', index, 'amount', 'currency'], foreign);
        continue;
      }
      if (on > paidOn)
        wrong(['payments', index, 'on'], `This is after paidOn, ${paidOn}: leave out later payments.`);
      paid += amount.amount;
      if (paid > principal.amount)
        wrong(
          ['payments', index, 'amount'],
          `Up to here the payments sum to ${plainMoney({ ...principal, amount: paid })}, more than the principal of ${plainMoney(principal)}.`,
        );
    }
    for (const [index, { amount }] of excluded.entries())
      if (amount && amount.currency !== principal.currency)
        wrong(['excluded', index, 'amount', 'currency'], foreign);
    if (concludedOn !== undefined && concludedOn > dueOn)
      wrong(['concludedOn'], `This is after the due day, ${dueOn}: give an earlier day.`);
  })
  .meta({
    example: {
      principal: { amount: 122_000, currency: 'EUR' },
      dueOn: '2025-09-01',
      paidOn: '2025-12-15',
      country: 'IT',
      payments: [{ on: '2025-10-15', amount: { amount: 22_000, currency: 'EUR' } }],
      excluded: [{ from: '2025-11-01', to: '2025-11-15', amount: { amount: 10_000, currency: 'EUR' } }],
      agrifood: false,
      concludedOn: '2025-08-01',
    },
  });

export const interestPeriod = z.object({
  from: shown.day,
  to: shown.day,
  days: z.int(),
  ratePercent: z.string().meta({ example: '10.15' }),
  principal: money,
  interest: money,
});

export const interestPreview = z.object({
  interest: money,
  compensation: money,
  periods: z
    .array(interestPeriod)
    .meta({ description: '`from` and `to` are included; empty if nothing is late.' }),
});

export const ratesQuery = z.strictObject({
  country: country.meta({ description: 'Whose law applies, by ISO 3166-1.' }),
});
export const referenceRateList = z.object({
  items: z.array(
    z.object({ from: shown.day, percent: z.string().meta({ example: '2.15' }), source: z.string() }),
  ),
});

export const newInterest = z
  .strictObject({
    until: day.optional().meta({ description: 'The last day that counts; today if not given.' }),
    reason: reason.optional(),
  })
  .meta({
    id: 'NewInterestCharge',
    example: { until: '2026-01-15', reason: 'The third reminder was not answered.' },
  });

export const newWaiver = z
  .strictObject({
    amount: positiveMoney.optional().meta({ description: 'All that was charged if not given.' }),
    reason,
  })
  .meta({
    id: 'NewWaiver',
    example: { amount: { amount: 800, currency: 'EUR' }, reason: 'The bank had made a mistake.' },
  });

export const orderInterest = z
  .object({
    enabled: z.boolean().meta({ description: 'Whether the merchant charges late interest.' }),
    until: shown.day,
    accrued: money,
    charged: money,
    waived: money,
    compensation: z.object({ owed: money, charged: money }),
    instalments: z.array(
      z.object({
        number: z.int(),
        accrued: money,
        charged: money,
        periods: z.array(interestPeriod),
      }),
    ),
  })
  .meta({ id: 'OrderInterest' });
