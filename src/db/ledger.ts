import type { Account, Balance, Entry, EntryKind } from '../domain/ledger.ts';
import { balance } from '../domain/ledger.ts';
import { moveBalances } from './accounts.ts';
import type { Db } from './client.ts';

/** A booked entry, as people read it; amounts in minor units. */
export type LedgerRow = {
  id: number;
  entryKey: string;
  customerId: string;
  orderId: string | null;
  instalment: number | null;
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
) => db`id, entry_key, customer_id, order_id, instalment, account, kind, amount, currency, payment_id, reverses,
  command_id, actor, booked_at`;

type Booking = { customerId: string; currency: string; commandId: string | null; actor: string; now: string };

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
  const booked = await db<Pick<LedgerRow, 'account' | 'amount' | 'orderId' | 'instalment'>[]>`
    insert into ledger ${db(rows)} on conflict (entry_key) do nothing returning account, amount, order_id, instalment`;
  const receivable = booked.filter((row) => row.account === 'receivable');
  await Promise.all([
    ...receivable.flatMap(({ orderId, instalment, amount }) => [
      db`update instalments set outstanding = outstanding + ${amount} where order_id = ${orderId} and number = ${instalment}`,
      db`update orders set outstanding = outstanding + ${amount} where id = ${orderId}`,
    ]),
    moveBalances(db, customerId, currency, {
      exposure: balance(booked, 'receivable'),
      unapplied: balance(booked, 'unapplied'),
    }),
  ]);
}

/** An order's instalments as the ledger sees them, in their order. */
export async function balancesOf(db: Db, orderId: string): Promise<Balance[]> {
  return db<
    Balance[]
  >`select number, amount, outstanding from instalments where order_id = ${orderId} order by number`;
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
