import type { Db } from '../../platform/postgres/client.ts';

/** Moves the stored exposure (open balances and reservations) and unapplied credit; under the customer's lock. */
export async function moveBalances(
  db: Db,
  id: string,
  currency: string,
  by: { exposure?: number; unapplied?: number },
): Promise<void> {
  const { exposure = 0, unapplied = 0 } = by;
  if (exposure === 0 && unapplied === 0) return;
  await db`
    update accounts set exposure = exposure + ${exposure}, unapplied = unapplied + ${unapplied}
    where customer_id = ${id} and currency = ${currency}`;
}
