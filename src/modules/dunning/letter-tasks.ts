import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { MailOutcome, MailRow } from '../mail/tables.ts';
import { closeTasks } from '../tasks/close-tasks.ts';
import { openTask } from '../tasks/open-task.ts';

/** A task about a letter that did not arrive, or perhaps did not. */
type LetterTask = { kind: 'letter-failed' | 'letter-unknown'; orderId: string | null };

/**
 * A letter that did not arrive, or perhaps did not, is a task; one about an earlier letter gives way to it, since of one
 * kind a customer and order have one open task. `tone`: of a reminder; other letters have their kind.
 */
export async function openLetterTask(
  tx: Tx,
  { id, customerId, orderId, kind: mailKind, recipient, lastError }: MailRow,
  { outcome, tone = mailKind, now }: { outcome: MailOutcome; tone?: string; now: Instant },
): Promise<void> {
  if (outcome !== 'failed' && outcome !== 'unknown') return;
  const kind = outcome === 'unknown' ? 'letter-unknown' : 'letter-failed';
  const earlier = await tx<LetterTask[]>`
    select kind, order_id from tasks where state = 'open' and kind = ${kind} and customer_id = ${customerId}
      and order_id is not distinct from ${orderId} and detail->>'letterId' <> ${id}`;
  await close(tx, customerId, earlier, { reason: 'a later letter did not arrive either', now });
  await openTask(tx, {
    ...{ kind, customerId, orderId },
    detail: {
      letterId: id,
      recipients: recipient === null ? [] : [recipient],
      ...(lastError !== null && { error: lastError }),
      tone,
    },
    ...{ openedAt: now, openedBy: 'system' },
  });
}

/** The letter, or one of its copies, was sent again and accepted: nobody has to care any more. */
export async function closeTasksOfLetter(
  tx: Tx,
  customerId: string,
  letterId: string,
  now: Instant,
): Promise<void> {
  const about = await tx<LetterTask[]>`
    select kind, order_id from tasks
    where customer_id = ${customerId} and state = 'open' and kind in ('letter-failed', 'letter-unknown')
      and (detail->>'letterId' = ${letterId}
        or detail->>'letterId' in (select mail_id from letter_copies where copy_of = ${letterId}))`;
  await close(tx, customerId, about, { reason: 'the letter was sent again', now });
}

/** A reminder was accepted: tasks about reminders are closed if it asks for all of theirs that is still owed. */
export async function closeTasksOfItems(
  tx: Tx,
  { id, customerId }: Pick<MailRow, 'id' | 'customerId'>,
  now: Instant,
): Promise<void> {
  const about = await tx<LetterTask[]>`
    select t.kind, t.order_id from tasks t
      join letters l on l.mail_id = coalesce((select copy_of from letter_copies c where c.mail_id = t.detail->>'letterId'),
                                             t.detail->>'letterId')
    where t.customer_id = ${customerId} and t.state = 'open' and t.kind in ('letter-failed', 'letter-unknown')
      and l.mail_id <> ${id} and not exists (
        select 1 from letter_items li join orders o on o.id = li.order_id
          join instalments i on i.order_id = li.order_id and i.number = li.instalment
        where li.mail_id = l.mail_id and o.status = 'open' and i.outstanding > 0 and not exists (
          select 1 from letter_items later
          where later.mail_id = ${id} and later.order_id = li.order_id and later.instalment = li.instalment))`;
  await close(tx, customerId, about, { reason: 'a later letter asks for the same', now });
}

async function close(
  tx: Tx,
  customerId: string,
  tasks: readonly LetterTask[],
  given: { reason: string; now: Instant },
): Promise<void> {
  for (const { kind, orderId } of tasks)
    await closeTasks(tx, { kind, customerId, orderId, outcome: 'done', ...given });
}
