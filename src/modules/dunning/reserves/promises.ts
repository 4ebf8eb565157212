import type { Day, Instant } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import type { Money } from '../../../kernel/money.ts';
import type { Db } from '../../../platform/postgres/client.ts';
import type { PaymentPromise, PromiseState } from '../rules/promises.ts';

export type PromiseRow = Omit<PaymentPromise, 'orderIds'> & {
  orderIds: string[] | null;
  customerId: string;
  /** What it came to when it was made, by currency. */
  covers: Money[];
  note: string | null;
  madeBy: string;
  state: PromiseState;
  decidedAt: Instant | null;
};

const columns = (db: Db) =>
  db`id, customer_id, by_on, by_at, amount, currency, order_ids, covers, note, made_by, made_at, state, decided_at`;

export async function insertPromise(
  db: Db,
  given: {
    id: string;
    customerId: string;
    byOn: Day;
    byAt: Instant | null;
    amount: Money | null;
    orderIds: string[] | null;
    covers: Money[];
    note: string | null;
    actor: string;
    now: Instant;
  },
): Promise<void> {
  const { id, customerId, byOn, byAt, amount, orderIds, covers, note, actor, now } = given;
  await db`
    insert into promises (id, customer_id, by_on, by_at, amount, currency, order_ids, covers, note, made_by, made_at)
    values (${id}, ${customerId}, ${byOn}, ${byAt}, ${amount?.amount ?? null}, ${amount?.currency ?? null}, ${orderIds},
            ${db.json(covers)}, ${note}, ${actor}, ${now})`;
}

/** @throws NettermsError `promise-not-found` */
export async function getPromise(db: Db, customerId: string, id: string): Promise<PromiseRow> {
  const [row] = await db<
    PromiseRow[]
  >`select ${columns(db)} from promises where customer_id = ${customerId} and id = ${id}`;
  if (!row) throw new NettermsError('promise-not-found', `Customer ${customerId} has no promise ${id}.`);
  return row;
}

/** A customer's promises, the newest first; only those in that state, if it is given. */
export async function promisesOf(
  db: Db,
  customerId: string,
  state: PromiseState | null,
): Promise<PromiseRow[]> {
  return db<PromiseRow[]>`
    select ${columns(db)} from promises
    where customer_id = ${customerId} and ${state === null ? db`true` : db`state = ${state}`}
    order by made_at desc, id`;
}

/** Writes what became of an open promise. */
export async function decidePromise(
  db: Db,
  id: string,
  { state, now }: { state: Exclude<PromiseState, 'open'>; now: Instant },
): Promise<void> {
  await db`update promises set state = ${state}, decided_at = ${now} where id = ${id} and state = 'open'`;
}

/**
 * The last promise about one of these orders that was broken since money last came in; null if there is none. One about
 * all that the customer owes says nothing of what was due only after its day.
 * @param dueFrom when the first of what is asked was due
 */
export async function brokenPromiseOf(
  db: Db,
  customerId: string,
  { orderIds, dueFrom, zone }: { orderIds: readonly string[]; dueFrom: Day; zone: string },
): Promise<{ promisedOn: Day; by: Day; amount: Money | null } | null> {
  const [row] = await db<{ promisedOn: Day; by: Day; amount: number | null; currency: string | null }[]>`
    select (made_at at time zone ${zone})::date as promised_on, by_on as by, amount, currency from promises
    where customer_id = ${customerId} and state = 'broken'
      and (order_ids && ${orderIds as string[]} or (order_ids is null and by_on >= ${dueFrom}))
      and not exists (select 1 from payments p where p.customer_id = promises.customer_id and p.created_at > promises.decided_at)
    order by decided_at desc limit 1`;
  if (!row) return null;
  const { promisedOn, by, amount, currency } = row;
  return { promisedOn, by, amount: amount === null ? null : { amount, currency: currency! } };
}
