import type { Instant } from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { collectionState } from '../../bank-collections/tables.ts';
import { closeTasks } from '../../tasks/close-tasks.ts';
import type { TaskKind } from '../../tasks/rules/task.ts';

/**
 * Closes the tasks about a customer's reminders whose cause is gone, though no look will see it: what they are about was
 * paid, presented to the bank, put on hold or planned again. A dispute, or the credit note for one, is still owed to a
 * customer who has paid. Needs the customer's lock.
 */
export async function closeEndedTasks(tx: Tx, customerId: string, now: Instant): Promise<void> {
  const ended = await tx<{ kind: TaskKind; orderId: string | null }[]>`
    select t.kind, t.order_id from tasks t where t.customer_id = ${customerId} and t.state = 'open' and case t.kind
      when 'not-invoiced' then not exists (select 1 from orders o where o.id = t.order_id and o.status = 'open')
      when 'not-delivered' then not exists (select 1 from orders o where o.id = t.order_id and o.status = 'open')
      when 'decide' then not exists (
        select 1 from steps s join orders o on o.id = s.order_id
          join instalments i on i.order_id = s.order_id and i.number = s.instalment
        where s.order_id = t.order_id and s.state = 'waiting' and s.waits_for = 'decision' and o.status = 'open' and i.outstanding > 0)
      when 'not-presented' then not exists (
        select 1 from instalments i join orders o on o.id = i.order_id
          left join bank_collections b on b.order_id = i.order_id and b.instalment = i.number
        where o.id = t.order_id and ${collectionState(tx)} = 'planned' and o.status = 'open' and i.outstanding > 0)
      when 'credit-held' then not exists (
        select 1 from accounts a where a.customer_id = t.customer_id and a.unapplied > 0)
      when 'promise-broken' then not exists (
        select 1 from promises p join orders o on o.customer_id = p.customer_id and o.status = 'open' and o.outstanding > 0
        where p.id = t.detail->>'promiseId' and (p.order_ids is null or o.id = any(p.order_ids)))
      else false end`;
  for (const { kind, orderId } of ended)
    await closeTasks(tx, { kind, customerId, orderId, outcome: 'done', reason: 'its cause is gone', now });
}
