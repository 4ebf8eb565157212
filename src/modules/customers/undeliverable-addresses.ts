import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Fragment, Tx } from '../../platform/postgres/client.ts';
import { comparedAddress, type Undeliverable } from './rules/contacts.ts';

/** `refused`: by the mail server; the others were reported by the merchant's mail provider. */
export const undeliverableCauses = ['refused', 'bounced', 'complained'] as const;
export type UndeliverableCause = (typeof undeliverableCauses)[number];

/** An address of a customer at which nothing arrives, in small letters. */
export type UndeliverableAddressRow = {
  customerId: string;
  address: string;
  cause: UndeliverableCause;
  /** What the mail server or the provider said. */
  detail: string | null;
  since: Instant;
};

/** The addresses of customers at which nothing arrives, by customer and address. */
export async function undeliverableOf(db: Db, ids: readonly string[]): Promise<UndeliverableAddressRow[]> {
  return db<UndeliverableAddressRow[]>`
    select customer_id, address, cause, detail, since from undeliverable_addresses
    where customer_id = any(${ids as string[]}) order by customer_id, address`;
}

/** The same of one customer, for the rules that choose a recipient. */
export async function undeliverableAddresses(db: Db, customerId: string): Promise<Undeliverable> {
  return new Set((await undeliverableOf(db, [customerId])).map(({ address }) => address));
}

/** Nothing arrives at an address of the customer. False if that was known. Needs the customer's lock. */
export async function insertUndeliverable(
  tx: Tx,
  { customerId, address, cause, detail, since }: UndeliverableAddressRow,
): Promise<boolean> {
  const rows = await tx`
    insert into undeliverable_addresses (customer_id, address, cause, detail, since)
    values (${customerId}, ${comparedAddress(address)}, ${cause}, ${detail}, ${since})
    on conflict do nothing returning 1`;
  return rows.length > 0;
}

/** Letters go to the address again. False if it was not marked. Needs the customer's lock. */
export async function deleteUndeliverable(tx: Tx, customerId: string, address: string): Promise<boolean> {
  const rows = await tx`
    delete from undeliverable_addresses where customer_id = ${customerId} and address = ${comparedAddress(address)}
    returning 1`;
  return rows.length > 0;
}

/** Ids of the customers who have an address, in whatever role and case, in the order in which they are locked. */
export async function customersWithAddress(db: Db, address: string): Promise<string[]> {
  const compared = comparedAddress(address);
  const rows = await db<{ id: string }[]>`
    select id from customers where lower(email) = ${compared}
    union select id from customers
    where jsonb_path_query_array(lower(contacts::text)::jsonb, '$.*') ? ${compared} order by id`;
  return rows.map(({ id }) => id);
}

/** SQL: whether a reminder can reach the customer `c` (rules/contacts.ts says where reminders may go). */
export const reminderReaches = (db: Db): Fragment => db`exists (
  select 1 from unnest(array[lower(c.contacts->>'dunning'), lower(c.contacts->>'billing'), lower(c.email)]) own (address)
  where own.address is not null and not exists (
    select 1 from undeliverable_addresses u where u.customer_id = c.id and u.address = own.address))`;
