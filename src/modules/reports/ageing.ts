import type { Db } from '../../platform/postgres/client.ts';
import { type AsOf, openParts } from './open-parts.ts';
import { type Ageing, ageingOf, bucketStarts } from './rules/ageing.ts';

export type AgeingRow = { customerId: string; name: string; ageing: Ageing };

/** What each customer owes, by how late it is, sorted by customer id; customers who owe nothing are left out. */
export async function ageingByCustomer(db: Db, at: AsOf): Promise<AgeingRow[]> {
  const rows = await db<{ customerId: string; name: string; bucket: number; amount: number }[]>`
    select c.id as customer_id, c.name, bucket, late.amount
    from (select customer_id, width_bucket(days_late, ${bucketStarts as unknown as number[]}::int[]) as bucket,
                 sum(amount)::bigint as amount
          from (${openParts(db, at)}) part group by 1, 2) late
      join customers c on c.id = late.customer_id
    order by c.id`;
  const customers = new Map<string, typeof rows>();
  for (const row of rows)
    customers.set(row.customerId, [...(customers.get(row.customerId) ?? []), row] as typeof rows);
  return [...customers].map(([customerId, open]) => ({
    customerId,
    name: open[0]!.name,
    ageing: ageingOf(open),
  }));
}
