import type { Instant } from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { recordAudit } from '../../audit/tables.ts';
import { closeTasks } from '../../tasks/close-tasks.ts';
import { noteCreditNote } from './disputes.ts';

/**
 * An upheld dispute waits for its credit note, and until then its amount is not asked for. A credit note of exactly that
 * amount, booked on the order since the dispute was opened, is taken for it: otherwise the amount would be left out twice.
 * If all of the order was disputed, it is the last one, once nothing is owed any more and nothing was paid since. Another
 * amount is a person's decision. Needs the customer's lock.
 */
export async function linkCreditNotes(tx: Tx, customerId: string, now: Instant): Promise<void> {
  const found = await tx<{ disputeId: string; orderId: string; creditNoteId: string }[]>`
    select distinct on (d.id) d.id as dispute_id, d.order_id, n.credit_note_id
    from disputes d join orders o on o.id = d.order_id
      join credit_notes n on n.order_id = d.order_id and n.created_at >= d.opened_at
        and case when d.amount is not null then n.amount = d.amount
          else o.outstanding <= 0 and not exists (
            select 1 from ledger l where l.order_id = o.id and l.account = 'receivable' and l.effect in ('payment', 'allocation')
              and l.booked_at >= d.opened_at) end
      join commands c on c.id = n.command_id and c.outcome = 'applied'
    where d.customer_id = ${customerId} and d.outcome = 'upheld' and d.credit_note_id is null
      and not exists (select 1 from disputes other where other.credit_note_id = n.credit_note_id)
    order by d.id, case when d.amount is null then n.created_at end desc, n.created_at`;
  const taken = new Set<string>();
  for (const { disputeId, orderId, creditNoteId } of found) {
    if (taken.has(creditNoteId)) continue;
    taken.add(creditNoteId);
    await noteCreditNote(tx, disputeId, creditNoteId);
    await recordAudit(tx, {
      ...{ at: now, actor: 'system', action: 'dispute.credited', subject: `order/${orderId}` },
      detail: { disputeId, creditNoteId },
    });
    await closeTasks(tx, {
      ...{ kind: 'credit-note-missing', customerId, orderId, outcome: 'done', now },
      reason: `credit note ${creditNoteId}`,
    });
  }
}
