import type postgres from 'postgres';
import type { Money } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { Check } from './rules/check.ts';

/** A checkout that was refused, with the reasons at that moment. Its order id can be used again. */
export type Decline = {
  orderId: string;
  customerId: string;
  total: Money;
  eligibilityVersion: number;
  checks: readonly Check[];
  declinedAt: string;
};

export type StoredDecline = Decline & { declineId: number };

export async function recordDecline(db: Db, decline: Decline): Promise<void> {
  const { orderId, customerId, total, eligibilityVersion, checks, declinedAt } = decline;
  await db`insert into declines (order_id, customer_id, amount, currency, eligibility_version, checks, declined_at)
           values (${orderId}, ${customerId}, ${total.amount}, ${total.currency}, ${eligibilityVersion}, ${db.json(checks as never)}, ${declinedAt})`;
}

/** The latest decline of an order id that the customer used. */
export async function findDecline(
  db: Db,
  { customerId, orderId }: { customerId: string; orderId: string },
): Promise<StoredDecline | null> {
  const [decline] = await selectDeclines(db, db`customer_id = ${customerId} and order_id = ${orderId}`, 1);
  return decline ?? null;
}

type Place = { declinedAt: string; declineId: number };

/** A page of declines, the newest first, after `after` (the last one of the previous page). */
export async function listDeclines(
  db: Db,
  { customerId }: { customerId?: string },
  { after = null, limit }: { after?: Place | null; limit: number },
): Promise<StoredDecline[]> {
  const which = db`${customerId === undefined ? db`true` : db`customer_id = ${customerId}`}
      and ${after === null ? db`true` : db`(declined_at, id) < (${after.declinedAt}, ${after.declineId})`}`;
  return selectDeclines(db, which, limit);
}

async function selectDeclines(db: Db, which: postgres.Fragment, limit: number): Promise<StoredDecline[]> {
  const rows = await db<(Omit<StoredDecline, 'total'> & Money)[]>`
    select id as decline_id, order_id, customer_id, amount, currency, eligibility_version, checks, declined_at from declines
    where ${which} order by declined_at desc, id desc limit ${limit}`;
  return rows.map(({ amount, currency, ...decline }) => ({ ...decline, total: { amount, currency } }));
}
