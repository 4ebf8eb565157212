import { z } from 'zod';
import { hardlyEverOpen } from '../../modules/terms/rules/closures.ts';
import { account } from './credit.ts';
import {
  country,
  day,
  email,
  examples,
  externalId,
  instant,
  line,
  locale,
  money,
  moneyOrZero,
  monthAndDay,
  reason,
  shown,
  termsCode,
} from './fields.ts';
import { undeliverableAddress } from './mail-events.ts';
import { presentVatCheck } from './vat-check.ts';

const validUntil = day.meta({ description: 'The last day on which it is valid.' });
const external = z
  .strictObject({
    creditScore: z.strictObject({ value: z.int().min(0).max(1_000_000), validUntil }).optional(),
    insuredLimit: z.strictObject({ amount: moneyOrZero, validUntil }).optional(),
  })
  .meta({ id: 'ExternalFacts', description: 'What third parties report about the customer.' });

const accountManager = z
  .strictObject({ name: line(200), email })
  .nullable()
  .meta({
    id: 'AccountManager',
    example: { name: 'Lucia Ferri', email: 'lucia.ferri@torchio.example' },
  });

const closedMonth = z
  .strictObject({ month: z.int().min(1).max(12), moveToDay: z.int().min(1).max(31) })
  .meta({ id: 'ClosedMonth' });

const closure = z
  .strictObject({
    from: z.union([day, monthAndDay], 'Give MM-DD, or YYYY-MM-DD for one year.'),
    to: z.union([day, monthAndDay], 'Give MM-DD, or YYYY-MM-DD for one year.'),
  })
  .refine(({ from, to }) => from.length === to.length, {
    path: ['to'],
    message: 'Give both days with the year, or both without it.',
  })
  .refine(({ from, to }) => from.length !== to.length || monthAndDay.safeParse(from).success || from <= to, {
    path: ['to'],
    message: 'This is before `from`.',
  })
  .meta({ id: 'Closure', example: { from: '08-09', to: '08-27' } });

/** The facts that a store sends about a customer, before defaults. */
export const customerFacts = z
  .strictObject({
    name: line(200).meta({ description: 'The name of the company.' }),
    email,
    locale,
    country,
    vatNumber: line(60).nullable().optional(),
    groups: z.array(line(100)).max(100).optional(),
    contacts: z
      .record(
        z.string().regex(/^[a-z][A-Za-z0-9]{0,49}$/, 'A role is a word such as billing, dunning or pec.'),
        email,
      )
      .refine((contacts) => Object.keys(contacts).length <= 20, 'Give at most 20.')
      .optional()
      .meta({
        description:
          'Addresses by role. `billing` gets the letters (confirmation, settled, cancelled, demand), `dunning` the reminders. Without `dunning` they go to `billing`, and without `billing` to `email`; so do they if nothing arrives at an address. `pec` is the certified e-mail address; it is stored and shown. Other roles are stored as they are.',
        example: { billing: 'invoices@acme.example', dunning: 'debts@acme.example', pec: 'acme@pec.example' },
      }),
    accountManager: accountManager
      .optional()
      .meta({ description: 'The merchant’s contact for this customer; answers to e-mails go there.' }),
    stats: z
      .strictObject({
        orders: z.int().min(0).max(1_000_000_000).optional(),
        turnover: moneyOrZero.optional(),
      })
      .optional()
      .meta({ description: 'What the customer has bought so far.' }),
    since: day.optional().meta({ description: 'Customer of the store since this day.' }),
    external: external.optional(),
    closedMonths: z
      .array(closedMonth)
      .max(11, 'At least one month stays open.')
      .refine(
        (list) => new Set(list.map(({ month }) => month)).size === list.length,
        'Give each month only once.',
      )
      .optional()
      .meta({
        description:
          'An amount that would be due in one of these months is due on `moveToDay` of the following month.',
      }),
    closures: z.array(closure).max(20).optional().meta({
      description:
        'Days on which the customer is closed, of every year (`08-09`) or of one (`2027-08-09`): what would be due then is due on the day after.',
    }),
  })
  .refine(({ closedMonths = [], closures = [] }) => !hardlyEverOpen({ closedMonths, closures }), {
    path: ['closures'],
    message: 'Too little of a year stays open: leave four weeks.',
  })
  .meta({
    example: {
      name: 'Hofmann Werkzeuge GmbH',
      email: 'buchhaltung@hofmann-werkzeuge.example',
      locale: 'en',
      country: 'DE',
      vatNumber: 'DE284719304',
      groups: ['trade'],
      contacts: {
        billing: 'rechnung@hofmann-werkzeuge.example',
        dunning: 'buchhaltung@hofmann-werkzeuge.example',
      },
      accountManager: { name: 'Lucia Ferri', email: 'lucia.ferri@torchio.example' },
      stats: { orders: 6, turnover: { amount: 940_000, currency: 'EUR' } },
      since: '2019-05-06',
      external: {
        creditScore: { value: 214, validUntil: '2030-12-31' },
        insuredLimit: { amount: { amount: 1_500_000, currency: 'EUR' }, validUntil: '2030-12-31' },
      },
      closedMonths: [{ month: 8, moveToDay: 10 }],
      closures: [{ from: '12-23', to: '01-06' }],
    },
  });
