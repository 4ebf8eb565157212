import type { Db } from '../../platform/postgres/client.ts';

export type CustomerName = { id: string; name: string };

/** Customers whose id or name contains the text, in any case; one whose id is the text comes first. */
export async function searchCustomers(db: Db, text: string, limit: number): Promise<CustomerName[]> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return db<CustomerName[]>`
    select id, name from customers where id ilike ${pattern} or name ilike ${pattern}
    order by id = ${text} desc, name, id limit ${limit}`;
}

/** The names of these customers, by id. */
export async function namesOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db<CustomerName[]>`select id, name from customers where id = any(${ids as string[]})`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}
