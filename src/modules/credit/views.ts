import type { Db } from '../../platform/postgres/client.ts';

/** A change of a customer's credit, as the audit tells it; amounts in minor units. */
export type CreditChange = {
  at: string;
  actor: string;
  action: (typeof actions)[number];
  reason: string | null;
  detail: Record<string, unknown>;
};

const actions = [
  'customer.credit_limit',
  'customer.credit_raise',
  'customer.credit_adjusted',
  'customer.credit_group',
] as const;

/** The changes of a customer's own limits, raises, credit held and group, the newest first. */
export async function creditChanges(db: Db, customerId: string, limit: number): Promise<CreditChange[]> {
  return db<CreditChange[]>`
    select at, actor, action, reason, detail from audit
    where subject = ${`customer/${customerId}`} and action = any(${actions as unknown as string[]})
    order by id desc limit ${limit}`;
}
