import { z } from 'zod';
import { causeKinds, entryKinds } from '../../modules/ledger/rules/entry.ts';
import { orderCommandKinds } from '../../modules/orders/rules/order-state.ts';
import { paymentMeans } from '../../modules/terms/rules/terms.ts';
import { appliedPayment, paidOrder, placedOrder } from './answer-examples.ts';
import { customerFacts } from './customer.ts';
import { discountOffer } from './eligibility.ts';
import {
  category,
  day,
  email,
  externalId,
  instant,
  line,
  money,
  moneyOrZero,
  positiveMoney,
  reason,
  shown,
  termsCode,
} from './fields.ts';
import { orderInvoice } from './invoice.ts';
import { orderTerms } from './terms.ts';

const key = z.string().regex(/^[A-Za-z0-9_.:-]{1,50}$/, 'A key has 1 to 50 of A-Z a-z 0-9 _ . : -');
const exact = z.number().refine((given) => Number.isSafeInteger(given) || !Number.isInteger(given));
const value = z.union([line(500), exact, z.boolean()], 'Give a text, a number below 2^53, true or false.');
const atMost20 = (record: object) => Object.keys(record).length <= 20;

/** A law that limits the payment term of the goods. */
export const regime = z.strictObject({ kind: z.literal('agrifood'), perishable: z.boolean() }).meta({
  id: 'Regime',
  description:
    'Food must be paid within 60 days of delivery, perishable food within 30 (D.Lgs. 198/2021, art. 4).',
});

/** A checkout as the store sends it, before defaults. */
export const newOrder = z
  .strictObject({
    orderId: externalId,
    customerId: externalId,
    total: positiveMoney,
    orderNumber: line(100).optional().meta({ description: 'As the customer knows the order.' }),
    termsCode: termsCode.optional().meta({ description: 'The policy’s default if not given.' }),
    placedAt: instant.optional().meta({ description: 'At most 366 days ago; now if not given.' }),
    confirm: z.enum(['now', 'later']).optional().meta({ description: '`later` only reserves the credit.' }),
    buyer: z
      .record(key, line(200))
      .refine(atMost20, 'Give at most 20.')
      .refine(({ email: given }) => given === undefined || email.safeParse(given).success, {
        path: ['email'],
        message: 'This is not an e-mail address.',
      })
      .optional()
      .meta({
        description:
          'The person who orders for the company, such as `name` and `email`; `email` gets a copy of the confirmation.',
        example: { name: 'Anna Bianchi', email: 'anna@acme.example' },
      }),
    purchaseOrder: line(100).optional(),
    metadata: z.record(key, value).refine(atMost20, 'Give at most 20.').optional(),
    categories: z
      .array(category)
      .max(100)
      .optional()
      .meta({ description: 'Categories of the products, as the eligibility rules name them.' }),
    regime: regime.optional().meta({ description: 'Terms longer than its limit are refused.' }),
    customer: customerFacts
      .optional()
      .meta({ description: 'The customer’s facts: saved with the order, as a PUT of the customer would.' }),
  })
  .meta({
    id: 'NewOrder',
    example: {
      orderId: 'order-1001',
      customerId: 'hofmann-werkzeuge',
      total: { amount: 122_000, currency: 'EUR' },
      orderNumber: 'SO-1001',
      termsCode: 'net30',
      confirm: 'now',
      buyer: { name: 'Jonas Hofmann', email: 'jonas@hofmann-werkzeuge.example' },
      purchaseOrder: 'PO-7781',
      metadata: { channel: 'web', weightKg: 48.5 },
      categories: ['tools'],
    },
  });

