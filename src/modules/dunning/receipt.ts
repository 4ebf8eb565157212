import type { Db, Tx } from '../../platform/postgres/client.ts';
import { withAccountOf } from '../banking/accounts.ts';
import { letterAddresses, recipientOf, replyAddress } from '../customers/rules/contacts.ts';
import { invoicesOfOrders } from '../invoicing/tables.ts';
import type { Composing, MailDefinition } from '../mail/definition.ts';
import { type MailContent, type MailRow, setMailOrder } from '../mail/tables.ts';
import { noteReceiptLines, paymentOfReceipt, type ReceiptLine } from '../orders/receipts.ts';
import { leftOfPayment } from '../payments/credit-sources.ts';
import { findPayment, type PaymentRow } from '../payments/tables.ts';
import type { Renderer } from './letters/render.ts';
import { orderLetter } from './order-letters.ts';

/** For so long a receipt waits for orders that are still to take their part of the payment, in ms. */
const WAITS_MS = 3_600_000;

type Line = ReceiptLine & { orderNumber: string | null; settledBy: boolean };

/**
 * The letter that something is settled. If a payment has settled it, it is the payment's receipt: one letter, about all
 * orders that the payment has settled, and those of which it has paid a part.
 */
export function receipt(renderer: Renderer): MailDefinition {
  const aboutOrder = orderLetter('settled', renderer);

  /** What it says now, or why it is not wanted. Changes nothing. */
  async function read(tx: Tx, mail: MailRow, payment: PaymentRow, given: Composing) {
    const lines = await linesOf(tx, mail.id, payment.paymentId);
    if (!lines.some(({ settledBy }) => settledBy)) {
      const reversed = lines.length === 0;
      return { withdraw: reversed ? 'the payment was reversed' : 'what it had settled was opened again' };
    }
    const [{ orderId }] = lines as [Line];
    const content =
      lines.length === 1
        ? await aboutOrder.compose(tx, { ...mail, orderId }, given)
        : await aboutSeveral(tx, payment, lines, given);
    return 'plain' in content ? { content, lines } : content;
  }

  async function aboutSeveral(
    tx: Tx,
    payment: PaymentRow,
    lines: readonly Line[],
    { customer, policies, undeliverable, now }: Composing,
  ): Promise<MailContent> {
    const { customerId, currency } = payment;
    const settings = await withAccountOf(tx, policies.settings.body, { customerId, currency, now });
    const invoices = await invoicesOfOrders(
      tx,
      lines.map(({ orderId }) => orderId),
    );
    const money = (amount: number) => ({ amount, currency });
    const replyTo = replyAddress(customer, settings);
    const { subject, html, text } = renderer.renderReceipt(customer.locale, {
      company: settings.company,
      customerName: customer.name,
      received: money(payment.amount),
      receivedOn: payment.receivedOn,
      credit: money(await leftOfPayment(tx, payment.paymentId)),
      orders: lines.map(({ orderId, orderNumber, paid, outstanding }) => ({
        ...{ orderId, orderNumber, paid: money(paid), outstanding: money(outstanding) },
        invoices: invoices.filter((invoice) => invoice.orderId === orderId).map(({ number }) => number),
      })),
      replyTo,
    });
    const recipient = recipientOf(letterAddresses(customer), undeliverable);
    return { locale: customer.locale, recipient, copyTo: null, replyTo, subject, html, plain: text };
  }

  return {
    async compose(tx, mail, given) {
      const payment = await paymentOf(tx, mail);
      if (!payment) return aboutOrder.compose(tx, mail, given);
      if (Date.parse(given.now) - Date.parse(mail.queuedAt) < WAITS_MS && (await isTaken(tx, payment)))
        return { incomplete: 'orders are still to take their part of the payment' };
      const now = await read(tx, mail, payment, given);
      if (!('content' in now)) return now;
      const { content, lines } = now;
      await noteReceiptLines(tx, mail.id, payment.paymentId, lines);
      await setMailOrder(tx, mail.id, lines.length === 1 ? lines[0]!.orderId : null);
      return content;
    },

    async stillHolds(tx, mail, given) {
      const payment = await paymentOf(tx, mail);
      if (!payment) return aboutOrder.stillHolds!(tx, mail, given);
      const now = await read(tx, mail, payment, given);
      return 'content' in now && now.content.plain === mail.plain;
    },

    conclude: aboutOrder.conclude!,
  };
}

async function paymentOf(db: Db, { id }: MailRow): Promise<PaymentRow | null> {
  const paymentId = await paymentOfReceipt(db, id);
  return paymentId === null ? null : findPayment(db, paymentId);
}

/** Whether orders have been asked to take a part of the payment, and have not done so. */
async function isTaken(db: Db, { paymentId }: PaymentRow): Promise<boolean> {
  const [row] = await db`
    select 1 from commands where kind = 'allocate' and body->>'paymentId' = ${paymentId} and outcome is null limit 1`;
  return row !== undefined;
}

/**
 * The orders on which the payment has paid something that still counts, in the sequence of the entries. An order that
 * the payment did not settle is left out if another receipt of the payment has said the same of it.
 * `settledBy`: this mail is there because the payment has settled it, and it is settled.
 */
const linesOf = (db: Db, mailId: string, paymentId: string): Promise<Line[]> => db<Line[]>`
  select o.id as order_id, o.order_number, l.paid, greatest(o.outstanding, 0)::bigint as outstanding,
         coalesce(r.settled, false) as settled_by
  from (select order_id, -sum(amount)::bigint as paid, min(id) as first from ledger
        where payment_id = ${paymentId} and account = 'receivable' and effect in ('payment', 'allocation')
        group by order_id having sum(amount) < 0) l
    join orders o on o.id = l.order_id and o.status in ('open', 'settled')
    left join lateral (select o.status = 'settled' and reopenings = o.reopenings as settled from receipts
                       where mail_id = ${mailId} and order_id = o.id) r on true
  where r.settled or not exists (
    select 1 from receipts other join mails m on m.id = other.mail_id
    where other.payment_id = ${paymentId} and other.order_id = o.id and other.mail_id <> ${mailId}
      and m.state <> 'withdrawn' and (other.reopenings = o.reopenings or other.paid = l.paid))
  order by l.first`;
