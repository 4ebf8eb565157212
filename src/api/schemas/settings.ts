import { z } from 'zod';
import { isRegion } from '../../kernel/calendar.ts';
import { ibanProblem } from '../../modules/banking/rules/iban.ts';
import { checkVatNumber } from '../../modules/customers/rules/vat.ts';
import { defaultSettings } from '../../modules/settings/rules/defaults.ts';
import { areDistinct, country, currency, duration, email, line, moneyOrZero, timeZone } from './fields.ts';

const thresholdsProblem =
  'Give an amount of zero or more, a list of such amounts with one for each currency, or null.';

/** One amount for each currency. */
const thresholds = z
  .array(moneyOrZero)
  .min(1, 'Give an amount, or null.')
  .max(50)
  .refine(
    (given) => areDistinct(given.map(({ currency }) => currency)),
    'Give one amount for each currency.',
  );

/** The merchant's settings. */
export const settings = z
  .strictObject({
    company: line(200),
    iban: z
      .string()
      .superRefine((text, context) => {
        const problem = ibanProblem(text);
        if (problem !== null) context.addIssue({ code: 'custom', message: problem });
      })
      .nullable()
      .default(null),
    vatNumber: line(30).nullable().default(null).meta({
      description:
        'The merchant’s own VAT number. VIES is asked in its name, and gives consultation numbers only to numbers that it knows.',
    }),
    replyTo: email.nullable().default(null),
    timeZone: timeZone.default(defaultSettings.timeZone),
    country: country.default(defaultSettings.country),
    region: line(10).nullable().default(defaultSettings.region).meta({
      description: 'A region with its own public holidays, by its code in date-holidays; 32 is Alto Adige.',
    }),
    saturdays: z
      .enum(['open', 'closed'])
      .default(defaultSettings.saturdays)
      .meta({ description: '`closed`: Saturdays count as holidays, on which nothing falls due.' }),
    currency: currency.default(defaultSettings.currency),
    reservationExpiresAfter: duration.default(defaultSettings.reservationExpiresAfter),
    writeOffApprovalOver: z
      .union([moneyOrZero, thresholds], thresholdsProblem)
      .nullable()
      .default(null)
      .meta({
        description:
          'A write-off waits for a second admin if it brings the write-offs of its order above the amount of its currency, and always if its currency has no amount here; null: never. One amount, or one for each currency. A change by which fewer write-offs would wait has to be approved by a second admin itself.',
      }),
  })
  .refine(({ country, region }) => region === null || isRegion(country, region), {
    path: ['region'],
    message: 'The country has no region with this code: correct it, or give null.',
  })
  .superRefine(({ country, vatNumber }, context) => {
    if (vatNumber === null) return;
    const { valid, detail } = checkVatNumber(vatNumber, country);
    if (!valid) context.addIssue({ code: 'custom', path: ['vatNumber'], message: `This is ${detail}.` });
  })
  .meta({
    example: {
      company: 'Torchio & Figli S.r.l.',
      iban: 'IT60X0542811101000000123456',
      vatNumber: null,
      replyTo: 'amministrazione@torchio.example',
      timeZone: 'Europe/Rome',
      country: 'IT',
      region: null,
      saturdays: 'closed',
      currency: 'EUR',
      reservationExpiresAfter: 'P1D',
      writeOffApprovalOver: { amount: 50_000, currency: 'EUR' },
    },
  });
