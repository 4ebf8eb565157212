import type { Check } from '../domain/eligibility.ts';
import type { Money } from '../domain/money.ts';
import type { Db } from './client.ts';

/** A checkout that was refused, with the reasons of that moment. Its order id stayed free. */
export type Decline = {
  orderId: string;
  customerId: string;
  total: Money;
  eligibilityVersion: number;
  checks: readonly Check[];
  declinedAt: string;
};

export async function keepDecline(db: Db, decline: Decline): Promise<void> {
  const { orderId, customerId, total, eligibilityVersion, checks, declinedAt } = decline;
  await db`insert into declines (order_id, customer_id, amount, currency, eligibility_version, checks, declined_at)
           values (${orderId}, ${customerId}, ${total.amount}, ${total.currency}, ${eligibilityVersion}, ${db.json(checks as never)}, ${declinedAt})`;
}

/** A customer's latest declines, the newest first. */
export async function declinesOf(db: Db, customerId: string, limit: number): Promise<Decline[]> {
  const rows = await db<(Omit<Decline, 'total'> & Money)[]>`
    select order_id, customer_id, amount, currency, eligibility_version, checks, declined_at from declines
    where customer_id = ${customerId} order by declined_at desc, id desc limit ${limit}`;
  return rows.map(({ amount, currency, ...decline }) => ({ ...decline, total: { amount, currency } }));
}
