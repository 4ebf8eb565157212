import { z } from 'zod';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { invalid } from '../../kernel/invalid.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { putInvoice, registerInvoice } from '../../modules/invoicing/register-invoice.ts';
import type { InvoiceFacts } from '../../modules/invoicing/rules/invoice.ts';
import { getInvoice, type InvoiceRow, listInvoices } from '../../modules/invoicing/tables.ts';
import { merchantToday } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { day, externalId, limit, line, ofCustomer, optionalParameter, page } from '../schemas/fields.ts';
import { invoice, newInvoice } from '../schemas/invoice.ts';

const tag = 'Invoices';

/** Invoices, and the amounts that they ask for orders. */
export function invoiceEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: '/invoices/{invoiceId}',
      operationId: 'registerInvoice',
      tag,
      summary: 'Register an invoice for one order or more; reminders ask only for its payable amount',
      tryOut: { after: ['placeOrder'] },
      scopes: [registerInvoice.permission],
      body: newInvoice,
      answer: invoice,
      statuses: {
        200: 'registered before, or corrected',
        201: 'registered',
        202: 'registered; the workflow of one of the orders has not answered yet',
      },
      handle: async ({ params: { invoiceId }, body, actor, now }) => {
        const facts = factsOf(body, await merchantToday(sql, now));
        const by = { fingerprint: fingerprint(body), actor };
        const { invoice, done, booked } = await putInvoice({ sql, commands, now }, invoiceId, facts, by);
        return {
          status: !booked ? 202 : done === 'created' ? 201 : 200,
          body: invoiceView(invoice),
          headers: { Location: `/v1/invoices/${invoiceId}`, ...replayedHeader(done === 'unchanged') },
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/invoices/{invoiceId}',
      operationId: 'readInvoice',
      tag,
      summary: 'Read an invoice',
      tryOut: { after: ['placeOrder', 'registerInvoice'] },
      scopes: ['read'],
      answer: invoice,
      handle: async ({ params: { invoiceId } }) => ({ body: invoiceView(await getInvoice(sql, invoiceId)) }),
    }),
    endpoint({
      method: 'get',
      path: '/invoices',
      operationId: 'listInvoices',
      tag,
      summary: 'List invoices, the newest first',
      scopes: ['read'],
      query: z.strictObject({
        customerId: ofCustomer,
        number: optionalParameter(line(50), 'Only invoices with exactly this number.'),
        limit,
        cursor: readCursor(z.strictObject({ issuedOn: day, invoiceId: externalId })),
      }),
      answer: page(invoice),
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const rows = await listInvoices(sql, filter, { after: cursor, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ issuedOn, id: invoiceId }) => ({
          issuedOn,
          invoiceId,
        }));
        return { body: { items: items.map(invoiceView), nextCursor } };
      },
    }),
  ];
}

/** The invoice that was sent, with defaults. Throws `validation` if its fields contradict each other. */
function factsOf(body: z.infer<typeof newInvoice>, today: string): InvoiceFacts {
  const { number, issuedOn, receivedOn = null, total, payable = total, orders, documentUrl = null } = body;
  const { currency } = total;
  requirePast('/issuedOn', issuedOn, today);
  if (receivedOn !== null) {
    requirePast('/receivedOn', receivedOn, today);
    if (receivedOn < issuedOn) invalid('/receivedOn', `This is before the day of issue, ${issuedOn}.`);
  }
  requireSame('/payable/currency', payable, currency);
  if (payable.amount > total.amount)
    invalid(
      '/payable',
      `${plainMoney(payable)} is more than the total of ${plainMoney(total)}: give the total or less.`,
    );
  if (body.withheld && payable.amount === total.amount)
    invalid(
      '/withheld',
      'Nothing is withheld if the whole total is payable: give a smaller payable amount, or leave this out.',
    );
  orders.forEach(({ orderId, amount }, index) => {
    requireSame(`/orders/${index}/amount/currency`, amount, currency);
    if (orders.findIndex((other) => other.orderId === orderId) < index)
      invalid(`/orders/${index}/orderId`, `Order ${orderId} is named twice: give one amount for it.`);
  });
  const sum = { amount: orders.reduce((parts, { amount }) => parts + amount.amount, 0), currency };
  if (sum.amount !== total.amount)
    invalid(
      '/orders',
      `The amounts sum to ${plainMoney(sum)}, but the total is ${plainMoney(total)}: make them equal.`,
    );
  return {
    number,
    issuedOn,
    receivedOn,
    total: total.amount,
    payable: payable.amount,
    currency,
    withheld: payable.amount < total.amount ? (body.withheld?.kind ?? 'split_payment') : null,
    documentUrl,
    orders: orders.map(({ orderId, amount }) => ({ orderId, amount: amount.amount })),
  };
}

function requireSame(pointer: string, given: Money, currency: string): void {
  if (given.currency !== currency)
    invalid(pointer, `The total is in ${currency}: give this amount in the same currency.`);
}

function invoiceView(row: InvoiceRow): z.infer<typeof invoice> {
  const { id: invoiceId, currency, total, payable, withheld, parts, fingerprint, actor, ...fields } = row;
  const money = (amount: number): Money => ({ amount, currency });
  return {
    ...fields,
    invoiceId,
    total: money(total),
    payable: money(payable),
    withheld: withheld && { kind: withheld, amount: money(total - payable) },
    orders: parts.map(({ orderId, amount, payable }) => ({
      orderId,
      amount: money(amount),
      payable: money(payable),
    })),
  };
}