export const order = z
  .object({
    orderId: shown.orderId,
    customerId: shown.customerId,
    status: z.enum(['reserved', 'open', 'settled', 'cancelled', 'written_off']),
    orderNumber: shown.orderNumber.nullable(),
    purchaseOrder: z.string().meta({ example: 'PO-7781' }).nullable(),
    buyer: z
      .record(z.string(), z.string())
      .nullable()
      .meta({ example: { name: 'Jonas Hofmann' } }),
    metadata: z.record(z.string(), z.unknown()).meta({ example: { channel: 'web' } }),
    terms: orderTerms,
    total: money,
    outstanding: money,
    overdue: z.boolean(),
    daysLate: z.int().meta({ description: 'Calendar days in the merchant’s time zone.' }),
    instalments: z.array(
      z.object({
        number: z.int(),
        dueOn: shown.day,
        dueAt: shown.instant
          .nullable()
          .meta({ description: 'Overdue from this instant on; null while the due date is provisional.' }),
        provisional: z
          .boolean()
          .meta({ description: 'The due date counts from an event that has not happened yet.' }),
        collection: z.enum(paymentMeans),
        amount: money,
        outstanding: money,
        charges: money.meta({ description: 'The interest and costs in what is outstanding.' }),
      }),
    ),
    discount: discountOffer.nullable().meta({
      description:
        'A discount for early payment; booked when payments received by `until` reach `payable`. The amounts already take credit notes and withheld amounts into account.',
    }),
    invoices: z.array(orderInvoice).meta({ description: 'The earliest first.' }),
    regime: regime.nullable(),
    fulfilment: z.object({
      amount: money.meta({ description: 'What has been delivered or rendered so far.' }),
      complete: z.boolean(),
      completedOn: shown.day.nullable(),
    }),
    nextStep: z
      .object({
        key: z.string().meta({ example: '1/P7D' }),
        kind: z.enum(['remind', 'overdue', 'returned', 'decide', 'expire']),
        at: shown.instant.meta({ description: 'When it was planned.' }),
        waitsFor: z
          .string()
          .nullable()
          .meta({ example: 'hold', description: 'What it waits for, if its time has come.' }),
      })
      .nullable(),
    paidInStore: z.boolean().meta({ description: 'The store has marked the order paid.' }),
    storeStatus: z.enum(['pending', 'marked', 'failed', 'chased', 'problem']),
    placedAt: shown.instant,
    expiresAt: shown.instant.nullable(),
    confirmedAt: shown.instant.nullable(),
    closedAt: shown.instant.nullable(),
    closeReason: shown.reason.nullable(),
    stuckSince: shown.instant.nullable(),
    policyVersions: z.object({ eligibility: z.int(), terms: z.int(), dunning: z.int() }),
    workflowId: z
      .string()
      .meta({ example: placedOrder.workflowId })
      .meta({ description: 'The workflow in Temporal, of the current episode.' }),
  })
  .meta({ id: 'Order', example: placedOrder });

export const command = z
  .object({
    commandId: shown.commandId,
    orderId: shown.orderId,
    kind: z.enum(orderCommandKinds),
    actor: shown.actor,
    reason: shown.reason.nullable(),
    createdAt: shown.instant,
    outcome: z
      .enum(['applied', 'refused'])
      .nullable()
      .meta({ description: 'null while the workflow has not answered.' }),
    refusal: z
      .string()
      .meta({ example: 'order-closed' })
      .nullable()
      .meta({ description: 'The code of the problem.' }),
    decidedAt: shown.instant.nullable(),
  })
  .meta({ id: 'Command', example: appliedPayment });
export type CommandView = z.infer<typeof command>;

/** An order, and the command with its outcome; without a command if there was nothing left to do. */
export const orderAfterCommand = order
  .extend({ command: command.optional() })
  .meta({ id: 'OrderAfterCommand', example: paidOrder });

export const amendment = z
  .strictObject({ orderNumber: line(100).optional() })
  .meta({ example: { orderNumber: 'SO-1001-B' } });

export const newTotal = z
  .strictObject({
    total: moneyOrZero.refine(
      ({ amount }) => amount > 0,
      'To reduce the total to zero, cancel the order: POST /v1/orders/{orderId}/cancel.',
    ),
    reason: reason.optional(),
  })
  .meta({
    id: 'NewTotal',
    example: { total: { amount: 97_600, currency: 'EUR' }, reason: 'One article is sold out.' },
  });

