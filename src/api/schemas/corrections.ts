import { z } from 'zod';
import { day, documentNumber, externalId, line, money, positiveMoney, reason } from './fields.ts';
import { orderAfterCommand } from './order.ts';

export const newCreditNote = z
  .strictObject({
    creditNoteId: externalId,
    amount: positiveMoney,
    issuedOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    number: documentNumber(100)
      .optional()
      .meta({ description: 'Once in a year of issue on an order, and for one customer.' }),
    reason,
  })
  .meta({ id: 'NewCreditNote' });

export const newRefund = z
  .strictObject({
    refundId: externalId,
    amount: positiveMoney,
    refundedOn: day.optional().meta({ description: 'In the merchant’s time zone; today if not given.' }),
    method: line(100).optional(),
    reference: line(200).optional(),
    reason: reason.optional(),
  })
  .meta({ id: 'NewRefund' });

export const newWriteOff = z
  .strictObject({
    amount: positiveMoney.optional().meta({ description: 'All that is outstanding if not given.' }),
    reason,
  })
  .meta({ id: 'NewWriteOff' });

export const approval = z
  .object({
    approvalId: z.string(),
    kind: z.enum(['write-off']),
    orderId: z.string(),
    amount: money,
    reason: z.string(),
    requestedBy: z.string(),
    requestedAt: z.string(),
    decision: z.enum(['approved', 'rejected']).nullable().meta({ description: 'null while it waits.' }),
    decidedBy: z.string().nullable(),
    decidedAt: z.string().nullable(),
    comment: z.string().nullable(),
  })
  .meta({ id: 'Approval' });

export const approvalDecision = z.strictObject({ comment: reason.optional() });

/** The order, with the approval that its write-off waits for. */
export const orderAfterWriteOff = orderAfterCommand
  .extend({ approval: approval.optional() })
  .meta({ id: 'OrderAfterWriteOff' });
