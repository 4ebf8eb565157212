import { z } from 'zod';
import { deductionKinds, type ReceiptsPolicy } from '../../modules/payments/rules/receipts.ts';
import { readCursor } from '../cursor.ts';
import {
  day,
  externalId,
  instant,
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
    instalment: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The only instalment to pay; if not given, the earliest due first.' }),
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
    allocations: allocations.optional().meta({ description: 'The rest of the payment stays credit.' }),
    deductions,
    allocate: z.enum(['oldest', 'none']).optional().meta({
      description:
        'Without allocations: `oldest`, the default, pays the oldest due date first (art. 1193 c.c.); `none` allocates nothing.',
    }),
  })
  .refine(({ allocations, allocate }) => !allocations || allocate === undefined, {
    path: ['allocate'],
    message: 'Give either allocations or allocate, not both.',
  })
  .refine(({ deductions, allocate }) => !deductions || allocate !== 'none', {
    path: ['deductions'],
    message: 'Nothing can be deducted if nothing is allocated: leave out the deductions or `allocate`.',
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
    orderId: shown.orderId.nullable().meta({ description: 'The order on which it was recorded, if any.' }),
    amount: money.meta({
      description: 'The sum of what is allocated, unapplied, refunded, reversed or not booked yet.',
    }),
    receivedOn: shown.day,
    method: shown.method.nullable(),
    reference: shown.reference.nullable(),
    actor: shown.actor,
    createdAt: shown.instant,
    allocated: money,
    deducted: money.meta({ description: 'By how much deductions reduce what the orders owe.' }),
    unapplied: money.meta({ description: 'Credit that is left of it, including what is pending.' }),
    pending: money.meta({ description: 'What the workflows of the orders have not booked yet.' }),
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
    .meta({ description: '`true`: only payments with credit left; `false`: only the others.' }),
  limit,
  cursor: readCursor(z.strictObject({ createdAt: instant, paymentId: line(200) })),
});

export const paymentReversal = z
  .strictObject({
    reason,
    fee: z
      .union([positiveMoney, z.literal('policy')], 'Give an amount, or "policy".')
      .optional()
      .meta({
        description: 'The fee that the customer is charged: an amount, or that of the receipts policy.',
      }),
  })
  .meta({
    id: 'PaymentReversal',
    example: { reason: 'The bank returned the payment.', fee: { amount: 800, currency: 'EUR' } },
  });

export const reversedPayment = payment
  .extend({ orders: z.array(order).meta({ description: 'The orders that it had paid, as they are now.' }) })
  .meta({ id: 'ReversedPayment' });

const tolerance = moneyOrZero.nullable();

export const receiptsPolicy: z.ZodType<ReceiptsPolicy> = z
  .strictObject({
    deductions: z
      .strictObject({ bank_fee: tolerance, rounding: tolerance, withholding: tolerance, discount: tolerance })
      .meta({ description: 'How much of each kind may be deducted from one receipt; null: any amount.' }),
    underpayment: moneyOrZero.meta({
      description: 'The largest rest of an order after a payment that is forgiven.',
    }),
    returnFee: positiveMoney
      .nullable()
      .default(null)
      .meta({ description: 'The fee that the customer is charged for a payment that the bank returns.' }),
    bankDays: z.int().min(0).max(60).default(5).meta({
      description: 'For how many bank days after the due date a collection can still be returned unpaid.',
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
