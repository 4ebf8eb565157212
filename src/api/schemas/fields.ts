import { Duration, IANAZone } from 'luxon';
import { z } from 'zod';
import { withoutDirectionControls } from '../../kernel/foreign-text.ts';
import { idPattern } from '../../kernel/ids.ts';
import { MAX_AMOUNT } from '../../kernel/money.ts';
import { MAX_DAYS } from '../../modules/terms/rules/terms.ts';
import { countryProblem } from './country-codes.ts';

/** Ids of customers, orders and payments, made by the caller. */
export const externalId = z
  .string()
  .regex(idPattern, 'An id has 1 to 100 of A-Z a-z 0-9 . _ : ~ - and is neither . nor ..');

/** A letter's id, made of the ids of what it is about. */
export const letterId = z
  .string()
  .regex(/^[A-Za-z0-9._:~-]{1,300}$/, 'A letter’s id has 1 to 300 of A-Z a-z 0-9 . _ : ~ -');

/**
 * One line of text for people: something visible, without control characters and lone surrogates. Characters that turn
 * the direction of text are removed, not refused: they come invisibly with a name that somebody has copied.
 */
export const line = (max: number) =>
  z
    .string()
    .overwrite(withoutDirectionControls)
    .max(max)
    .regex(/\S/, 'This is empty.')
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'Leave control characters and broken characters out.');

/** The number of an invoice or a credit note. */
export const documentNumber = (max: number) =>
  line(max).refine((text) => text === text.trim(), 'Leave out spaces at the start and the end.');

export const reason = line(1_000).meta({
  description: 'Kept in the history.',
  example: 'Agreed with the customer by phone.',
});
export const email = z.email().max(254).meta({ example: 'buchhaltung@hofmann-werkzeuge.example' });

/** A body with only a reason. */
export const withReason = (example: string) =>
  z.strictObject({ reason }).meta({ example: { reason: example } });

const currencies = new Set(Intl.supportedValuesOf('currency'));
export const currency = z
  .string()
  .refine((code) => currencies.has(code), 'Give a currency code of ISO 4217, such as EUR.')
  .meta({ pattern: '^[A-Z]{3}$', example: 'EUR' });

const amount = z.int().max(MAX_AMOUNT).meta({ example: 122_000 });

/** An amount above zero. */
export const positiveMoney = z
  .strictObject({ amount: amount.min(1), currency })
  .meta({ id: 'PositiveMoney', description: 'In minor units (cents for EUR).' });

/** An amount that may be zero, such as a limit. */
export const moneyOrZero = z
  .strictObject({ amount: amount.min(0), currency })
  .meta({ id: 'MoneyOrZero', description: 'In minor units (cents for EUR).' });

/** An amount with a sign, such as a correction. */
export const signedMoney = z
  .strictObject({
    amount: amount.min(-MAX_AMOUNT).refine((given) => given !== 0, 'Give an amount other than zero.'),
    currency,
  })
  .meta({ id: 'SignedMoney', description: 'In minor units (cents for EUR).' });

/** An amount or balance, as the API returns it. */
export const money = z
  .object({ amount: z.int().meta({ example: 122_000 }), currency: z.string().meta({ example: 'EUR' }) })
  .meta({ id: 'Money', description: 'In minor units (cents for EUR).' });

