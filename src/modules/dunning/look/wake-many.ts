import { addBusinessDays, businessCalendar, type Day, type Instant } from '../../../kernel/calendar.ts';
import { inTransaction, type Sql } from '../../../platform/postgres/client.ts';
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
import { AT_ONCE, inTurn } from './in-turn.ts';
import { wakeSteps } from './wake-steps.ts';

/*
 * What ends for many at once: their letters leave in each customer's next slot, not before.
 */

/** After so many business days without bank data a person is asked for it: a day after letters begin to wait. */
const BANK_DATA_BUSINESS_DAYS = 3;

/** What these customers' steps wait for is over. */
const wakeAll = (sql: Sql, customers: readonly { customerId: string }[], now: Instant): Promise<void> =>
  inTurn(sql, customers, async (tx, { customerId }) => {
    await lockCustomer(tx, customerId);
    await wakeSteps(tx, { customerId, causes: [], policies: await activePolicies(tx), now });
  });

/** Bank data has come: what waited for it is looked at in the customers' next slots. */
export async function wakeForBankData(sql: Sql, now: Instant, today: Day): Promise<void> {
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
  await wakeAll(sql, waiting, now);
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
export async function wakeForUse(sql: Sql, now: Instant): Promise<void> {
  const { invoices, deliveries } = await readUse(sql, now);
  const over = [...(invoices ? [] : ['not-invoiced']), ...(deliveries ? [] : ['not-delivered'])];
  if (over.length === 0) return;
  const waiting = await sql<{ customerId: string }[]>`
    select distinct customer_id from steps where state = 'waiting' and waits_for = any(${over}) and look_at is null
    order by 1 limit ${AT_ONCE}`;
  await wakeAll(sql, waiting, now);
}

/** An insolvency has ended, perhaps because it was a mistake: a person decides on what is overdue. */
export async function wakeAfterInsolvency(sql: Sql, now: Instant): Promise<void> {
  const solvent = await sql<{ customerId: string }[]>`
    select distinct s.customer_id from steps s join customers c on c.id = s.customer_id join orders o on o.id = s.order_id
      join instalments i on i.order_id = s.order_id and i.number = s.instalment
    where s.kind = 'decide' and s.reason = 'insolvency' and c.privilege <> 'insolvency' and o.status = 'open' and i.outstanding > 0
    order by 1 limit ${AT_ONCE}`;
  await wakeAll(sql, solvent, now);
}

/**
 * The store has changed contacts: letters that waited for an address leave in the customers' next slots, and a task whose
 * addresses are all gone is closed.
 */
export async function wakeForAddresses(sql: Sql, now: Instant): Promise<void> {
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

/** What is waited for until an instant that the policies have given. */
const waitsByPolicy = ['window', 'interval', 'limit', 'deadline', 'final-letter'] satisfies WaitReason[];

/**
 * The merchant has changed send times, pauses or intervals: what waited until an instant that they gave is looked at in
 * the customers' next slots.
 */
export async function wakeForPolicy(sql: Sql, now: Instant): Promise<void> {
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
          select order_id, key from steps where state = 'waiting' and waits_for = any(${waitsByPolicy}) for update skip locked)`;
  });
  const waiting = await sql<{ customerId: string }[]>`
    select distinct customer_id from steps
    where state = 'waiting' and waits_for = any(${waitsByPolicy}) and look_at is null order by 1 limit ${AT_ONCE}`;
  await wakeAll(sql, waiting, now);
}

/** The merchant has lowered a minimum: what waited for more is looked at in the customers' next slots. */
export async function wakeForMinimum(sql: Sql, now: Instant): Promise<void> {
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
  await wakeAll(sql, enough, now);
}

/** Promises whose day or instant is over are judged, though nothing of the customer is due: a broken one is a task. */
export async function judgeRipePromises(sql: Sql, now: Instant, today: Day): Promise<void> {
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
