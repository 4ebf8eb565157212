import { apportion } from '../../kernel/apportion.ts';
import type { Day } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { creditedOf } from '../ledger/tables.ts';
import type { InvoiceFacts, InvoicePart, Withholding } from './rules/invoice.ts';

/** An invoice as stored; amounts in minor units of `currency`. */
export type InvoiceRow = Omit<InvoiceFacts, 'orders'> & {
  id: string;
  customerId: string;
  /** In order of their ids. */
  parts: InvoicePart[];
  fingerprint: string;
  actor: string;
  createdAt: string;
  updatedAt: string;
};

/** An invoice as one of its orders sees it. */
export type OrderInvoice = {
  orderId: string;
  invoiceId: string;
  number: string;
  issuedOn: Day;
  receivedOn: Day | null;
  /** What it asks for the order, and what the customer owes of that. */
  amount: number;
  payable: number;
  withheld: Withholding | null;
  documentUrl: string | null;
  /** It covers other orders as well. */
  shared: boolean;
};

const columns = (db: Db) => db`invoices.id, invoices.customer_id, invoices.number, invoices.issued_on,
  invoices.received_on, invoices.total, invoices.payable, invoices.currency, invoices.withheld, invoices.document_url,
  invoices.fingerprint, invoices.actor, invoices.created_at, invoices.updated_at,
  (select json_agg(json_build_object('orderId', order_id, 'amount', amount, 'payable', payable) order by order_id)
   from invoice_parts where invoice_id = invoices.id) as parts`;

export async function findInvoice(db: Db, id: string): Promise<InvoiceRow | null> {
  const [row] = await db<InvoiceRow[]>`select ${columns(db)} from invoices where id = ${id}`;
  return row ?? null;
}

/** @throws NettermsError `invoice-not-found` */
export async function getInvoice(db: Db, id: string): Promise<InvoiceRow> {
  const row = await findInvoice(db, id);
  if (!row) throw new NettermsError('invoice-not-found', `There is no invoice ${id}.`);
  return row;
}

/** The invoice with that number, in the year of `issuedOn`. */
export async function findNumber(
  db: Db,
  { number, issuedOn }: Pick<InvoiceRow, 'number' | 'issuedOn'>,
): Promise<InvoiceRow | null> {
  const [row] = await db<InvoiceRow[]>`
    select ${columns(db)} from invoices where number = ${number} and issue_year = ${Number(issuedOn.slice(0, 4))}`;
  return row ?? null;
}

/** Invoices after `after` (the last one of the previous page), the newest first. */
export async function listInvoices(
  db: Db,
  { customerId, number }: { customerId?: string | undefined; number?: string | undefined },
  { after, limit }: { after: { issuedOn: Day; invoiceId: string } | null; limit: number },
): Promise<InvoiceRow[]> {
  return db<InvoiceRow[]>`
    select ${columns(db)} from invoices
    where ${customerId === undefined ? db`true` : db`customer_id = ${customerId}`}
      and ${number === undefined ? db`true` : db`number = ${number}`}
      and ${after === null ? db`true` : db`(issued_on, id::text) < (${after.issuedOn}, ${after.invoiceId})`}
    order by issued_on desc, id desc limit ${limit}`;
}

/** Inserts an invoice with its parts. */
export async function insertInvoice(db: Db, row: InvoiceRow): Promise<void> {
  await db`
    insert into invoices (id, customer_id, number, issued_on, received_on, total, payable, currency, withheld, document_url,
                          fingerprint, actor, created_at, updated_at)
    values (${row.id}, ${row.customerId}, ${row.number}, ${row.issuedOn}, ${row.receivedOn}, ${row.total}, ${row.payable},
            ${row.currency}, ${row.withheld}, ${row.documentUrl}, ${row.fingerprint}, ${row.actor}, ${row.createdAt}, ${row.updatedAt})`;
  const parts = row.parts.map(({ orderId, amount, payable }) => ({
    invoice_id: row.id,
    order_id: orderId,
    amount,
    payable,
  }));
  await db`insert into invoice_parts ${db(parts)}`;
}

/** Writes what may be corrected of an invoice that is booked. */
export async function correctInvoice(
  db: Db,
  id: string,
  row: Pick<InvoiceRow, 'number' | 'receivedOn' | 'documentUrl' | 'fingerprint' | 'updatedAt'>,
): Promise<void> {
  await db`
    update invoices set number = ${row.number}, received_on = ${row.receivedOn}, document_url = ${row.documentUrl},
      fingerprint = ${row.fingerprint}, updated_at = ${row.updatedAt} where id = ${id}`;
}

/** The invoices of the orders, by order, the earliest first. */
export async function invoicesOfOrders(db: Db, orderIds: readonly string[]): Promise<OrderInvoice[]> {
  return db<OrderInvoice[]>`
    select p.order_id, i.id as invoice_id, i.number, i.issued_on, i.received_on, p.amount, p.payable, i.withheld,
           i.document_url, p.amount < i.total as shared
    from invoice_parts p join invoices i on i.id = p.invoice_id
    where p.order_id = any(${orderIds as string[]}) order by p.order_id, i.issued_on, i.number, i.id`;
}

/** The sums of an order's invoices, in minor units, and the day of the last one. */
export type Invoiced = { amount: number; withheld: number; lastIssuedOn: Day | null };

export async function invoicedOf(db: Db, orderId: string): Promise<Invoiced> {
  const invoiced = await invoicedOfOrders(db, [orderId]);
  return invoiced.get(orderId) ?? { amount: 0, withheld: 0, lastIssuedOn: null };
}

/** By order; those without an invoice are missing. */
export async function invoicedOfOrders(db: Db, orderIds: readonly string[]): Promise<Map<string, Invoiced>> {
  const rows = await db<(Invoiced & { orderId: string })[]>`
    select p.order_id, sum(p.amount)::bigint as amount, sum(p.amount - p.payable)::bigint as withheld,
           max(i.issued_on) as last_issued_on
    from invoice_parts p join invoices i on i.id = p.invoice_id
    where p.order_id = any(${orderIds as string[]}) group by p.order_id`;
  return new Map(rows.map(({ orderId, ...invoiced }) => [orderId, invoiced]));
}

/** What its invoices or a payment withhold from an order, less what credit notes gave back; in minor units. */
async function withheldOf(db: Db, orderId: string): Promise<number> {
  return (await withheldByKind(db, orderId)).reduce((sum, { amount }) => sum + amount, 0);
}

/** The same by reason; a reason whose sum is zero is left out. */
export async function withheldByKind(
  db: Db,
  orderId: string,
): Promise<{ kind: Withholding; amount: number }[]> {
  return db<{ kind: Withholding; amount: number }[]>`
    select effect as kind, -sum(case account when 'receivable' then amount else -amount end)::bigint as amount
    from ledger where order_id = ${orderId} and effect in ('split_payment', 'withholding')
    group by effect having sum(case account when 'receivable' then amount else -amount end) <> 0 order by effect`;
}

/**
 * What the invoices allow the customer to keep back of the part that is not credited, less what is already withheld, in
 * minor units; negative if more is withheld. What was kept back with a payment counts, and so does what credit notes
 * gave back, so the result does not depend on the sequence in which invoices, payments and credit notes are booked.
 */
export async function withholdingMissing(
  db: Db,
  { id, total }: { id: string; total: number },
): Promise<number> {
  const [{ withheld }, credited, booked] = await Promise.all([
    invoicedOf(db, id),
    creditedOf(db, id),
    withheldOf(db, id),
  ]);
  const [, asked] = apportion(withheld, [credited, total - credited]);
  return asked! - booked;
}
