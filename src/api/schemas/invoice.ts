import { z } from 'zod';
import { withholdings } from '../../modules/invoicing/rules/invoice.ts';
import { day, documentNumber, externalId, money, positiveMoney, shown } from './fields.ts';

const MAX_ORDERS = 500;
const withholding = z.enum(withholdings);

const documentUrl = z
  .string()
  .max(2_000)
  .refine(
    (url) => /^https:\/\/[^\s\p{Cc}\p{Cs}]+$/u.test(url) && URL.canParse(url),
    'Give an address that begins with https://.',
  )
  .meta({ format: 'uri', example: 'https://documents.example.com/2027-15.pdf' });

export const newInvoice = z
  .strictObject({
    number: documentNumber(50).meta({ description: 'Unique within its year of issue.', example: '2027/15' }),
    issuedOn: day.meta({ description: 'In the merchant’s time zone; not in the future.' }),
    receivedOn: day.optional().meta({ description: 'On the day of issue or later.' }),
    total: positiveMoney,
    payable: positiveMoney.optional().meta({
      description:
        'What the customer owes of the total; all of it if not given. Reminders ask only for this amount.',
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
  .meta({
    id: 'NewInvoice',
    example: {
      number: '2026/15',
      issuedOn: '2026-01-15',
      receivedOn: '2026-01-16',
      total: { amount: 122_000, currency: 'EUR' },
      payable: { amount: 122_000, currency: 'EUR' },
      documentUrl: 'https://documents.example.com/2026-15.pdf',
      orders: [{ orderId: 'order-1001', amount: { amount: 122_000, currency: 'EUR' } }],
    },
  });

export const invoice = z
  .object({
    invoiceId: shown.invoiceId,
    customerId: shown.customerId,
    number: shown.invoiceNumber,
    issuedOn: shown.day,
    receivedOn: shown.day.nullable(),
    total: money,
    payable: money,
    withheld: z.object({ kind: withholding, amount: money }).nullable(),
    documentUrl: z.string().meta({ example: 'https://documents.example.com/2026-15.pdf' }).nullable(),
    orders: z.array(
      z.object({
        orderId: shown.orderId,
        amount: money,
        payable: money.meta({ description: 'The withheld amount is divided in proportion.' }),
      }),
    ),
    createdAt: shown.instant,
    updatedAt: shown.instant,
  })
  .meta({ id: 'Invoice' });

/** An invoice as one of its orders shows it. */
export const orderInvoice = z
  .object({
    invoiceId: shown.invoiceId,
    number: shown.invoiceNumber,
    issuedOn: shown.day,
    receivedOn: shown.day.nullable(),
    amount: money.meta({ description: 'The invoiced amount of this order.' }),
    payable: money.meta({ description: 'The part of it that the customer owes.' }),
    withheld: withholding.nullable(),
    documentUrl: z.string().meta({ example: 'https://documents.example.com/2026-15.pdf' }).nullable(),
  })
  .meta({ id: 'OrderInvoice' });
