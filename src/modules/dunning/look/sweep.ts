import {
  addBusinessDays,
  businessCalendar,
  type Day,
  dayAt,
  type Instant,
} from '../../../kernel/calendar.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../../platform/postgres/client.ts';
import { lockCustomer } from '../../customers/tables.ts';
import { reminderReaches } from '../../customers/undeliverable-addresses.ts';
import { activePolicies } from '../../settings/tables.ts';
import { closeTasks } from '../../tasks/close-tasks.ts';
import { openTask } from '../../tasks/open-task.ts';
import { noteAddressChanged } from '../lift-address.ts';
import { judgePromises } from '../reserves/judge-promises.ts';
import type { WaitReason } from '../rules/item-guards.ts';
import { ELAPSED_BANK_DAY_MS } from '../rules/promises.ts';
import { openPromiseTasks } from './guard-tasks.ts';
import { wakeSteps } from './wake-steps.ts';

/** How many customers or orders one sweep takes of a kind; the next one takes the rest. */
const AT_ONCE = 1_000;
/** How long before its due date a collection must have been presented. */
const PRESENTED_DAYS_BEFORE = 5;
/** How often a person is asked again about a collection whose due date is over. */
const ASK_AGAIN_DAYS = 14;
/** How long a dispute may be without an answer. */
const DISPUTE_DAYS = 15;

/**
 * What no single order or customer brings about: each minute it is looked at whether what many wait for has come to its
 * end, and what a person should have done by now. Repeats change nothing. Each customer is dealt with in a transaction of
 * its own, so that nobody is kept waiting, and whatever fails does not hold up the rest.
 * @throws what failed, after all the rest is done
 */
export async function sweep(sql: Sql, now: Instant): Promise<void> {
  const { settings } = await activePolicies(sql);
  const today = dayAt(now, settings.body.timeZone);
  await all([
    () => wakeForBankData(sql, now, today),
    () => wakeForAddresses(sql, now),
    () => wakeForDocuments(sql, now),
    () => wakeForMinimum(sql, now),
    () => judgeRipePromises(sql, now, today),
    async () => openTasks(sql, 'not-presented', await notPresented(sql, today), now),
    async () => openTasks(sql, 'dispute-open', await unanswered(sql, now), now),
    async () => openTasks(sql, 'credit-note-missing', await withoutCreditNote(sql), now),
  ]);
}

/** Bank data has come: what waited for it is looked at in the customers' next slots. */
async function wakeForBankData(sql: Sql, now: Instant, today: Day): Promise<void> {
  const { country } = (await activePolicies(sql)).settings.body;
  const [row] = await sql<{ bookedThrough: Day | null }[]>`
    select min(booked_through) as booked_through from statement_accounts
    where updated_at > ${now}::timestamptz - interval '60 days'`;
  const bookedThrough = row!.bookedThrough;
  if (bookedThrough !== null && addBusinessDays(bookedThrough, 2, businessCalendar(country)) < today) return;
  const over = {
    customerId: null,
    outcome: 'done',
    reason: 'letters do not wait for statements any more',
    now,
  } as const;
  await inTransaction(sql, (tx) => closeTasks(tx, { kind: 'bank-data-old', ...over }));
  const waiting = await sql<{ customerId: string }[]>`
    select distinct customer_id from steps where state = 'waiting' and waits_for = 'bank-data' and look_at is null
    order by 1 limit ${AT_ONCE}`;
  await wakeInTurn(sql, waiting, now);
}

/**
 * The store has changed contacts: letters that waited for an address leave in the customers' next slots, and a task whose
 * addresses are all gone is closed.
 */
async function wakeForAddresses(sql: Sql, now: Instant): Promise<void> {
  const changed = await sql<{ customerId: string }[]>`
    select c.id as customer_id from customers c
    where (c.id in (select customer_id from steps where state = 'waiting' and waits_for = 'address' and look_at is null)
        and ${reminderReaches(sql)})
      or (c.id in (select customer_id from tasks where kind = 'address-undeliverable' and state = 'open')
        and not exists (select 1 from undeliverable_addresses u where u.customer_id = c.id))
    order by 1 limit ${AT_ONCE}`;
  await inTurn(sql, changed, async (tx, { customerId }) => {
    await lockCustomer(tx, customerId);
    await noteAddressChanged(tx, { customerId, policies: await activePolicies(tx), now });
  });
}

/** Until an instant that the documents have given. */
const waitsByDocument = ['window', 'interval', 'limit', 'deadline', 'final-letter'] satisfies WaitReason[];

