import type { Db } from './client.ts';

/** A change of a customer's credit limit, as the audit tells it; amounts in minor units. */
export type LimitChange = {
  at: string;
  actor: string;
  action: 'customer.credit_limit' | 'customer.credit_raise';
  reason: string | null;
  detail: { before: unknown; after: unknown; currency?: string };
};

/** The changes of a customer's own limit and its raises, the newest first. */
export async function limitHistory(db: Db, customerId: string, limit: number): Promise<LimitChange[]> {
  return db<LimitChange[]>`
    select at, actor, action, reason, detail from audit
    where subject = ${`customer/${customerId}`} and action in ('customer.credit_limit', 'customer.credit_raise')
    order by id desc limit ${limit}`;
}
