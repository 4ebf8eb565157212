import type { z } from 'zod';
import type { ApprovalRow } from '../modules/approvals/tables.ts';
import type { approval } from './schemas/approvals.ts';

/** An approval as the API returns it. */
export const approvalView = ({ id, amount, currency, ...row }: ApprovalRow): z.infer<typeof approval> => ({
  ...row,
  approvalId: id,
  amount: amount === null ? null : { amount, currency: currency! },
});
