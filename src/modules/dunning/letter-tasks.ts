import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { MailOutcome, MailRow } from '../mail/tables.ts';
import { openTask } from '../tasks/open-task.ts';

/** A letter that did not arrive, or perhaps did not, is a task. `tone`: of a reminder; other letters have their kind. */
export async function openLetterTask(
  tx: Tx,
  { id, customerId, orderId, kind, recipient, lastError }: MailRow,
  { outcome, tone = kind, now }: { outcome: MailOutcome; tone?: string; now: Instant },
): Promise<void> {
  if (outcome !== 'failed' && outcome !== 'unknown') return;
  await openTask(tx, {
    ...{ kind: outcome === 'unknown' ? 'letter-unknown' : 'letter-failed', customerId, orderId },
    detail: {
      letterId: id,
      recipients: recipient === null ? [] : [recipient],
      ...(lastError !== null && { error: lastError }),
      tone,
    },
    ...{ openedAt: now, openedBy: 'system' },
  });
}
