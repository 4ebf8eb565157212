import { daysLate } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { isTransferred } from '../bank-collections/rules/bank-collection.ts';
import { invoicesOfOrders, type OrderInvoice } from '../invoicing/tables.ts';
import { instalmentsOfOrders } from '../orders/tables.ts';
import { addLine, amountLines } from './amount-lines.ts';
import type { LetterItem } from './letters/letter.ts';
import type { AskedItem } from './look/look.ts';

type OrderFacts = { id: string; orderNumber: string | null; purchaseOrder: string | null };

/**
 * The items as a letter shows them: an invoice is one item, however many orders it covers (cases.md M3), with what was
 * paid of it on others of its orders; an order without one is an item for itself. The earliest due first.
 */
export async function askedDocuments(
  db: Db,
  asked: readonly AskedItem[],
  { now, zone }: { now: string; zone: string },
): Promise<LetterItem[]> {
  const ids = [...new Set(asked.map(({ orderId }) => orderId))];
  const [orders, invoices, instalments, lines] = await Promise.all([
    db<OrderFacts[]>`select id, order_number, purchase_order from orders where id = any(${ids})`,
    invoicesOfOrders(db, ids),
    instalmentsOfOrders(db, ids),
    amountLines(db, ids),
  ]);
  const settled = invoices.some(({ shared }) => shared) ? await settledBeside(db, ids) : [];
  if (settled.length > 0) {
    const more = await amountLines(
      db,
      settled.map(({ orderId }) => orderId),
    );
    for (const [key, line] of more) lines.set(key, line);
  }
  const documents = new Map<string, LetterItem>();
  const shown = new Set<string>();
  for (const item of asked) {
    const { orderId, instalment, currency, tone, dueOn } = item;
    const own = invoices.filter((invoice) => invoice.orderId === orderId);
    const of = instalments.filter((line) => line.orderId === orderId).length;
    const shared = of === 1 && own.length === 1 && own[0]!.shared ? own[0] : undefined;
    const key = shared
      ? `invoice ${shared.invoiceId} ${tone} ${dueOn} ${currency}`
      : `order ${orderId} ${instalment}`;
    const order = orders.find(({ id }) => id === orderId)!;
    const named = { orderId, orderNumber: order.orderNumber, purchaseOrder: order.purchaseOrder };
    const before = documents.get(key);
    const money = (amount: number) => ({ amount, currency });
    const rows = item.disputed > 0 ? [{ kind: 'disputed' as const, amount: -item.disputed }] : [];
    const beside = settled.filter(
      ({ invoiceId }) => invoiceId === shared?.invoiceId && !shown.has(invoiceId),
    );
    if (shared) shown.add(shared.invoiceId);
    const all = [
      ...beside.flatMap(({ orderId, instalment }) => lines.get(`${orderId} ${instalment}`) ?? []),
      ...(lines.get(`${orderId} ${instalment}`) ?? []),
      ...rows,
      ...(before?.lines.map(plain) ?? []),
    ];
    documents.set(key, {
      ...named,
      invoices: own.map(({ number, issuedOn }: OrderInvoice) => ({ number, issuedOn })),
      orders: [...(before?.orders ?? []), named],
      instalment: of > 1 ? { number: instalment, of } : null,
      dueOn,
      daysLate: daysLate(item.dueAt, Date.parse(now), zone),
      tone,
      lines: all
        .reduce(addLine, [] as ReturnType<typeof addLine>)
        .map(({ kind, amount }) => ({ kind, amount: money(amount) })),
      outstanding: money(item.asked + (before?.outstanding.amount ?? 0)),
      // That a collection came back is said of the collection; apart from that, what is asked for is transferred.
      collection:
        item.bankCollection && isTransferred(item.bankCollection) && tone !== 'returned'
          ? 'transfer'
          : item.collection,
    });
  }
  return [...documents.values()].sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
}

const plain = ({ kind, amount }: LetterItem['lines'][number]) => ({ kind, amount: amount.amount });

/** Orders on which nothing is owed any more of invoices that cover these orders as well, and no other invoice. */
const settledBeside = (
  db: Db,
  orderIds: readonly string[],
): Promise<{ invoiceId: string; orderId: string; instalment: number }[]> => db`
  select distinct p.invoice_id, o.id as order_id, i.number as instalment
  from invoice_parts own join invoice_parts p on p.invoice_id = own.invoice_id
    join orders o on o.id = p.order_id join instalments i on i.order_id = o.id
  where own.order_id = any(${orderIds as string[]}) and o.id <> all(${orderIds as string[]}) and o.status = 'settled'
    and not exists (select 1 from invoice_parts other where other.order_id = o.id and other.invoice_id <> p.invoice_id)`;
