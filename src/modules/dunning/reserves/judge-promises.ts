import { businessCalendar, type Day, dayAt, type Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import type { Db, Tx } from '../../../platform/postgres/client.ts';
import { recordAudit } from '../../audit/tables.ts';
import { lockCustomer } from '../../customers/tables.ts';
import type { ActivePolicies } from '../../settings/tables.ts';
import { type Evidence, isRipe, judgePromise } from '../rules/promises.ts';
import { owedOn } from './customer-orders.ts';
import { decidePromise, type PromiseRow, promisesOf } from './promises.ts';

/** How long an account whose statements were imported is taken as one whose statements are imported. */
const IMPORTED_WITHIN = '60 days';

/**
 * Decides which of a customer's open promises were kept or broken, and takes the customer's lock if there are any. A
 * repeat finds them decided. Steps that waited for them must look again.
 * @returns the promises that were decided, the newest first
 */
export async function judgePromises(
  tx: Tx,
  { customerId, now, policies }: { customerId: string; now: Instant; policies: ActivePolicies },
): Promise<{ kept: PromiseRow[]; broken: PromiseRow[] }> {
  const { timeZone, country } = policies.settings.body;
  const calendar = businessCalendar(country);
  const today = dayAt(now, timeZone);
  const findRipe = async () =>
    (await promisesOf(tx, customerId, 'open')).filter((promise) => isRipe(promise, { now, today, calendar }));
  const decided: Record<'kept' | 'broken', PromiseRow[]> = { kept: [], broken: [] };
  if ((await findRipe()).length === 0) return decided;
  await lockCustomer(tx, customerId);
  const ripe = await findRipe();
  const bookedThrough = await statementsCover(tx, now);
  for (const promise of ripe) {
    const { orderIds, byOn, amount } = promise;
    const [payments, credited, owed] = await Promise.all([
      moneySince(tx, promise),
      amount !== null && orderIds === null ? creditedSince(tx, promise) : [],
      owedOn(tx, customerId, { orderIds, dueBy: amount === null ? promise : null }),
    ]);
    const state = judgePromise(promise, { now, today, calendar, bookedThrough, payments, credited, owed });
    if (state === 'open') continue;
    await decidePromise(tx, promise.id, { state, now });
    await recordAudit(tx, {
      ...{ at: now, actor: 'system', action: `promise.${state}`, subject: `customer/${customerId}` },
      detail: { promiseId: promise.id, by: byOn },
    });
    decided[state].push({ ...promise, state, decidedAt: now });
  }
  return decided;
}

/** The last day that the statements of all accounts in use cover; null if none was imported lately. */
async function statementsCover(db: Db, now: Instant): Promise<Day | null> {
  const [row] = await db<{ day: Day | null }[]>`
    select min(booked_through) as day from statement_accounts
    where updated_at >= ${now}::timestamptz - ${IMPORTED_WITHIN}::interval`;
  return row!.day;
}

/**
 * Payments of the customer that were booked since a promise was made, and were not reversed. If the promise names
 * orders, without what paid others; what is not allocated yet counts.
 */
async function moneySince(
  db: Db,
  { customerId, madeAt, orderIds }: PromiseRow,
): Promise<Evidence['payments']> {
  const elsewhere =
    orderIds === null
      ? db`0`
      : db`coalesce((select -sum(l.amount) from ledger l
            where l.payment_id = p.payment_id and l.account = 'receivable' and l.effect in ('payment', 'allocation')
              and l.order_id <> all(${orderIds as string[]})), 0)`;
  return db<Evidence['payments'][number][]>`
    select (p.amount - ${elsewhere})::bigint as amount, p.currency, p.received_on, booked.at as booked_at
    from payments p cross join lateral (
      select min(l.booked_at) as at from ledger l
      where l.payment_id = p.payment_id and l.kind = 'payment' and l.booked_at >= ${madeAt}
        and not exists (select 1 from ledger r where r.reverses = l.id)) booked
    where p.customer_id = ${customerId} and booked.at is not null`;
}

/** What was taken off the customer's debts since a promise was made, of what is due by its day, and not by money. */
async function creditedSince(
  db: Db,
  { customerId, madeAt, byOn, byAt }: PromiseRow,
): Promise<Evidence['credited']> {
  return db<Money[]>`
    select -sum(l.amount)::bigint as amount, l.currency
    from ledger l join instalments i on i.order_id = l.order_id and i.number = l.instalment
    where l.customer_id = ${customerId} and l.account = 'receivable' and l.booked_at >= ${madeAt}
      and l.effect in ('credit_note', 'cancellation', 'write_off')
      and ${byAt === null ? db`i.due_on <= ${byOn}` : db`i.due_at <= ${byAt}`}
    group by l.currency`;
}
