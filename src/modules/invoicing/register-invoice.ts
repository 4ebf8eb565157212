import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint as fingerprintOf } from '../../kernel/fingerprint.ts';
import { plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { applyPending } from '../commands/apply-pending.ts';
import { insertCommand } from '../commands/tables.ts';
import { lockCustomer } from '../customers/tables.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { lockOrders, type OrderRow, unknownOrder } from '../orders/tables.ts';
import { type InvoiceFacts, type InvoicePart, invoiceParts } from './rules/invoice.ts';
import {
  correctInvoice,
  findInvoice,
  findNumber,
  getInvoice,
  type InvoiceRow,
  insertInvoice,
  invoicedOfOrders,
} from './tables.ts';

/** Who states it, and a fingerprint of what was sent, before defaults. */
type By = { fingerprint: string; actor: string; now: string };

export type Registered = { invoice: InvoiceRow; done: 'created' | 'corrected' | 'unchanged' };

/**
 * Writes an invoice, and a command for each of its orders with it; of closed orders the commands are applied at once.
 * What an invoice is booked by (its amounts, orders and day) stays as it is; number, day of receipt and document may be
 * corrected.
 * @throws NettermsError `order-not-found`, `several-customers`, `currency-mismatch`, `order-not-confirmed`,
 *   `order-closed` for a cancelled order, `over-invoiced`, `invoice-number-taken`, `conflict`
 */
export async function registerInvoice(
  sql: Sql,
  id: string,
  facts: InvoiceFacts,
  by: By,
): Promise<Registered> {
  try {
    return await inTransaction(sql, async (tx) => {
      const known = await findInvoice(tx, id);
      return known ? correct(tx, known, facts, by) : create(tx, id, facts, by);
    });
  } catch (error) {
    if ((error as { constraint_name?: string }).constraint_name !== 'invoices_number_of_year') throw error;
    const first = await findNumber(sql, facts);
    throw new NettermsError(
      'invoice-number-taken',
      `Invoice ${first?.id} has the number ${facts.number} in that year: give this one its own number.`,
      { invoiceId: first?.id },
    );
  }
}

async function create(tx: Tx, id: string, facts: InvoiceFacts, by: By): Promise<Registered> {
  const { number, issuedOn, receivedOn, total, payable, currency, withheld, documentUrl } = facts;
  const { fingerprint, actor, now } = by;
  const orders = await lock(tx, facts);
  const { customerId } = orders[0]!;
  const parts = invoiceParts(facts).sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  const row = {
    id,
    customerId,
    number,
    issuedOn,
    receivedOn,
    total,
    payable,
    currency,
    withheld,
    documentUrl,
  };
  const invoice = { ...row, parts, fingerprint, actor, createdAt: now, updatedAt: now };
  // The same one at the same moment was here first.
  const concurrent = await findInvoice(tx, id);
  if (concurrent) return correct(tx, concurrent, facts, by);
  await requireInvoiceable(tx, orders, parts);
  if (!(await insertInvoice(tx, invoice))) return correct(tx, await getInvoice(tx, id), facts, by);
  const entry = { at: now, actor, action: 'invoice.registered', subject: `invoice/${id}` };
  await recordAudit(tx, { ...entry, detail: { number, issuedOn } });
  for (const order of orders) await command(tx, order, invoice);
  return { invoice, done: 'created' };
}

/** Locks the customer, then the orders; all are of one customer, and in the invoice's currency. */
async function lock(tx: Tx, { orders, currency }: InvoiceFacts): Promise<OrderRow[]> {
  const ids = orders.map(({ orderId }) => orderId);
  const owners = await tx<{ id: string; customerId: string; currency: string }[]>`
    select id, customer_id, currency from orders where id = any(${ids})`;
  const owner = new Map(owners.map((row) => [row.id, row]));
  const first = owner.get(ids[0]!) ?? unknownOrder(ids[0]!);
  for (const id of ids) {
    const row = owner.get(id) ?? unknownOrder(id);
    if (row.customerId !== first.customerId)
      throw new NettermsError(
        'several-customers',
        `Order ${id} is of customer ${row.customerId}, and order ${first.id} of ${first.customerId}: give each customer an invoice of its own.`,
      );
    if (row.currency !== currency)
      throw new NettermsError(
        'currency-mismatch',
        `Order ${id} is in ${row.currency}, and the invoice in ${currency}.`,
      );
  }
  await lockCustomer(tx, first.customerId);
  return lockOrders(tx, ids);
}

async function requireInvoiceable(
  tx: Tx,
  orders: readonly OrderRow[],
  parts: readonly InvoicePart[],
): Promise<void> {
  const amounts = new Map(parts.map(({ orderId, amount }) => [orderId, amount]));
  const invoiced = await invoicedOfOrders(tx, [...amounts.keys()]);
  for (const { id, status, total, currency } of orders) {
    if (status === 'reserved')
      throw new NettermsError(
        'order-not-confirmed',
        `Order ${id} is only reserved: confirm it first (POST /v1/orders/${id}/confirm).`,
      );
    if (status === 'cancelled')
      throw new NettermsError('order-closed', `Order ${id} is cancelled: nothing of it can be invoiced.`, {
        orderStatus: status,
      });
    const money = (amount: number): string => plainMoney({ amount, currency });
    const [amount, left] = [amounts.get(id)!, total - (invoiced.get(id)?.amount ?? 0)];
    if (amount > left)
      throw new NettermsError(
        'over-invoiced',
        `Of order ${id}, ${money(total)} in all, ${money(left)} are left to invoice, and this is ${money(amount)}.`,
        { orderId: id },
      );
  }
}

/** One for each order, whose id follows from both. */
const commandIdOf = (invoiceId: string, orderId: string): string =>
  `cmd_${fingerprintOf(`invoice ${invoiceId} ${orderId}`).slice(0, 32)}`;

/** The ids of the commands of an invoice. */
export const commandsOfInvoice = ({ id, parts }: InvoiceRow): string[] =>
  parts.map(({ orderId }) => commandIdOf(id, orderId));

async function command(tx: Tx, order: OrderRow, invoice: InvoiceRow): Promise<void> {
  const { actor, fingerprint, createdAt: now } = invoice;
  const id = commandIdOf(invoice.id, order.id);
  const asked = { id, orderId: order.id, kind: 'invoice' as const, actor, reason: null, fingerprint };
  await insertCommand(tx, { ...asked, body: { invoiceId: invoice.id } }, now);
  if (isClosed(order.status)) await applyPending(tx, order, { now, told: true });
}

async function correct(
  tx: Tx,
  { id, customerId }: InvoiceRow,
  facts: InvoiceFacts,
  by: By,
): Promise<Registered> {
  await lockCustomer(tx, customerId);
  const known = await getInvoice(tx, id);
  const { fingerprint, actor, now } = by;
  if (known.fingerprint === fingerprint) return { invoice: known, done: 'unchanged' };
  if (bookedBy(known) !== bookedBy({ ...facts, parts: facts.orders }))
    throw new NettermsError(
      'conflict',
      `Invoice ${id} is booked: its amounts, orders and day stay as they are. Issue a credit note (POST /v1/orders/{orderId}/credit-notes), and place what is still owed as an order of its own, with its own invoice; number, receivedOn and documentUrl may be corrected here.`,
    );
  const { number, receivedOn, documentUrl } = facts;
  await correctInvoice(tx, id, { number, receivedOn, documentUrl, fingerprint, updatedAt: now });
  await recordAudit(tx, {
    at: now,
    actor,
    action: 'invoice.corrected',
    subject: `invoice/${id}`,
    detail: {
      before: { number: known.number, receivedOn: known.receivedOn, documentUrl: known.documentUrl },
      after: { number, receivedOn, documentUrl },
    },
  });
  return { invoice: await getInvoice(tx, id), done: 'corrected' };
}

type Booked = Pick<InvoiceFacts, 'issuedOn' | 'total' | 'payable' | 'currency' | 'withheld'> & {
  parts: InvoiceFacts['orders'];
};

/** What the ledger and due dates were made of. */
const bookedBy = ({ issuedOn, total, payable, currency, withheld, parts }: Booked): string =>
  fingerprintOf({
    issuedOn,
    total,
    payable,
    currency,
    withheld,
    orders: Object.fromEntries(parts.map(({ orderId, amount }) => [orderId, amount])),
  });
