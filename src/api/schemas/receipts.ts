import { z } from 'zod';
import { deductionKinds, type ReceiptsPolicy } from '../../modules/payments/rules/receipts.ts';
import { readCursor } from '../cursor.ts';
import {
  day,
  externalId,
  limit,
  line,
  money,
  moneyOrZero,
  ofCustomer,
  positiveMoney,
  reason,
  shown,
} from './fields.ts';
import { order } from './order.ts';

const allocation = z
  .strictObject({
    orderId: externalId,
    instalment: z.int().min(1).optional().meta({ description: 'Pays this one only; else the earliest due.' }),
    amount: positiveMoney,
  })
  .meta({ id: 'Allocation' });

const deduction = z
  .strictObject({ orderId: externalId, kind: z.enum(deductionKinds), amount: positiveMoney })
  .meta({
    id: 'Deduction',
    description: 'What the customer kept back and does not owe, within the tolerance of the receipts policy.',
  });

export const allocations = z.array(allocation).min(1).max(500);
export const deductions = z.array(deduction).min(1).max(500).optional();

/** Money that a customer paid, before defaults. */
export const newReceipt = z
  .strictObject({
    paymentId: externalId,
    amount: positiveMoney,
    receivedOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    method: line(100).optional(),
    reference: line(200).optional(),
    allocations: allocations.optional().meta({ description: 'What they leave stays credit.' }),
    deductions,
    allocate: z.enum(['oldest', 'none']).optional().meta({
      description:
        'Without allocations: to the oldest due first (art. 1193 c.c.), as if not given, or to nothing.',
    }),
  })
  .refine(({ allocations, allocate }) => !allocations || allocate === undefined, {
    path: ['allocate'],
    message: 'Give allocations, or say how to allocate.',
  })
  .refine(({ deductions, allocate }) => !deductions || allocate !== 'none', {
    path: ['deductions'],
    message: 'Where nothing is allocated nothing is deducted.',
  })
  .meta({
    id: 'NewReceipt',
    example: {
      paymentId: 'payment-2',
      amount: { amount: 150_000, currency: 'EUR' },
      method: 'bank transfer',
      reference: 'SO-1001 and an advance payment',
      allocations: [{ orderId: 'order-1001', instalment: 1, amount: { amount: 100_000, currency: 'EUR' } }],
    },
  });

export const newAllocations = z.strictObject({ allocations, deductions }).meta({
  id: 'NewAllocations',
  example: {
    allocations: [{ orderId: 'order-1001', instalment: 1, amount: { amount: 20_500, currency: 'EUR' } }],
    deductions: [{ orderId: 'order-1001', kind: 'bank_fee', amount: { amount: 1_500, currency: 'EUR' } }],
  },
});

export const payment = z
  .object({
    paymentId: shown.paymentId,
    customerId: shown.customerId,
    orderId: shown.orderId.nullable().meta({ description: 'Where it was recorded on an order.' }),
    amount: money.meta({ description: 'Allocated, unapplied, refunded, reversed, or not booked yet.' }),
    receivedOn: shown.day,
    method: shown.method.nullable(),
    reference: shown.reference.nullable(),
    actor: shown.actor,
    createdAt: shown.instant,
    allocated: money,
    deducted: money.meta({ description: 'What orders owe less because of it.' }),
    unapplied: money.meta({ description: 'Credit that is left of it; what is pending is among it.' }),
    pending: money.meta({ description: 'What orders’ workflows have not taken yet.' }),
    refunded: money,
    reversed: money,
    allocations: z.array(
      z.object({
        orderId: shown.orderId,
        amount: money,
        deductions: z.array(z.object({ kind: z.enum(deductionKinds), amount: money })),
      }),
    ),
    commands: z.array(
      z.object({
        commandId: shown.commandId,
        orderId: shown.orderId,
        amount: money,
        outcome: z.enum(['applied', 'refused']).nullable(),
        refusal: z
          .string()
          .meta({ example: 'order-closed' })
          .nullable()
          .meta({ description: 'The code of the problem; the money stays credit.' }),
      }),
    ),
  })
  .meta({ id: 'Payment' });

export const paymentQuery = z.strictObject({
  customerId: ofCustomer,
  unapplied: z
    .enum(['true', 'false'])
    .optional()
    .transform((given) => (given === undefined ? undefined : given === 'true'))
    .meta({ description: '`true`: only payments of which credit is left; `false`: only the others.' }),
  limit,
  cursor: readCursor(z.strictObject({ createdAt: z.iso.datetime(), paymentId: shown.paymentId.max(200) })),
});

export const paymentReversal = z
  .strictObject({
    reason,
    fee: z
      .union([positiveMoney, z.literal('policy')], 'An amount, or "policy".')
      .optional()
      .meta({ description: 'Charged to the customer: an amount, or what the receipts policy says.' }),
  })
  .meta({
    id: 'PaymentReversal',
    example: { reason: 'The bank returned the payment.', fee: { amount: 800, currency: 'EUR' } },
  });

export const reversedPayment = payment
  .extend({ orders: z.array(order).meta({ description: 'The orders that it was for, as they are now.' }) })
  .meta({ id: 'ReversedPayment' });

const tolerance = moneyOrZero.nullable();

export const receiptsPolicy: z.ZodType<ReceiptsPolicy> = z
  .strictObject({
    deductions: z
      .strictObject({ bank_fee: tolerance, rounding: tolerance, withholding: tolerance, discount: tolerance })
      .meta({ description: 'How much of each kind may be deducted from one receipt; null: any amount.' }),
    underpayment: moneyOrZero.meta({
      description: 'What may remain of an order after a payment and is not asked for any more.',
    }),
    returnFee: positiveMoney
      .nullable()
      .default(null)
      .meta({ description: 'What the customer is charged for a payment that the bank returns.' }),
    bankDays: z.int().min(0).max(60).default(5).meta({
      description: 'Until so many bank days after the due date a collection can come back unpaid.',
    }),
  })
  .meta({
    example: {
      deductions: {
        bank_fee: { amount: 2_500, currency: 'EUR' },
        rounding: { amount: 100, currency: 'EUR' },
        withholding: null,
        discount: { amount: 0, currency: 'EUR' },
      },
      underpayment: { amount: 50, currency: 'EUR' },
      returnFee: { amount: 800, currency: 'EUR' },
      bankDays: 5,
    },
  });