export const country = z
  .string()
  .superRefine((code, context) => {
    const problem = countryProblem(code);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .meta({ pattern: '^[A-Z]{2}$', example: 'IT' });

export const locale = z
  .string()
  .max(35)
  .refine(isLocale, 'Give a language tag (BCP 47), such as it or en-GB.')
  .meta({ example: 'it-IT' });

function isLocale(tag: string): boolean {
  try {
    return new Intl.Locale(tag).baseName !== '';
  } catch {
    return false;
  }
}

export const timeZone = z
  .string()
  .max(64)
  .refine(
    (zone) => /^[A-Za-z]/.test(zone) && IANAZone.isValidZone(zone),
    'Give a time zone such as Europe/Rome.',
  )
  .meta({ example: 'Europe/Rome' });

/** A day that exists. */
export const day = z.iso
  .date('Give a day as YYYY-MM-DD, such as 2027-01-31.')
  .refine((text) => text >= '1900-01-01', 'Give a day from 1900-01-01 on.')
  .refine((text) => text <= '2999-12-31', 'Give a day up to 2999-12-31.')
  .meta({ example: '2026-01-15' });
/** A day of every year. */
export const monthAndDay = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'Give a day of the year as MM-DD, such as 08-24.');

export const instant = z.iso
  .datetime({ offset: true, error: 'Give a date and time with an offset, such as 2027-01-31T09:00:00Z.' })
  .refine(
    (text) => /(Z|[+-](0\d|1[0-4]):\d\d)$/.test(text),
    'Give an offset of at most 14 hours, such as +01:00.',
  )
  .refine((text) => Date.parse(text) >= Date.UTC(1900, 0), 'Give an instant from 1900 on.')
  .refine((text) => Date.parse(text) < Date.UTC(3000, 0), 'Give an instant before the year 3000.')
  .meta({ example: '2026-01-15T09:00:00Z' });

const exactUnits = /^-?P(?!$)(\d{1,4}W)?(\d{1,5}D)?(T(?!$)(\d{1,6}H)?(\d{1,7}M)?(\d{1,8}S)?)?$/;
const DAY_MS = 86_400_000;
const msOf = (duration: string): number => Duration.fromISO(duration).toMillis();
const durationText = z
  .string()
  .regex(
    exactUnits,
    'Give an ISO 8601 duration in weeks, days, hours, minutes and seconds, such as P7D or PT60S.',
  );

/** A duration above zero, up to that of the longest terms. */
export const duration = durationText
  .refine((text) => msOf(text) > 0, 'Give a duration of more than zero.')
  .refine((text) => msOf(text) <= MAX_DAYS * DAY_MS, `Give at most ${MAX_DAYS} days.`)
  .meta({ example: 'PT60S' });

const MAX_OFFSET_DAYS = 365;
/** A signed duration, counted from a due date. With a time part it counts from the instant `dueAt`. */
export const offset = durationText
  .refine((text) => Math.abs(msOf(text)) <= MAX_OFFSET_DAYS * DAY_MS, `Give at most ${MAX_OFFSET_DAYS} days.`)
  .meta({ example: '-P3D' });

/** A product category, as the store names it. */
export const category = z
  .string()
  .regex(/^[A-Za-z0-9._:~-]{1,100}$/, 'A category has 1 to 100 of A-Z a-z 0-9 . _ : ~ -')
  .meta({ example: 'tools' });

/** The name of payment terms. */
export const termsCode = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/, 'A code has 1 to 50 of A-Z a-z 0-9 . _ -')
  .meta({ example: 'net30' });

/**
 * A parameter that may be left out. It has no example, because the page at `/docs` would fill it in. The description
 * says what applies if it is not given.
 */
export const optionalParameter = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  schema.optional().meta({ description, example: undefined });

/** Limits a list to one customer. */
export const ofCustomer = optionalParameter(externalId, 'Only those of this customer, by the customer’s id.');

/** A whole number in a query. */
export const integerParameter = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'Give a whole number.')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .meta({ type: 'integer', minimum: min, maximum: max });

/** How many items a list returns at once. */
export const limit = integerParameter(1, 200)
  .optional()
  .transform((given) => given ?? 50)
  .meta({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'How many items are returned at once.',
  });

/** A list, as the API returns it. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({
      description: 'Send it as `cursor` to read the next page; null at the end.',
      example: 'eyJhZnRlciI6ImhvZm1hbm4td2Vya3pldWdlIn0',
    }),
  });

/** Examples that belong together: the sample data of `npm start`, and what the example calls create from it. */
export const examples = {
  customerId: 'hofmann-werkzeuge',
  company: 'Hofmann Werkzeuge GmbH',
  vatNumber: 'DE284719304',
  orderId: 'order-1001',
  orderNumber: 'SO-1001',
  termsCode: 'net30',
  paymentId: 'payment-1',
  invoiceId: 'invoice-1',
  invoiceNumber: '2026/15',
  groupId: 'hofmann-group',
  importId: 'customers-1',
  revocationId: 'revocation-1',
  holdId: 'hold-1',
  promiseId: 'promise-1',
  disputeId: 'dispute-1',
  letterId: 'confirmation:order-1001',
  // These three follow from the examples that create them.
  commandId: 'cmd_fbdf8c36d24dcc2ecc65fa02794168c6',
  approvalId: 'apr_36d1c460e8844f1fe67bcbcd9939eb4d',
  bankLineId: 'bank_de2fc1714f170d16c517b0f07947eac0',
  currency: 'EUR',
  day: '2026-01-15',
  instant: '2026-01-15T09:00:00.000Z',
  actor: 'key:1940ee657ddf',
  reason: 'Agreed with the customer by phone.',
  method: 'bank transfer',
  reference: 'Order SO-1001',
} as const;

/** Texts as the API returns them, with these examples. */
export const shown = Object.fromEntries(
  Object.entries(examples).map(([name, example]) => [name, z.string().meta({ example })]),
) as Record<keyof typeof examples, z.ZodString>;

/** Whether each text occurs once. */
export function areDistinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
