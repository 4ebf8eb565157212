import { z } from 'zod';
import { approvalKinds } from '../../modules/approvals/rules/kinds.ts';
import { money, reason, shown } from './fields.ts';

export const approval = z
  .object({
    approvalId: shown.approvalId,
    kind: z.enum(approvalKinds).meta({
      description:
        '`write-off`: of an order; `write-off-threshold`: a change of the settings by which fewer write-offs would need a second admin; `bank-account`: another account or holder, in force a day after it is approved.',
    }),
    subject: z.string().meta({ description: 'What it is about.', example: 'order/order-1001' }),
    orderId: shown.orderId.nullable().meta({ description: 'null if it is not about an order.' }),
    amount: money.nullable().meta({ description: 'null if it is not about an amount.' }),
    detail: z.record(z.string(), z.unknown()).meta({
      description:
        'What is asked, if the rest does not say it: of a change of the settings `baseVersion`, the `changes` and the whole new document (`body`).',
      example: {},
    }),
    reason: shown.reason.nullable(),
    requestedBy: shown.actor,
    requestedAt: shown.instant,
    decision: z.enum(['approved', 'rejected']).nullable().meta({ description: 'null while it waits.' }),
    decidedBy: shown.actor.nullable(),
    decidedAt: shown.instant.nullable(),
    comment: shown.reason.nullable(),
  })
  .meta({ id: 'Approval' });

export const approvalDecision = z
  .strictObject({ comment: reason.optional() })
  .meta({ example: { comment: 'Checked with the collection agency.' } });
