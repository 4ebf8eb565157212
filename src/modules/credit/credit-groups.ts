import { NettermsError } from '../../kernel/errors.ts';
import type { Money } from '../../kernel/money.ts';
import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { type CustomerRow, lockCustomer, writeCreditGroup } from '../customers/tables.ts';
import type { GroupCredit } from '../eligibility/rules/applicant.ts';

/** Companies that share a limit; each currency has its own. */
export type CreditGroupRow = {
  id: string;
  name: string;
  limits: Money[];
  createdAt: string;
  updatedAt: string;
};

const columns = (db: Db) => db`id, name, limits, created_at, updated_at`;

/** @throws NettermsError `credit-group-not-found` */
export async function getCreditGroup(db: Db, id: string): Promise<CreditGroupRow> {
  const [row] = await db<CreditGroupRow[]>`select ${columns(db)} from credit_groups where id = ${id}`;
  return row ?? unknownGroup(id);
}

/** Groups in the order of their ids; `after` is the last id of the previous page. */
export async function listCreditGroups(
  db: Db,
  { after, limit }: { after: string | null; limit: number },
): Promise<CreditGroupRow[]> {
  return db<CreditGroupRow[]>`
    select ${columns(db)} from credit_groups where ${after === null ? db`true` : db`id > ${after}`} order by id limit ${limit}`;
}

/**
 * Writes a group's name and limits; audited. A lowered limit applies to orders from now on.
 * @returns `created`, `updated`, or `unchanged` if the same was already stored
 */
export async function putCreditGroup(
  sql: Sql,
  id: string,
  { name, limits }: { name: string; limits: Money[] },
  { actor, now }: { actor: string; now: string },
): Promise<{ row: CreditGroupRow; done: 'created' | 'updated' | 'unchanged' }> {
  return inTransaction(sql, async (tx) => {
    const [created] = await tx<CreditGroupRow[]>`
      insert into credit_groups (id, name, limits, created_at, updated_at)
      values (${id}, ${name}, ${tx.json(limits)}, ${now}, ${now})
      on conflict (id) do nothing returning ${columns(tx)}`;
    await lockCreditGroup(tx, id);
    const before = await getCreditGroup(tx, id);
    const [updated] = await tx<CreditGroupRow[]>`
      update credit_groups set name = ${name}, limits = ${tx.json(limits)}, updated_at = ${now}
      where id = ${id} and (name, limits) is distinct from (${name}, ${tx.json(limits)}::jsonb)
      returning ${columns(tx)}`;
    const done = created ? 'created' : updated ? 'updated' : 'unchanged';
    if (done !== 'unchanged')
      await recordAudit(tx, {
        at: now,
        actor,
        action: 'credit_group.changed',
        subject: `credit-group/${id}`,
        detail: {
          before: created ? null : { name: before.name, limits: before.limits },
          after: { name, limits },
        },
      });
    return { row: updated ?? before, done };
  });
}

/**
 * Puts the customer into a group that shares a limit; null takes them out. Audited. From then on, what they owe counts
 * for the group, even if that exceeds its limit.
 * @throws NettermsError `customer-not-found`, `credit-group-not-found`
 */
export async function setCreditGroup(
  sql: Sql,
  id: string,
  { groupId, actor, reason, now }: { groupId: string | null; actor: string; reason: string; now: string },
): Promise<CustomerRow> {
  return inTransaction(sql, async (tx) => {
    const before = await lockCustomer(tx, id);
    if (groupId !== null) await getCreditGroup(tx, groupId);
    await writeCreditGroup(tx, id, groupId, now);
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_group',
      subject: `customer/${id}`,
      reason,
      detail: { before: before.creditGroup, after: groupId },
    });
    return { ...before, creditGroup: groupId, updatedAt: now };
  });
}

/** For each group: the ids of its customers, and what they owe together by currency, less unapplied credit. */
export async function membersOf(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { customerIds: string[]; used: Money[] }>> {
  const rows = await db<{ id: string; customerIds: string[]; used: Money[] }[]>`
    select g.id,
      array(select c.id from customers c where c.credit_group = g.id order by c.id) as customer_ids,
      (select coalesce(jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) order by currency), '[]')
       from (select sum(a.exposure - a.unapplied) as amount, a.currency ${ofGroup(db)} group by a.currency) sums) as used
    from unnest(${ids as string[]}::text[]) as g(id)`;
  return new Map(rows.map(({ id, ...members }) => [id, members]));
}

/** The names of these groups, by id. */
export async function groupNames(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db<{ id: string; name: string }[]>`
    select id, name from credit_groups where id = any(${ids as string[]})`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** From the accounts of the customers of a group `g`. */
const ofGroup = (db: Db) => db`
  from customers c join accounts a on a.customer_id = c.id where c.credit_group = g.id`;

/** Locks a group, after one of its customers, so that two of them cannot reserve the same credit. */
export async function lockCreditGroup(db: Db, id: string): Promise<void> {
  await db`select 1 from credit_groups where id = ${id} for no key update`;
}

/** Identifies the account of a customer or group in a currency. */
const accountKey = (id: string, currency: string): string => `${id} ${currency}`;

/**
 * What the customers' groups may owe and what they owe, in the currency of each row and in the order of the rows; null
 * without a group, or if it has no limit in that currency. Exact if the group was locked by an earlier statement.
 */
export async function groupCredit(
  db: Db,
  rows: readonly { currency: string; creditGroup: string | null }[],
): Promise<(GroupCredit | null)[]> {
  const grouped = new Map(
    rows.flatMap(({ creditGroup, currency }) =>
      creditGroup === null ? [] : [[accountKey(creditGroup, currency), { creditGroup, currency }] as const],
    ),
  );
  if (grouped.size === 0) return rows.map(() => null);
  const asked = [...grouped.values()];
  const found = await db<({ id: string; currency: string } & GroupCredit)[]>`
    select g.id, asked.currency, g.name, (l.value ->> 'amount')::bigint as limit,
      (select coalesce(sum(a.exposure - a.unapplied), 0)::bigint ${ofGroup(db)} and a.currency = asked.currency) as used
    from unnest(${asked.map(({ creditGroup }) => creditGroup)}::text[], ${asked.map(({ currency }) => currency)}::text[])
        as asked(id, currency)
      join credit_groups g on g.id = asked.id,
      jsonb_array_elements(g.limits) as l(value) where l.value ->> 'currency' = asked.currency`;
  const credits = new Map(found.map(({ id, currency, ...credit }) => [accountKey(id, currency), credit]));
  return rows.map(({ creditGroup, currency }) =>
    creditGroup === null ? null : (credits.get(accountKey(creditGroup, currency)) ?? null),
  );
}

function unknownGroup(id: string): never {
  throw new NettermsError(
    'credit-group-not-found',
    `There is no credit group ${id}: create it with PUT /v1/credit-groups/${id} first.`,
  );
}
