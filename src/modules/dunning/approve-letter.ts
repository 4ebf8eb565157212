import type { Instant } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { lockCustomer } from '../customers/tables.ts';
import { findMail, lockMail, releaseMail } from '../mail/tables.ts';
import { closeTasks } from '../tasks/close-tasks.ts';
import { unknownLetter } from './letter-views.ts';
import { getLetter, noteApproved } from './letters.ts';

/**
 * Lets a letter leave that waits for a person. The sender composes it by what holds then; its task is closed; audited.
 * If the same actor approves it again, nothing changes.
 * @throws NettermsError `letter-not-found`, `letter-not-held`
 */
export async function approveLetter(
  sql: Sql,
  letterId: string,
  { actor, now }: { actor: string; now: Instant },
): Promise<{ replayed: boolean }> {
  const known = (await findMail(sql, letterId)) ?? unknownLetter(letterId);
  return inTransaction(sql, async (tx) => {
    const { id: customerId } = await lockCustomer(tx, known.customerId);
    const mail = (await lockMail(tx, letterId))!;
    if (mail.state !== 'held') {
      const approvedBy = mail.kind === 'reminder' ? (await getLetter(tx, letterId)).approvedBy : null;
      if (approvedBy === actor) return { replayed: true };
      const by = approvedBy === null ? '' : ` It was approved by ${approvedBy}.`;
      throw new NettermsError(
        'letter-not-held',
        `Letter ${letterId} does not wait for an approval: it is ${mail.state}.${by}`,
        { state: mail.state, approvedBy },
      );
    }
    await noteApproved(tx, letterId, { actor, now });
    await releaseMail(tx, letterId, now);
    await closeTasks(tx, {
      ...{ kind: 'approve-letter', customerId, orderId: null, outcome: 'done', actor, now },
      reason: 'the letter was approved',
    });
    await recordAudit(tx, {
      ...{
        at: now,
        actor,
        action: 'letter.approved',
        subject: `customer/${customerId}`,
        detail: { letterId },
      },
    });
    return { replayed: false };
  });
}
