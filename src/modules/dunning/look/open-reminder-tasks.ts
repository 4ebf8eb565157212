import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Db, Sql } from '../../../platform/postgres/client.ts';
import { collectionState } from '../../bank-collections/tables.ts';
import { openTask } from '../../tasks/open-task.ts';
import { AT_ONCE, all, inTurn } from './in-turn.ts';

/*
 * What a person should have done by now, and of which no look at a customer would tell.
 */

/** How long before its due date a collection must have been presented. */
const PRESENTED_DAYS_BEFORE = 5;
/** How often a person is asked again about a collection whose due date is over. */
const ASK_AGAIN_DAYS = 14;
/** How long a dispute may be without an answer. */
const DISPUTE_DAYS = 15;

type Found = {
  customerId: string;
  orderId: string;
  amount: number;
  currency: string;
  detail: Record<string, unknown>;
};

/** Collections that should have been presented, disputes without an answer, credit notes that are missing. */
export async function openReminderTasks(sql: Sql, now: Instant, today: Day): Promise<void> {
  await all([
    async () => openTasks(sql, 'not-presented', await notPresented(sql, today), now),
    async () => openTasks(sql, 'dispute-open', await unanswered(sql, now), now),
    async () => openTasks(sql, 'credit-note-missing', await withoutCreditNote(sql), now),
  ]);
}

async function openTasks(
  sql: Sql,
  kind: 'not-presented' | 'dispute-open' | 'credit-note-missing',
  found: readonly Found[],
  now: Instant,
): Promise<void> {
  await inTurn(sql, found, (tx, task) => openTask(tx, { kind, ...task, openedAt: now, openedBy: 'system' }));
}

/**
 * Collections that are planned and not presented: five days before the due date, on it, and again every 14 days. The
 * count starts again for one that was returned and is to be presented again.
 */
const notPresented = (db: Db, today: Day): Promise<Found[]> => db<Found[]>`
  select o.customer_id, o.id as order_id, i.outstanding as amount, o.currency,
         jsonb_build_object('instalment', i.number, 'dueOn', i.due_on) as detail
  from instalments i join orders o on o.id = i.order_id
    left join bank_collections b on b.order_id = i.order_id and b.instalment = i.number
  where ${collectionState(db)} = 'planned' and o.status = 'open' and i.outstanding > 0 and i.due_at is not null
    and i.due_on <= ${today}::date + ${PRESENTED_DAYS_BEFORE}::int
    and not exists (select 1 from tasks t where t.kind = 'not-presented' and t.order_id = o.id
      and t.opened_at >= greatest(b.updated_at, o.placed_at, case when i.due_on <= ${today}::date
        then greatest(i.due_on, ${today}::date - ${ASK_AGAIN_DAYS - 1}::int)::timestamptz
        else (i.due_on - ${PRESENTED_DAYS_BEFORE}::int)::timestamptz end))
  order by i.due_on limit ${AT_ONCE}`;

const unanswered = (db: Db, now: Instant): Promise<Found[]> => db<Found[]>`
  select d.customer_id, d.order_id, coalesce(d.amount, o.outstanding) as amount, d.currency,
         jsonb_build_object('disputeId', d.id, 'cause', d.reason) as detail
  from disputes d join orders o on o.id = d.order_id
  where d.outcome is null and d.opened_at <= ${now}::timestamptz - ${DISPUTE_DAYS} * interval '1 day'
    and coalesce(d.amount, o.outstanding) > 0
    and not exists (select 1 from tasks t where t.kind = 'dispute-open' and t.order_id = d.order_id and t.detail->>'disputeId' = d.id)
  order by d.opened_at limit ${AT_ONCE}`;

const withoutCreditNote = (db: Db): Promise<Found[]> => db<Found[]>`
  select d.customer_id, d.order_id, coalesce(d.amount, o.outstanding) as amount, d.currency,
         jsonb_build_object('disputeId', d.id, 'cause', d.reason) as detail
  from disputes d join orders o on o.id = d.order_id
  where d.outcome = 'upheld' and d.credit_note_id is null and coalesce(d.amount, o.outstanding) > 0
    and not exists (select 1 from tasks t where t.kind = 'credit-note-missing' and t.order_id = d.order_id and t.detail->>'disputeId' = d.id)
  order by d.resolved_at limit ${AT_ONCE}`;