export const newFulfilment = z
  .strictObject({
    fulfilmentId: externalId
      .optional()
      .meta({ description: 'The store’s own id; the same id is never counted twice.' }),
    amount: positiveMoney.optional().meta({
      description: 'If not given, all that is left; with `final` after earlier fulfilments, zero.',
    }),
    fulfilledOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    final: z
      .boolean()
      .optional()
      .meta({ description: 'Nothing more will be delivered; the rest of the order is released.' }),
  })
  .meta({
    id: 'NewFulfilment',
    example: { fulfilmentId: 'shipment-1', amount: { amount: 61_000, currency: 'EUR' }, final: false },
  });

export const extension = z
  .strictObject({
    dueOn: day.meta({ description: 'The new due date, later than the present one.' }),
    instalment: z.int().min(1).optional().meta({ description: 'The earliest unpaid one if not given.' }),
    reason,
  })
  .meta({
    id: 'Extension',
    example: { dueOn: '2030-06-28', instalment: 1, reason: 'Agreed with the customer by phone.' },
  });

export const instalmentPlan = z
  .strictObject({
    of: z
      .enum(['overdue', 'outstanding'])
      .default('overdue')
      .meta({ description: 'What the plan covers, including interest and costs.' }),
    instalments: z
      .array(z.strictObject({ dueOn: day, amount: positiveMoney }))
      .min(1)
      .max(36)
      .refine(
        (lines) => lines.every(({ dueOn }, index) => index === 0 || lines[index - 1]!.dueOn < dueOn),
        'Give each instalment a later due date than the one before.',
      )
      .refine(
        (lines) => lines.every(({ amount }) => amount.currency === lines[0]!.amount.currency),
        'Give all amounts in one currency.',
      ),
    reason,
  })
  .meta({
    id: 'InstalmentPlan',
    example: {
      of: 'outstanding',
      instalments: [
        { dueOn: '2030-06-28', amount: { amount: 61_000, currency: 'EUR' } },
        { dueOn: '2030-07-31', amount: { amount: 61_000, currency: 'EUR' } },
      ],
      reason: 'The customer asked to pay in two parts.',
    },
  });

export const newPayment = z
  .strictObject({
    paymentId: externalId,
    amount: positiveMoney,
    receivedOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    method: line(100).optional(),
    reference: line(200).optional(),
    instalment: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The instalment to pay first; if not given, the earliest due.' }),
  })
  .meta({
    id: 'NewPayment',
    example: {
      paymentId: 'payment-1',
      amount: { amount: 122_000, currency: 'EUR' },
      method: 'bank transfer',
      reference: 'Order SO-1001',
      instalment: 1,
    },
  });

export const creditToApply = z.strictObject({ amount: positiveMoney, reason: reason.optional() }).meta({
  id: 'CreditToApply',
  example: { amount: { amount: 30_000, currency: 'EUR' }, reason: 'As the customer asked.' },
});

export const ledgerEntries = z.object({
  items: z.array(
    z
      .object({
        entryId: z.int(),
        account: z.enum(['receivable', 'unapplied']),
        kind: z.enum(entryKinds),
        part: z.enum(['principal', 'charges']),
        valueOn: shown.day.meta({
          description: 'The day on which it counts: for a payment, the day of receipt.',
        }),
        cause: z
          .object({ kind: z.enum(causeKinds), id: z.string().meta({ example: 'order-1001' }) })
          .meta({ description: 'What it was booked for.' }),
        amount: money.meta({ description: 'On `receivable` + is owed; on `unapplied` + is credit held.' }),
        instalment: z.int().nullable(),
        paymentId: shown.paymentId.nullable(),
        reverses: z.int().nullable(),
        commandId: shown.commandId.nullable(),
        actor: shown.actor,
        bookedAt: shown.instant,
      })
      .meta({ id: 'LedgerEntry' }),
  ),
});

export const timeline = z.object({
  items: z.array(
    z
      .object({
        at: shown.instant,
        kind: z.string().meta({ example: 'ledger.charge' }),
        future: z.boolean(),
        actor: shown.actor.nullable(),
        reason: shown.reason.nullable(),
        detail: z.record(z.string(), z.unknown()),
      })
      .meta({ id: 'TimelineEvent' }),
  ),
});
