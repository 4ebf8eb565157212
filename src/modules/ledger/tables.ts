import type { Db } from '../../platform/postgres/client.ts';
import { moveBalances } from './move-balances.ts';
import type { Account, Entry, EntryKind, Part, Standing } from './rules/entry.ts';
import { balance } from './rules/entry.ts';
import type { Received } from './rules/reallocations.ts';

/** A booked entry, as people read it; amounts in minor units. */
export type LedgerRow = {
  id: number;
  entryKey: string;
  customerId: string;
  orderId: string | null;
  instalment: number | null;
  part: Part;
  label: string | null;
  account: Account;
  kind: EntryKind;
  amount: number;
  currency: string;
  paymentId: string | null;
  reverses: number | null;
  commandId: string | null;
  actor: string;
  bookedAt: string;
};

const columns = (
  db: Db,
) => db`id, entry_key, customer_id, order_id, instalment, part, label, account, kind, amount, currency, payment_id, reverses,
  command_id, actor, booked_at`;

export type Booking = {
  customerId: string;
  currency: string;
  commandId: string | null;
  actor: string;
  now: string;
};

/**
 * Appends entries and moves every stored balance by what was appended; the only writer of the ledger. Needs the
 * customer's lock. An entry whose key is booked already is left out, so that nothing is booked twice.
 */
export async function book(
  db: Db,
  entries: readonly Entry[],
  { customerId, currency, commandId, actor, now }: Booking,
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    entry_key: entry.key,
    customer_id: customerId,
    order_id: entry.orderId,
    instalment: entry.instalment,
    part: entry.part,
    label: entry.label,
    account: entry.account,
    kind: entry.kind,
    amount: entry.amount,
    currency,
    payment_id: entry.paymentId,
    reverses: entry.reverses,
    command_id: commandId,
    actor,
    booked_at: now,
  }));
  const booked = await db<Pick<LedgerRow, 'account' | 'amount' | 'orderId' | 'instalment' | 'part'>[]>`
    insert into ledger ${db(rows)} on conflict (entry_key) do nothing returning account, amount, order_id, instalment, part`;
  const receivable = booked.filter((row) => row.account === 'receivable');
  await Promise.all([
    ...receivable.flatMap(({ orderId, instalment, part, amount }) => [
      db`update instalments set outstanding = outstanding + ${amount}, charges = charges + ${part === 'charges' ? amount : 0} where order_id = ${orderId} and number = ${instalment}`,
      db`update orders set outstanding = outstanding + ${amount} where id = ${orderId}`,
    ]),
    moveBalances(db, customerId, currency, {
      exposure: balance(booked, 'receivable'),
      unapplied: balance(booked, 'unapplied'),
    }),
  ]);
}

/** Rows as the entries that they were. */
export const entriesOf = (rows: readonly LedgerRow[]): (Entry & { id: number })[] =>
  rows.map(({ entryKey: key, ...row }) => ({ ...row, key }));

/** What is owed and was received of each part of an order's instalments. */
export async function standingsOf(db: Db, orderId: string): Promise<Standing[]> {
  return db<Standing[]>`
    select l.instalment as number, l.part, sum(l.amount)::bigint as outstanding,
           coalesce(-sum(l.amount) filter (where coalesce(r.kind, l.kind) in ('payment', 'allocation')), 0)::bigint as received
    from ledger l left join ledger r on r.id = l.reverses
    where l.order_id = ${orderId} and l.account = 'receivable' group by 1, 2 order by 1, 2 desc`;
}

/** What of an order became credit without being received for it: over its balance, by a credit note or an invoice. */
export async function creditMadeOf(db: Db, orderId: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select coalesce(sum(amount), 0)::bigint as amount from ledger
    where order_id = ${orderId} and account = 'unapplied' and kind in ('credit_note', 'adjustment')`;
  return row!.amount;
}

/** What pays a part of each instalment, by payment, the newest first. */
export async function receivedOn(db: Db, orderId: string, part: Part): Promise<Received[]> {
  return db<Received[]>`
    select l.instalment as number, l.payment_id, -sum(l.amount)::bigint as amount
    from ledger l left join ledger r on r.id = l.reverses
    where l.order_id = ${orderId} and l.account = 'receivable' and l.part = ${part}
      and coalesce(r.kind, l.kind) in ('payment', 'allocation')
    group by 1, 2 having sum(l.amount) < 0 order by max(l.id) desc`;
}

/** What of an order was written off so far, or is to be by commands that wait. */
export async function writtenOffOf(db: Db, orderId: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select ((select coalesce(-sum(amount), 0) from ledger where order_id = ${orderId} and kind = 'write_off')
          + (select coalesce(sum(coalesce((body->>'amount')::bigint, (body->>'upTo')::bigint)), 0) from commands
             where order_id = ${orderId} and kind = 'writeOff' and outcome is null))::bigint as amount`;
  return row!.amount;
}

/** What was booked on an order, the oldest first. */
export async function ledgerOf(db: Db, orderId: string): Promise<LedgerRow[]> {
  return db<LedgerRow[]>`
    select ${columns(db)} from ledger where order_id = ${orderId} order by id`;
}

/** The entry that was booked under a key. */
export async function findEntry(db: Db, key: string): Promise<LedgerRow | null> {
  const [row] = await db<LedgerRow[]>`select ${columns(db)} from ledger where entry_key = ${key}`;
  return row ?? null;
}
