import { z } from 'zod';
import type { Tx } from '../../../platform/postgres/client.ts';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { throwIfRefused } from '../../commands/rules/refusal.ts';
import { getOrder } from '../../orders/tables.ts';
import { closeTasks } from '../../tasks/close-tasks.ts';
import { wakeSteps } from '../look/wake-steps.ts';
import { disputeOutcomes } from '../rules/disputes.ts';
import { openOrderOf } from './customer-orders.ts';
import { getDispute, noteResolved } from './disputes.ts';

/**
 * Decides a dispute, once. One that was upheld takes its credit note later. The same outcome again changes nothing.
 * Refused with `order-not-found`, `dispute-not-found`; `dispute-resolved` for another outcome or credit note;
 * `credit-note-not-found` if the order has no such credit note; `validation` for a credit note of a rejected dispute.
 */
export const resolveDispute = customerCommand({
  kind: 'resolveDispute',
  permission: 'admin',
  body: z.object({
    orderId: z.string(),
    disputeId: z.string(),
    outcome: z.enum(disputeOutcomes),
    creditNoteId: z.string().nullable(),
  }),
  customerOf: async (tx, { orderId }) => (await getOrder(tx, orderId)).customerId,
  businessId: () => null,

  async alreadyDone(tx, _, { orderId, disputeId, outcome, creditNoteId }) {
    const known = await getDispute(tx, orderId, disputeId);
    if (known.outcome === null) return false;
    if (known.outcome === outcome && [null, known.creditNoteId].includes(creditNoteId)) return true;
    const completes = outcome === 'upheld' && known.outcome === 'upheld' && known.creditNoteId === null;
    if (!completes) throwIfRefused(resolvedBefore(disputeId, known));
    return false;
  },

  async apply(tx, { customer, now, policies }, body, { command: { actor } }) {
    const { orderId, disputeId, outcome, creditNoteId } = body;
    if (creditNoteId !== null) await requireCreditNote(tx, orderId, creditNoteId);
    await noteResolved(tx, disputeId, { outcome, creditNoteId, actor, now });
    await recordAudit(tx, {
      ...{ at: now, actor, action: `dispute.${outcome}`, subject: `order/${orderId}` },
      detail: { disputeId, ...(creditNoteId === null ? {} : { creditNoteId }) },
    });
    const answered = {
      customerId: customer.id,
      orderId,
      outcome: 'done',
      reason: `dispute ${outcome}`,
      now,
    } as const;
    await closeTasks(tx, { kind: 'dispute-open', ...answered });
    if (creditNoteId !== null) await closeTasks(tx, { kind: 'credit-note-missing', ...answered });
    await wakeSteps(tx, { customerId: customer.id, causes: ['dispute'], now, policies });
  },

  changedOrders: async (tx, { orderId }) => openOrderOf(tx, (await getOrder(tx, orderId)).customerId),

  consequences: [],
});

const resolvedBefore = (
  disputeId: string,
  { outcome, creditNoteId }: { outcome: string | null; creditNoteId: string | null },
) => ({
  code: 'dispute-resolved' as const,
  detail: `Dispute ${disputeId} was ${outcome}${creditNoteId === null ? '' : `, with credit note ${creditNoteId}`}.`,
});

async function requireCreditNote(tx: Tx, orderId: string, creditNoteId: string): Promise<void> {
  const found = await tx`
    select 1 from credit_notes n join commands c on c.id = n.command_id
    where n.credit_note_id = ${creditNoteId} and n.order_id = ${orderId} and c.outcome is distinct from 'refused'`;
  if (found.length === 0)
    throwIfRefused({
      code: 'credit-note-not-found',
      detail: `Order ${orderId} has no credit note ${creditNoteId}: book it first.`,
    });
}
