import { z } from 'zod';
import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint as fingerprintOf } from '../../kernel/fingerprint.ts';
import { plainMoney } from '../../kernel/money.ts';
import type { Sql, Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { Asked } from '../commands/asked.ts';
import type { Commands } from '../commands/commands.ts';
import { customerCommand } from '../commands/definition.ts';
import { notConfirmed, throwIfRefused } from '../commands/rules/refusal.ts';
import { askedBefore } from '../commands/submit.ts';
import { lockCustomer } from '../customers/tables.ts';
import { lockOrders, type OrderRow, unknownOrder } from '../orders/tables.ts';
import { applyInvoice } from './apply-invoice.ts';
import { type InvoiceFacts, type InvoicePart, invoiceParts, withholdings } from './rules/invoice.ts';
import {
  correctInvoice,
  findInvoice,
  findNumber,
  getInvoice,
  type InvoiceRow,
  insertInvoice,
  invoicedOfOrders,
} from './tables.ts';

/**
 * An invoice for one or more orders of a customer: it is written, and each of its orders is asked to take it. What it
 * is booked by (amounts, orders and day) never changes; number, day of receipt and document may be corrected
 * (`putInvoice`).
 * Refused with `order-not-found`, `several-customers`, `currency-mismatch`, `order-not-confirmed`, `order-closed` for a
 * cancelled order, `over-invoiced`, `invoice-number-taken`.
 */
export const registerInvoice = customerCommand({
  kind: 'registerInvoice',
  permission: 'accounting',
  body: z.object({
    invoiceId: z.string(),
    number: z.string(),
    issuedOn: z.string(),
    receivedOn: z.string().nullable(),
    total: z.int(),
    payable: z.int(),
    currency: z.string(),
    /** Why less than the total is payable. The difference is divided over the orders in proportion to their parts. */
    withheld: z.enum(withholdings).nullable(),
    documentUrl: z.string().nullable(),
    orders: z.array(z.object({ orderId: z.string(), amount: z.int() })).nonempty(),
    /** Of what was sent, before defaults. */
    fingerprint: z.string(),
  }),
  customerOf: (tx, body) => ownerOf(tx, body),
  businessId: ({ invoiceId }) => ({ id: `invoice ${invoiceId}`, called: `Invoice ${invoiceId}` }),

  async apply(tx, { customer, now }, body, { command: { actor }, ask }) {
    const { invoiceId: id, orders: _, ...facts } = body;
    const parts = invoiceParts(body).sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
    const orders = await lockOrders(
      tx,
      parts.map(({ orderId }) => orderId),
    );
    await requireInvoiceable(tx, orders, parts);
    const invoice = { id, customerId: customer.id, ...facts, parts, actor };
    await insertInvoice(tx, { ...invoice, createdAt: now, updatedAt: now });
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'invoice.registered',
      subject: `invoice/${id}`,
      detail: { number: facts.number, issuedOn: facts.issuedOn },
    });
    for (const order of orders) await ask(applyInvoice, { order, body: { invoiceId: id } });
  },

  consequences: [],
});

export type Registered = {
  invoice: InvoiceRow;
  done: 'created' | 'corrected' | 'unchanged';
  /** No order still has to take it. */
  booked: boolean;
};

/**
 * Registers an invoice, or corrects what may be corrected of one that is registered.
 * @param fingerprint of what was sent, before defaults
 * @throws NettermsError with the codes of `registerInvoice`; `conflict`
 */
export async function putInvoice(
  { sql, commands, now }: { sql: Sql; commands: Commands; now: string },
  invoiceId: string,
  facts: InvoiceFacts,
  { fingerprint, actor }: { fingerprint: string; actor: string },
): Promise<Registered> {
  const done = await commands
    .transact(async (tx, ask): Promise<Registered & { asked: Asked }> => {
      const known = await findInvoice(tx, invoiceId);
      if (known) return correct(tx, known, facts, { fingerprint, actor, now });
      const body = { invoiceId, ...facts, orders: [...facts.orders] as [never], fingerprint };
      const asked = await ask.customer(registerInvoice, {
        ...{ body, content: { fingerprint }, actor, reason: null, idempotencyKey: null, now },
      });
      const done = asked.replayed ? 'unchanged' : 'created';
      return { invoice: await getInvoice(tx, invoiceId), done, booked: false, asked };
    })
    .catch((error) => numberTaken(sql, facts, error));
  return { ...done, booked: done.asked.children.every(({ outcome }) => outcome !== null) };
}

