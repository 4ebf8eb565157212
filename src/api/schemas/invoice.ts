import { z } from 'zod';
import { withholdings } from '../../domain/invoice.ts';
import { day, documentNumber, externalId, money, positiveMoney } from './fields.ts';

const MAX_ORDERS = 500;
const withholding = z.enum(withholdings);

const documentUrl = z
  .string()
  .max(2_000)
  .refine(
    (url) => /^https:\/\/[^\s\p{Cc}\p{Cs}]+$/u.test(url) && URL.canParse(url),
    'This is no address that begins with https://.',
  )
  .meta({ format: 'uri', example: 'https://documents.example.com/2027-15.pdf' });

/** As it is searched for and named to customers. */

export const newInvoice = z
  .strictObject({
    number: documentNumber(50).meta({ description: 'Once in a year of issue.', example: '2027/15' }),
    issuedOn: day.meta({ description: 'In the merchant’s time zone; not in the future.' }),
    receivedOn: day.optional().meta({ description: 'On the day of issue or later.' }),
    total: positiveMoney,
    payable: positiveMoney.optional().meta({
      description: 'What the customer owes of the total; all of it if not given. Only this is chased.',
    }),
    withheld: z
      .strictObject({ kind: withholding })
      .optional()
      .meta({ description: 'Why less is payable; `split_payment` if not given.' }),
    documentUrl: documentUrl.optional(),
    orders: z
      .array(z.strictObject({ orderId: externalId, amount: positiveMoney }))
      .min(1)
      .max(MAX_ORDERS)
      .meta({ description: 'Of one customer. The amounts sum to the total.' }),
  })
  .meta({ id: 'NewInvoice' });

export const invoice = z
  .object({
    invoiceId: z.string(),
    customerId: z.string(),
    number: z.string(),
    issuedOn: z.string(),
    receivedOn: z.string().nullable(),
    total: money,
    payable: money,
    withheld: z.object({ kind: withholding, amount: money }).nullable(),
    documentUrl: z.string().nullable(),
    orders: z.array(
      z.object({
        orderId: z.string(),
        amount: money,
        payable: money.meta({ description: 'What is withheld is divided in proportion.' }),
      }),
    ),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Invoice' });

/** An invoice as one of its orders shows it. */
export const orderInvoice = z
  .object({
    invoiceId: z.string(),
    number: z.string(),
    issuedOn: z.string(),
    receivedOn: z.string().nullable(),
    amount: money.meta({ description: 'What it asks for this order.' }),
    payable: money.meta({ description: 'What of that the customer owes.' }),
    withheld: withholding.nullable(),
    documentUrl: z.string().nullable(),
  })
  .meta({ id: 'OrderInvoice' });
