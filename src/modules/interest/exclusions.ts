import type { Day } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import type { Exclusion } from './rules/accrual.ts';

/** From that day on no interest accrues for the customer, until the exclusion ends. An open exclusion continues. */
export async function beginExclusion(tx: Tx, customerId: string, from: Day): Promise<void> {
  await tx`insert into interest_exclusions (customer_id, from_on, cause) values (${customerId}, ${from}, 'insolvency')
           on conflict (customer_id, cause) where to_on is null do nothing`;
}

/** Ends the customer's open exclusion; that day is its last one. */
export async function endExclusion(tx: Tx, customerId: string, to: Day): Promise<void> {
  await tx`update interest_exclusions set to_on = ${to} where customer_id = ${customerId} and to_on is null`;
}

/** Days on which no interest accrues for the customer: all insolvencies, including those that are over. */
export async function exclusionsOf(db: Db, customerId: string): Promise<Exclusion[]> {
  return db<Exclusion[]>`
    select from_on as "from", to_on as "to" from interest_exclusions where customer_id = ${customerId} order by from_on, id`;
}