export type CustomerFactsBody = z.infer<typeof customerFacts>;

export const customer = z
  .object({
    customerId: externalId.meta({ example: examples.customerId }),
    name: shown.company,
    email: z.string().meta({ example: 'buchhaltung@hofmann-werkzeuge.example' }),
    locale: z.string().meta({ example: 'en' }),
    country: z.string().meta({ example: 'DE' }),
    vatNumber: shown.vatNumber.nullable(),
    groups: z.array(z.string()).meta({ example: ['trade'] }),
    contacts: z
      .record(z.string(), z.string())
      .meta({ example: { billing: 'rechnung@hofmann-werkzeuge.example' } }),
    stats: z.object({ orders: z.int(), turnover: money.nullable() }),
    since: shown.day.nullable(),
    external,
    closedMonths: z.array(closedMonth),
    closures: z.array(closure),
    accountManager,
    currency: shown.currency.meta({ description: 'The currency of the usual account.' }),
    createdAt: shown.instant,
    updatedAt: shown.instant,
    privilege: z
      .object({
        state: z
          .enum(['by_rules', 'granted', 'suspended', 'revoked', 'insolvency'])
          .meta({ description: 'In force now: a suspension that has ended does not count.' }),
        reason: shown.reason.nullable(),
        actor: shown.actor.nullable(),
        at: shown.instant.nullable(),
        until: shown.day.optional().meta({ description: 'When the suspension ends or ended.' }),
        insolventSince: shown.day.optional().meta({ description: 'No interest from that day on.' }),
      })
      .optional()
      .meta({ description: 'With the scope read.' }),
    terms: z
      .object({
        own: z.array(shown.termsCode).nullable().meta({ description: 'null: the policy decides.' }),
        codes: z
          .array(shown.termsCode)
          .meta({ description: 'The terms that may be chosen, the default first.' }),
      })
      .optional()
      .meta({ description: 'With the scope read.' }),
    ruleSet: z
      .string()
      .meta({ example: 'Trade' })
      .nullable()
      .optional()
      .meta({ description: 'Of the policy; with the scope read.' }),
    sameVatNumber: z
      .array(shown.customerId)
      .optional()
      .meta({ description: 'Other customers with this VAT number, at most ten; with the scope read.' }),
    vatCheck: presentVatCheck.nullable().optional().meta({
      description: 'null: the current VAT number was not checked; with the scope read.',
    }),
    undeliverableAddresses: z.array(undeliverableAddress).optional().meta({
      description:
        'Addresses to which no letter is sent, because nothing arrives there; with the scope read.',
    }),
    credit: account
      .optional()
      .meta({ description: 'The usual account, or the one that was changed; with the scope read.' }),
    otherCredit: z
      .array(account)
      .optional()
      .meta({ description: 'The accounts in other currencies; with the scope read.' }),
    creditGroup: z
      .object({ groupId: shown.groupId, name: shown.company })
      .nullable()
      .optional()
      .meta({ description: 'Companies with which the customer shares a limit; with the scope read.' }),
  })
  .meta({ id: 'Customer' });
export type CustomerView = z.infer<typeof customer>;
export type AccountView = z.infer<typeof account>;

export const suspendBody = z
  .strictObject({
    reason,
    until: instant
      .optional()
      .meta({ description: 'When the suspension ends; if not given, it lasts until somebody decides.' }),
  })
  .meta({ example: { reason: 'Two invoices are disputed.', until: '2030-12-31T23:00:00Z' } });
export const ownTermsBody = z
  .strictObject({
    terms: z
      .array(termsCode)
      .min(1)
      .max(50)
      .refine((codes) => new Set(codes).size === codes.length, 'Give each code only once.')
      .nullable()
      .meta({
        description: 'Codes that may be chosen, the default first; null: the policy decides again.',
      }),
    reason,
  })
  .meta({ example: { terms: ['net60', 'net30'], reason: 'Agreed in the yearly meeting.' } });
