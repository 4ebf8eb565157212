import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import type { MailRow } from '../mail/tables.ts';

/** A letter that was sent again, as a mail of its own. */
export type LetterCopyRow = {
  mailId: string;
  copyOf: string;
  /** It is sent although something was paid since. */
  confirmed: boolean;
  askedBy: string;
  askedAt: Instant;
};

export async function insertCopy(tx: Tx, copy: LetterCopyRow): Promise<void> {
  const { mailId, copyOf, confirmed, askedBy, askedAt } = copy;
  await tx`
    insert into letter_copies (mail_id, copy_of, confirmed, asked_by, asked_at)
    values (${mailId}, ${copyOf}, ${confirmed}, ${askedBy}, ${askedAt})`;
}

export async function getCopy(db: Db, mailId: string): Promise<LetterCopyRow> {
  const [row] = await db<LetterCopyRow[]>`
    select mail_id, copy_of, confirmed, asked_by, asked_at from letter_copies where mail_id = ${mailId}`;
  return row!;
}

/** The id of a letter's next copy: "confirmation:1042:again:1". Needs the customer's lock. */
export async function nextCopyId(tx: Tx, letterId: string): Promise<string> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from letter_copies where copy_of = ${letterId}`;
  return `${letterId}:again:${row!.count + 1}`;
}

/**
 * Whether less is to be asked of what a letter asks for than when it was composed: because of money (allocated or not), a
 * credit note, a cancellation, a dispute that was opened since, or a bank that collects it by now. A demand asks for all
 * that the customer owes; that an order is settled or cancelled asks for nothing, but the receipt of a payment may also
 * say what is still owed on others.
 */
export async function paidSince(
  db: Db,
  { id, kind, customerId, orderId, composedAt }: MailRow,
): Promise<boolean> {
  if (kind === 'cancelled') return false;
  if (kind === 'settled') {
    const [less] = await db`
      select 1 from receipts r join orders o on o.id = r.order_id
      where r.mail_id = ${id} and r.outstanding > 0 and o.outstanding < r.outstanding limit 1`;
    return less !== undefined;
  }
  const [row] = await db`
    select 1 from ledger where account = 'receivable' and amount < 0 and booked_at >= ${composedAt}
      and (order_id = ${orderId} or ${kind === 'demand' ? db`customer_id = ${customerId}` : db`false`}
           or (order_id, instalment) in (select order_id, instalment from letter_items where mail_id = ${id})) limit 1`;
  if (row !== undefined || kind !== 'reminder') return row !== undefined;
  const [other] = await db`
    with items as (select order_id, instalment, currency from letter_items where mail_id = ${id})
    select 1 from disputes where opened_at >= ${composedAt} and outcome is distinct from 'rejected'
      and order_id in (select order_id from items)
    union all
    select 1 from bank_collections where state in ('planned', 'presented', 'credited')
      and (order_id, instalment) in (select order_id, instalment from items)
    union all
    select 1 from accounts a join ledger l on l.customer_id = a.customer_id and l.currency = a.currency
    where a.customer_id = ${customerId} and a.unapplied > 0 and a.currency in (select currency from items)
      and l.account = 'unapplied' and l.amount > 0 and l.booked_at >= ${composedAt}
    limit 1`;
  return other !== undefined;
}
