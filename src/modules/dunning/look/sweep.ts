import {
  addBusinessDays,
  businessCalendar,
  type Day,
  dayAt,
  type Instant,
} from '../../../kernel/calendar.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../../platform/postgres/client.ts';
import { collectionState } from '../../bank-collections/tables.ts';
import { lockCustomer } from '../../customers/tables.ts';
import { reminderReaches } from '../../customers/undeliverable-addresses.ts';
import { activePolicies } from '../../settings/tables.ts';
import { closeTasks } from '../../tasks/close-tasks.ts';
import { openTask } from '../../tasks/open-task.ts';
import { noteAddressChanged } from '../lift-address.ts';
import { judgePromises } from '../reserves/judge-promises.ts';
import type { WaitReason } from '../rules/item-guards.ts';
import { ELAPSED_BANK_DAY_MS } from '../rules/promises.ts';
import { BANK_DAYS, IMPORTED_WITHIN, readUse } from './customer-facts.ts';
import { openPromiseTasks } from './guard-tasks.ts';
import { wakeSteps } from './wake-steps.ts';

/** How many customers or orders one sweep takes of a kind; the next one takes the rest. */
const AT_ONCE = 1_000;
/** After so many business days without bank data a person is asked for it: a day after letters begin to wait. */
const BANK_DATA_BUSINESS_DAYS = 3;
/** How long before its due date a collection must have been presented. */
const PRESENTED_DAYS_BEFORE = 5;
/** How long after a change of the dunning policy it is looked for what need not wait any more. */
const CHANGED_WITHIN_MS = 5 * 86_400_000;
/** What the dunning policy governs. */
const governed = ['window', 'interval', 'limit', 'minimum', 'final-letter'] as const satisfies WaitReason[];
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
    () => wakeForUse(sql, now),
    () => wakeForPolicy(sql, now),
    () => wakeAfterInsolvency(sql, now),
    () => wakeForAddresses(sql, now),
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
    where updated_at > ${now}::timestamptz - ${IMPORTED_WITHIN}::interval`;
  const bookedThrough = row!.bookedThrough;
  const covered = (days: number) => addBusinessDays(bookedThrough!, days, businessCalendar(country));
  if (bookedThrough !== null && covered(BANK_DAYS) < today) {
    if (covered(BANK_DATA_BUSINESS_DAYS) < today) await askForBankData(sql, bookedThrough, now);
    return;
  }
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
  await wakeAll(sql, waiting, [], now);
}

/** Letters wait for statements: a task says so, once for each day up to which they go. */
async function askForBankData(sql: Sql, bookedThrough: Day, now: Instant): Promise<void> {
  const [waiting] = await sql`
    select 1 from steps join orders o on o.id = steps.order_id
    where o.status = 'open' and state = 'waiting' and waits_for = 'bank-data' and not exists (
      select 1 from tasks t where t.kind = 'bank-data-old' and t.detail->>'bookedThrough' = ${bookedThrough}) limit 1`;
  if (!waiting) return;
  const task = { kind: 'bank-data-old', customerId: null, orderId: null, detail: { bookedThrough } } as const;
  await inTransaction(sql, (tx) => openTask(tx, { ...task, openedAt: now, openedBy: 'system' }));
}

/** A merchant who does not invoice any more, and a store that reports no deliveries, are not waited for. */
async function wakeForUse(sql: Sql, now: Instant): Promise<void> {
  const { invoices, deliveries } = await readUse(sql, now);
  const over = [...(invoices ? [] : ['not-invoiced']), ...(deliveries ? [] : ['not-delivered'])];
  if (over.length === 0) return;
  const waiting = await sql<{ customerId: string }[]>`
    select distinct customer_id from steps where state = 'waiting' and waits_for = any(${over}) and look_at is null
    order by 1 limit ${AT_ONCE}`;
  await wakeAll(sql, waiting, [], now);
}

/**
 * The dunning policy has changed: for some days, what waits for something that it governs is looked at in the next slot,
 * if it were looked at much later or never.
 */
async function wakeForPolicy(sql: Sql, now: Instant): Promise<void> {
  const { dunning } = await activePolicies(sql);
  if (dunning.updatedAt === null || Date.parse(now) - Date.parse(dunning.updatedAt) > CHANGED_WITHIN_MS)
    return;
  const waiting = await sql<{ customerId: string }[]>`
    select distinct customer_id from steps
    where state = 'waiting' and waits_for = any(${governed as string[]})
      and (look_at is null or look_at > ${now}::timestamptz + ${CHANGED_WITHIN_MS} * interval '1 millisecond')
    order by 1 limit ${AT_ONCE}`;
  await wakeAll(sql, waiting, governed, now);
}

/** An insolvency has ended, perhaps because it was a mistake: a person decides on what is overdue. */
async function wakeAfterInsolvency(sql: Sql, now: Instant): Promise<void> {
  const solvent = await sql<{ customerId: string }[]>`
    select distinct s.customer_id from steps s join customers c on c.id = s.customer_id join orders o on o.id = s.order_id
      join instalments i on i.order_id = s.order_id and i.number = s.instalment
    where s.kind = 'decide' and s.reason = 'insolvency' and c.privilege <> 'insolvency' and o.status = 'open' and i.outstanding > 0
    order by 1 limit ${AT_ONCE}`;
  await wakeAll(sql, solvent, [], now);
}

/** What waits for an event or one of these causes is looked at in the customers' next slots. */
const wakeAll = (
  sql: Sql,
  customers: readonly { customerId: string }[],
  causes: readonly WaitReason[],
  now: Instant,
): Promise<void> =>
  inTurn(sql, customers, async (tx, { customerId }) => {
    await lockCustomer(tx, customerId);
    await wakeSteps(tx, { customerId, causes, policies: await activePolicies(tx), now });
  });

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
