import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { hastenMail, lockMail, queueMail } from '../mail/tables.ts';
import type { OrderRow } from './tables.ts';

/*
 * Receipts: one mail for a payment, whatever number of orders it settles. Their workflows close them one after the other;
 * each joins the payment's mail as long as that has not begun to leave.
 */

/** What a receipt says of an order: what the payment has paid on it, and what is still owed; minor units. */
export type ReceiptLine = { readonly orderId: string; readonly paid: number; readonly outstanding: number };

/** Asks for the receipt of the payment that has settled an order. Needs the locks of `lockOrder`. */
export async function askForReceipt(
  tx: Tx,
  { id: orderId, customerId, reopenings }: Pick<OrderRow, 'id' | 'customerId' | 'reopenings'>,
  paymentId: string,
  now: Instant,
): Promise<void> {
  const mailId = await receiptToJoin(tx, paymentId);
  await queueMail(tx, { id: mailId, customerId, orderId, kind: 'settled', now });
  await hastenMail(tx, mailId);
  await tx`
    insert into receipts (mail_id, order_id, payment_id, reopenings)
    values (${mailId}, ${orderId}, ${paymentId}, ${reopenings})
    on conflict (mail_id, order_id) do update set reopenings = excluded.reopenings`;
}

/** "receipt:p-17"; "receipt-2:p-17" if the first has left, or is leaving, or was withdrawn. */
async function receiptToJoin(tx: Tx, paymentId: string): Promise<string> {
  const mailId = (count: number) => `receipt${count > 1 ? `-${count}` : ''}:${paymentId}`;
  const [row] = await tx<[{ count: number }]>`
    select count(distinct mail_id)::int as count from receipts where payment_id = ${paymentId}`;
  const last = row.count === 0 ? null : await lockMail(tx, mailId(row.count));
  return mailId(last?.state === 'queued' ? row.count : row.count + 1);
}

/** The payment that a mail is the receipt of; null: it is not a receipt. */
export async function paymentOfReceipt(db: Db, mailId: string): Promise<string | null> {
  const [row] = await db<{ paymentId: string }[]>`
    select payment_id from receipts where mail_id = ${mailId} limit 1`;
  return row?.paymentId ?? null;
}

/** Notes what a receipt says, in place of what it said before. Needs the customer's lock. */
export async function noteReceiptLines(
  tx: Tx,
  mailId: string,
  paymentId: string,
  lines: readonly ReceiptLine[],
): Promise<void> {
  await tx`update receipts set paid = null, outstanding = null where mail_id = ${mailId} and paid is not null`;
  for (const { orderId, paid, outstanding } of lines)
    await tx`
      insert into receipts (mail_id, order_id, payment_id, paid, outstanding)
      values (${mailId}, ${orderId}, ${paymentId}, ${paid}, ${outstanding})
      on conflict (mail_id, order_id) do update set paid = excluded.paid, outstanding = excluded.outstanding`;
}