async function numberTaken(sql: Sql, facts: InvoiceFacts, error: unknown): Promise<never> {
  if ((error as { constraint_name?: string }).constraint_name !== 'invoices_number_of_year') throw error;
  const first = await findNumber(sql, facts);
  throw new NettermsError(
    'invoice-number-taken',
    `Invoice ${first?.id} already has the number ${facts.number} in that year: give this one another number.`,
    { invoiceId: first?.id },
  );
}

/** The customer of the orders. Throws unless all belong to one customer and are in the invoice's currency. */
async function ownerOf(
  tx: Tx,
  { orders, currency }: Pick<InvoiceFacts, 'orders' | 'currency'>,
): Promise<string> {
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
        `Order ${id} belongs to customer ${row.customerId}, and order ${first.id} to ${first.customerId}: register one invoice for each customer.`,
      );
    if (row.currency !== currency)
      throw new NettermsError(
        'currency-mismatch',
        `Order ${id} is in ${row.currency}, and the invoice in ${currency}: both must be in the same currency.`,
      );
  }
  return first.customerId;
}

async function requireInvoiceable(
  tx: Tx,
  orders: readonly OrderRow[],
  parts: readonly InvoicePart[],
): Promise<void> {
  const amounts = new Map(parts.map(({ orderId, amount }) => [orderId, amount]));
  const invoiced = await invoicedOfOrders(tx, [...amounts.keys()]);
  for (const { id, status, total, currency } of orders) {
    throwIfRefused(notConfirmed({ id, status }));
    if (status === 'cancelled')
      throw new NettermsError('order-closed', `Order ${id} is cancelled: it cannot be invoiced.`, {
        orderStatus: status,
      });
    const money = (amount: number): string => plainMoney({ amount, currency });
    const [amount, left] = [amounts.get(id)!, total - (invoiced.get(id)?.amount ?? 0)];
    if (amount > left)
      throw new NettermsError(
        'over-invoiced',
        `${money(left)} of order ${id} (${money(total)} in total) is left to invoice, and this is ${money(amount)}: invoice less, or amend the order first (POST /v1/orders/${id}/amend).`,
        { orderId: id },
      );
  }
}

async function correct(
  tx: Tx,
  { id, customerId }: InvoiceRow,
  facts: InvoiceFacts,
  { fingerprint, actor, now }: { fingerprint: string; actor: string; now: string },
): Promise<Registered & { asked: Asked }> {
  await lockCustomer(tx, customerId);
  const known = await getInvoice(tx, id);
  const asked = await askedBefore(tx, registerInvoice, { invoiceId: id } as never);
  if (known.fingerprint === fingerprint) return { invoice: known, done: 'unchanged', booked: false, asked };
  if (bookedFacts(known) !== bookedFacts({ ...facts, parts: facts.orders }))
    throw new NettermsError(
      'conflict',
      `Invoice ${id} is booked: its amounts, orders and day cannot be changed. Issue a credit note (POST /v1/orders/{orderId}/credit-notes), and place a new order with its own invoice for what is still owed. Only number, receivedOn and documentUrl can be corrected here.`,
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
  return { invoice: await getInvoice(tx, id), done: 'corrected', booked: false, asked };
}

type Booked = Pick<InvoiceFacts, 'issuedOn' | 'total' | 'payable' | 'currency' | 'withheld'> & {
  parts: InvoiceFacts['orders'];
};

/** What the ledger's entries and the due dates are based on. */
const bookedFacts = ({ issuedOn, total, payable, currency, withheld, parts }: Booked): string =>
  fingerprintOf({
    issuedOn,
    total,
    payable,
    currency,
    withheld,
    orders: Object.fromEntries(parts.map(({ orderId, amount }) => [orderId, amount])),
  });
