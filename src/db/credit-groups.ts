import type { GroupCredit } from '../domain/eligibility/applicant.ts';
import { NettermsError } from '../domain/errors.ts';
import type { Money } from '../domain/money.ts';
import { recordAudit } from './audit.ts';
import { type Db, inTransaction, type Sql } from './client.ts';

/** Companies that share a limit, each currency its own. */
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

/** Groups in the order of their ids; `after` is the last id of the page before. */
export async function listCreditGroups(
  db: Db,
  { after, limit }: { after: string | null; limit: number },
): Promise<CreditGroupRow[]> {
  return db<CreditGroupRow[]>`
    select ${columns(db)} from credit_groups where ${after === null ? db`true` : db`id > ${after}`} order by id limit ${limit}`;
}

/** Writes a group's name and limits; audited. A lowered limit holds for orders from now on. */
export async function putCreditGroup(
  sql: Sql,
  id: string,
  { name, limits }: { name: string; limits: Money[] },
  { actor, now }: { actor: string; now: string },
): Promise<{ row: CreditGroupRow; created: boolean }> {
  return inTransaction(sql, async (tx) => {
    const [before] = await tx<
      CreditGroupRow[]
    >`select ${columns(tx)} from credit_groups where id = ${id} for no key update`;
    const [row] = await tx<CreditGroupRow[]>`
      insert into credit_groups (id, name, limits, created_at, updated_at)
      values (${id}, ${name}, ${tx.json(limits)}, ${now}, ${now})
      on conflict (id) do update set name = excluded.name, limits = excluded.limits, updated_at = excluded.updated_at
      returning ${columns(tx)}`;
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'credit_group.changed',
      subject: `credit-group/${id}`,
      detail: {
        before: before ? { name: before.name, limits: before.limits } : null,
        after: { name, limits },
      },
    });
    return { row: row!, created: before === undefined };
  });
}

/** The ids of a group's customers, and what they owe together by currency, unapplied credit deducted. */
export async function membersOf(db: Db, id: string): Promise<{ customerIds: string[]; used: Money[] }> {
  const [members, used] = await Promise.all([
    db<{ id: string }[]>`select id from customers where credit_group = ${id} order by id`,
    db<Money[]>`
      select sum(exposure - unapplied)::bigint as amount, accounts.currency
      from customers join accounts on accounts.customer_id = customers.id
      where credit_group = ${id} group by accounts.currency order by accounts.currency`,
  ]);
  return { customerIds: members.map((member) => member.id), used: [...used] };
}

/** The lock of a group, after that of one of its customers: two of them cannot reserve the same credit. */
export async function lockCreditGroup(db: Db, id: string): Promise<void> {
  await db`select 1 from credit_groups where id = ${id} for no key update`;
}

/** Tells a customer's accounts apart. */
export const accountKey = ({ id, currency }: { id: string; currency: string }): string => `${id} ${currency}`;

/** What the customers' groups may owe and do, in the currency of each row, by `accountKey`. */
export async function groupCredit(
  db: Db,
  rows: readonly { id: string; currency: string; creditGroup: string | null }[],
): Promise<ReadonlyMap<string, GroupCredit>> {
  const members = rows.filter(({ creditGroup }) => creditGroup !== null);
  if (members.length === 0) return new Map();
  const found = await db<({ id: string; currency: string } & GroupCredit)[]>`
    select c.id, c.currency, g.name, (l.value ->> 'amount')::bigint as limit,
      (select coalesce(sum(a.exposure - a.unapplied), 0)::bigint
       from customers o join accounts a on a.customer_id = o.id and a.currency = c.currency
       where o.credit_group = g.id) as used
    from unnest(${members.map(({ id }) => id)}::text[], ${members.map(({ creditGroup }) => creditGroup!)}::text[],
                ${members.map(({ currency }) => currency)}::text[]) as c(id, credit_group, currency)
      join credit_groups g on g.id = c.credit_group,
      jsonb_array_elements(g.limits) as l(value) where l.value ->> 'currency' = c.currency`;
  return new Map(
    found.map(({ name, limit, used, ...account }) => [accountKey(account), { name, limit, used }]),
  );
}

function unknownGroup(id: string): never {
  throw new NettermsError(
    'credit-group-not-found',
    `There is no credit group ${id}: create it with PUT /v1/credit-groups/${id} first.`,
  );
}
