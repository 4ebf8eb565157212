import type { Instant } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import type { Db } from '../../../platform/postgres/client.ts';
import type { Dispute, DisputeOutcome, DisputeReason } from '../rules/disputes.ts';

export type DisputeRow = Omit<Dispute, 'state'> & {
  customerId: string;
  currency: string;
  note: string | null;
  openedBy: string;
  openedAt: Instant;
  outcome: DisputeOutcome | null;
  creditNoteId: string | null;
  resolvedBy: string | null;
  resolvedAt: Instant | null;
};

const columns = (db: Db) =>
  db`id, customer_id, order_id, reason, amount, currency, note, opened_by, opened_at, outcome, credit_note_id,
  resolved_by, resolved_at`;

export async function insertDispute(
  db: Db,
  given: {
    id: string;
    customerId: string;
    orderId: string;
    reason: DisputeReason;
    amount: number | null;
    currency: string;
    note: string | null;
    actor: string;
    now: Instant;
  },
): Promise<void> {
  const { id, customerId, orderId, reason, amount, currency, note, actor, now } = given;
  await db`
    insert into disputes (id, customer_id, order_id, reason, amount, currency, note, opened_by, opened_at)
    values (${id}, ${customerId}, ${orderId}, ${reason}, ${amount}, ${currency}, ${note}, ${actor}, ${now})`;
}

/** @throws NettermsError `dispute-not-found` */
export async function getDispute(db: Db, orderId: string, id: string): Promise<DisputeRow> {
  const [row] = await db<
    DisputeRow[]
  >`select ${columns(db)} from disputes where order_id = ${orderId} and id = ${id}`;
  if (!row) throw new NettermsError('dispute-not-found', `Order ${orderId} has no dispute ${id}.`);
  return row;
}

/** An order's disputes, resolved ones included, the newest first. */
export async function disputesOf(db: Db, orderId: string): Promise<DisputeRow[]> {
  return db<DisputeRow[]>`
    select ${columns(db)} from disputes where order_id = ${orderId} order by opened_at desc, id`;
}

/** A customer's disputes that are open, or were upheld and wait for their credit note; the newest first. */
export async function standingDisputesOf(db: Db, customerId: string): Promise<DisputeRow[]> {
  return db<DisputeRow[]>`
    select ${columns(db)} from disputes
    where customer_id = ${customerId} and (outcome is null or (outcome = 'upheld' and credit_note_id is null))
    order by opened_at desc, id`;
}

/** Disputes of an order because of which something is not to be asked for: open, or upheld without a credit note. */
export async function standingDisputes(db: Db, orderId: string): Promise<Dispute[]> {
  return db<Dispute[]>`
    select id, order_id, reason, amount, coalesce(outcome, 'open') as state from disputes
    where order_id = ${orderId} and (outcome is null or (outcome = 'upheld' and credit_note_id is null))
    order by opened_at, id`;
}

/** Writes the outcome; for a dispute that was upheld already, only the credit note. */
export async function noteResolved(
  db: Db,
  id: string,
  given: { outcome: DisputeOutcome; creditNoteId: string | null; actor: string; now: Instant },
): Promise<void> {
  const { outcome, creditNoteId, actor, now } = given;
  await db`
    update disputes set outcome = ${outcome}, credit_note_id = ${creditNoteId},
      resolved_by = coalesce(resolved_by, ${actor}), resolved_at = coalesce(resolved_at, ${now})
    where id = ${id}`;
}

/** Writes the credit note of a dispute that was upheld. */
export async function noteCreditNote(db: Db, id: string, creditNoteId: string): Promise<void> {
  await db`update disputes set credit_note_id = ${creditNoteId} where id = ${id} and outcome = 'upheld'`;
}
