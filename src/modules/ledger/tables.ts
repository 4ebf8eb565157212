import type { Db, Fragment } from '../../platform/postgres/client.ts';
import { moveBalances } from './move-balances.ts';
import type { CreditNoteEffect } from './rules/credit-note.ts';
import type { Entry, Part, PartStanding } from './rules/entry.ts';
import { balance } from './rules/entry.ts';
import type { Received } from './rules/reallocations.ts';
import type { CreditMade } from './rules/returned-payment.ts';

/** A booked entry; amounts in minor units. */
export type LedgerRow = Omit<Entry, 'key'> & {
  id: number;
  entryKey: string;
  customerId: string;
  currency: string;
  commandId: string | null;
  actor: string;
  bookedAt: string;
};

/** All columns of the entry `l`. */
export const ledgerColumns = (
  db: Db,
) => db`l.id, l.entry_key, l.customer_id, l.order_id, l.instalment, l.part, l.account, l.kind, l.effect, l.amount, l.currency,
  l.value_on, json_build_object('kind', l.cause_kind, 'id', l.cause_id) as cause, l.payment_id, l.reverses, l.command_id,
  l.actor, l.booked_at`;

export type Booking = {
  customerId: string;
  currency: string;
  commandId: string | null;
  actor: string;
  now: string;
};

/**
 * Appends entries and moves every stored balance by what was appended; the only writer of the ledger. Needs the
 * customer's lock. An entry whose key is already booked is left out, so that nothing is booked twice.
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
    account: entry.account,
    kind: entry.kind,
    effect: entry.effect,
    value_on: entry.valueOn,
    cause_kind: entry.cause.kind,
    cause_id: entry.cause.id,
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

/** The entries `l` that meet a condition and that no other entry reverses, the oldest first. */
export async function notReversed(db: Db, condition: Fragment): Promise<(Entry & { id: number })[]> {
  const rows = await db<LedgerRow[]>`
    select ${ledgerColumns(db)} from ledger l
    where ${condition} and not exists (select 1 from ledger r where r.reverses = l.id) order by l.id`;
  return rows.map(({ entryKey: key, ...row }) => ({ ...row, key }));
}

/** For each part of an order's instalments: what is owed, what was received, and how much of that was made credit. */
export async function standingsOf(db: Db, orderId: string): Promise<PartStanding[]> {
  return db<PartStanding[]>`
    select instalment as number, part,
           coalesce(sum(amount) filter (where account = 'receivable'), 0)::bigint as outstanding,
           coalesce(-sum(amount) filter (where account = 'receivable' and effect in ('payment', 'allocation')), 0)::bigint as received,
           coalesce(sum(amount) filter (where account = 'unapplied' and effect in ('credit_note', 'withholding', 'split_payment')), 0)::bigint as made
    from ledger where order_id = ${orderId} and instalment is not null group by 1, 2 order by 1, 2 desc`;
}

/** The credit that credit notes and invoices made of an order that was paid, by cause; that of invoices comes first. */
export async function creditMadeOf(db: Db, orderId: string): Promise<CreditMade[]> {
  return db<CreditMade[]>`
    select effect as kind, json_build_object('kind', cause_kind, 'id', cause_id) as cause, instalment, value_on, sum(amount)::bigint as amount
    from ledger
    where order_id = ${orderId} and account = 'unapplied' and effect in ('credit_note', 'withholding', 'split_payment')
    group by effect, cause_kind, cause_id, instalment, value_on having sum(amount) <> 0 order by effect = 'credit_note', min(id)`;
}

/** The money that pays one part of each instalment, by payment, the newest first. */
export async function moneyOn(db: Db, orderId: string, part: Part): Promise<Received[]> {
  return db<Received[]>`
    select instalment as number, payment_id, -sum(amount)::bigint as amount,
           (select min(p.value_on) from ledger p where p.payment_id = l.payment_id and p.kind = 'payment') as received_on
    from ledger l
    where order_id = ${orderId} and account = 'receivable' and part = ${part} and effect in ('payment', 'allocation')
    group by 1, 2 having sum(amount) < 0 order by max(id) desc`;
}

/** What each credit note took off the instalments of an order, and what it gave back of the withheld amount. */
export async function creditNoteEffectsOn(db: Db, orderId: string): Promise<CreditNoteEffect[]> {
  return db<CreditNoteEffect[]>`
    select cause_id as credit_note_id, value_on as issued_on, instalment,
           coalesce(sum(case account when 'receivable' then -amount else amount end) filter (where effect = 'credit_note'), 0)::bigint as credited,
           coalesce(sum(amount) filter (where effect in ('withholding', 'split_payment')), 0)::bigint as given_back
    from ledger where order_id = ${orderId} and cause_kind = 'credit-note' group by 1, 2, 3 order by min(id)`;
}

/** What credit notes have taken off an order so far, in minor units. */
export async function creditedOf(db: Db, orderId: string): Promise<number> {
  const [row] = await db<{ credited: number }[]>`
    select coalesce(-sum(case account when 'receivable' then amount else -amount end), 0)::bigint as credited
    from ledger where order_id = ${orderId} and effect = 'credit_note'`;
  return row!.credited;
}

/** What was booked on an order, the oldest first. */
export async function ledgerOf(db: Db, orderId: string): Promise<LedgerRow[]> {
  return db<LedgerRow[]>`
    select ${ledgerColumns(db)} from ledger l where order_id = ${orderId} order by id`;
}
