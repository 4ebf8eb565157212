import type { Db, Tx } from '../../platform/postgres/client.ts';

/** A credit note as issued; `amount` in minor units, `issuedOn` a day in the merchant's zone. */
export type CreditNoteRow = {
  creditNoteId: string;
  orderId: string;
  amount: number;
  currency: string;
  issuedOn: string;
  number: string | null;
  commandId: string;
  actor: string;
  createdAt: string;
};

const columns = (db: Db) =>
  db`credit_note_id, order_id, amount, currency, issued_on, number, command_id, actor, created_at`;

/** Keeps a credit note. The ledger says what it reduces. */
export async function keepCreditNote(db: Db, note: CreditNoteRow): Promise<void> {
  await db`
    insert into credit_notes (${columns(db)})
    values (${note.creditNoteId}, ${note.orderId}, ${note.amount}, ${note.currency}, ${note.issuedOn}, ${note.number},
            ${note.commandId}, ${note.actor}, ${note.createdAt})`;
}

/**
 * What the applied credit notes of an order come to, in minor units: also the part that reduced nothing, because it was
 * written off.
 */
export async function issuedFor(db: Db, orderId: string): Promise<number> {
  const [row] = await db<{ amount: number }[]>`
    select coalesce(sum(n.amount), 0)::bigint as amount
    from credit_notes n join commands c on c.id = n.command_id
    where n.order_id = ${orderId} and c.outcome = 'applied'`;
  return row!.amount;
}

/**
 * The credit note that already has this number in the same year, on the same order or for another customer; refused
 * ones are left out. One credit note may cover several orders of a customer, which then share its number. The number
 * is locked until the transaction ends.
 */
export async function findSameNumber(
  db: Tx,
  { creditNoteId, number, issuedOn }: { creditNoteId: string; number: string; issuedOn: string },
  { id, customerId }: { id: string; customerId: string },
): Promise<{ creditNoteId: string; orderId: string } | null> {
  await db`select pg_advisory_xact_lock(hashtextextended(${`credit-note ${number}`}, 0))`;
  const [row] = await db<{ creditNoteId: string; orderId: string }[]>`
    select n.credit_note_id, n.order_id
    from credit_notes n join orders o on o.id = n.order_id join commands c on c.id = n.command_id
    where n.number = ${number} and n.credit_note_id <> ${creditNoteId} and extract(year from n.issued_on) = extract(year from ${issuedOn}::date)
      and (n.order_id = ${id} or o.customer_id <> ${customerId}) and c.outcome is distinct from 'refused'
    limit 1`;
  return row ?? null;
}