/**
 * The merchant has changed send times, pauses or intervals: what waited until an instant that they gave is looked at in
 * the customers' next slots.
 */
async function wakeForDocuments(sql: Sql, now: Instant): Promise<void> {
  const { dunning, settings } = await activePolicies(sql);
  await inTransaction(sql, async (tx) => {
    const changed = await tx`
      insert into steps_planned_by (dunning, settings) values (${dunning.version}, ${settings.version})
      on conflict (one) do update set dunning = excluded.dunning, settings = excluded.settings
        where (steps_planned_by.dunning, steps_planned_by.settings) <> (excluded.dunning, excluded.settings)
      returning 1`;
    // Steps that are looked at in this moment are left out: they are planned by the new ones.
    if (changed.length > 0)
      await tx`
        update steps set look_at = null where (order_id, key) in (
          select order_id, key from steps where state = 'waiting' and waits_for = any(${waitsByDocument}) for update skip locked)`;
  });
  const waiting = await sql<{ customerId: string }[]>`
    select distinct customer_id from steps
    where state = 'waiting' and waits_for = any(${waitsByDocument}) and look_at is null order by 1 limit ${AT_ONCE}`;
  await wakeInTurn(sql, waiting, now);
}

/** The merchant has lowered a minimum: what waited for more is looked at in the customers' next slots. */
async function wakeForMinimum(sql: Sql, now: Instant): Promise<void> {
  const { minimumAmounts } = (await activePolicies(sql)).dunning.body;
  const enough = await sql<{ customerId: string }[]>`
    select distinct customer_id from (
      select s.customer_id, o.currency, sum(i.outstanding) as amount
      from steps s join orders o on o.id = s.order_id
        join instalments i on i.order_id = s.order_id and i.number = s.instalment
      where s.state = 'waiting' and s.waits_for = 'minimum' and s.look_at is null and o.status = 'open'
      group by 1, 2) waiting
      left join jsonb_to_recordset(${sql.json(minimumAmounts)}) as minimum (amount bigint, currency text) using (currency)
    where waiting.amount >= coalesce(minimum.amount, 0)
    order by 1 limit ${AT_ONCE}`;
  await wakeInTurn(sql, enough, now);
}

/** Promises whose day or instant is over are judged, though nothing of the customer is due: a broken one is a task. */
async function judgeRipePromises(sql: Sql, now: Instant, today: Day): Promise<void> {
  const since = new Date(Date.parse(now) - 2 * ELAPSED_BANK_DAY_MS).toISOString();
  const ripe = await sql<{ customerId: string }[]>`
    select distinct customer_id from promises where state = 'open'
      and case when by_at is null then by_on < ${today}::date - 1 else by_at <= ${since} end
    order by 1 limit ${AT_ONCE}`;
  await inTurn(sql, ripe, async (tx, { customerId }) => {
    await lockCustomer(tx, customerId);
    const policies = await activePolicies(tx);
    const { kept, broken } = await judgePromises(tx, { customerId, now, policies });
    await openPromiseTasks(tx, broken, now);
    if (kept.length + broken.length > 0)
      await wakeSteps(tx, { customerId, causes: ['promise'], policies, now });
  });
}

/** What these customers' steps wait for is over. */
const wakeInTurn = (sql: Sql, found: readonly { customerId: string }[], now: Instant): Promise<void> =>
  inTurn(sql, found, async (tx, { customerId }) => {
    await lockCustomer(tx, customerId);
    await wakeSteps(tx, { customerId, causes: [], policies: await activePolicies(tx), now });
  });

/** Deals with one after the other, each in a transaction of its own. */
const inTurn = <T>(
  sql: Sql,
  found: readonly T[],
  deal: (tx: Tx, one: T) => Promise<unknown>,
): Promise<void> => all(found.map((one) => () => inTransaction(sql, (tx) => deal(tx, one))));

/** Does one after the other, whatever fails; then throws the first failure. */
async function all(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

type Found = {
  customerId: string;
  orderId: string;
  amount: number;
  currency: string;
  detail: Record<string, unknown>;
};

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
  from bank_collections c join orders o on o.id = c.order_id join instalments i on i.order_id = c.order_id and i.number = c.instalment
  where c.state = 'planned' and o.status = 'open' and i.outstanding > 0 and i.due_at is not null
    and i.due_on <= ${today}::date + ${PRESENTED_DAYS_BEFORE}::int
    and not exists (select 1 from tasks t where t.kind = 'not-presented' and t.order_id = o.id
      and t.opened_at >= greatest(c.updated_at, case when i.due_on <= ${today}::date
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
