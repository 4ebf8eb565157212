import { z } from 'zod';
import { approval } from './approvals.ts';
import { day, documentNumber, externalId, line, money, positiveMoney, reason, shown } from './fields.ts';
import { orderAfterCommand } from './order.ts';

export const newCreditNote = z
  .strictObject({
    creditNoteId: externalId,
    amount: positiveMoney,
    issuedOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    number: documentNumber(100)
      .optional()
      .meta({ description: 'Unique within a year of issue, except on other orders of the same customer.' }),
    reason,
  })
  .meta({
    id: 'NewCreditNote',
    example: {
      creditNoteId: 'credit-note-1',
      amount: { amount: 12_200, currency: 'EUR' },
      issuedOn: '2026-01-15',
      number: 'CN-2026/3',
      reason: 'One parcel was damaged.',
    },
  });

export const newRefund = z
  .strictObject({
    refundId: externalId,
    amount: positiveMoney,
    refundedOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    method: line(100).optional(),
    reference: line(200).optional(),
    reason: reason.optional(),
  })
  .meta({
    id: 'NewRefund',
    example: {
      refundId: 'refund-1',
      amount: { amount: 20_000, currency: 'EUR' },
      refundedOn: '2026-01-15',
      method: 'bank transfer',
      reference: 'Refund of credit',
      reason: 'The customer asked for it.',
    },
  });

/** Credit that was paid out, and what is still held. */
export const refund = z.object({
  customerId: shown.customerId,
  refundId: z.string().meta({ example: 'refund-1' }),
  amount: money,
  unapplied: money,
});

export const newWriteOff = z
  .strictObject({
    amount: positiveMoney.optional().meta({ description: 'All that is outstanding if not given.' }),
    reason,
  })
  .meta({
    id: 'NewWriteOff',
    example: { amount: { amount: 60_000, currency: 'EUR' }, reason: 'The rest cannot be collected.' },
  });

/** The order, with the approval that its write-off waits for. */
export const orderAfterWriteOff = orderAfterCommand
  .extend({ approval: approval.optional() })
  .meta({ id: 'OrderAfterWriteOff' });
