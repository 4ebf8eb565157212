import { z } from 'zod';
import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import type { ApiKey } from '../../modules/access/api-keys.ts';
import { buyerMessage } from '../../modules/eligibility/rules/decide.ts';
import { mayAskForTerms, privilegeAt } from '../../modules/eligibility/rules/standing.ts';
import { invoicesOfOrders } from '../../modules/invoicing/tables.ts';
import { type LedgerRow, ledgerOf } from '../../modules/ledger/tables.ts';
import { type CheckoutResult, checkout } from '../../modules/ordering/checkout.ts';
import type { OrderWorkflows } from '../../modules/orders/order-workflows.ts';
import { setOrderNumber } from '../../modules/orders/set-order-number.ts';
import { getOrder } from '../../modules/orders/tables.ts';
import { timelineOf } from '../../modules/overview/timeline.ts';
import { discountsOf } from '../../modules/payments/early-discount.ts';
import { listOrders, readOrder, viewOf } from '../../modules/reports/order-views.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { noteTotal } from '../asked-totals.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { factsOf } from '../customer-facts.ts';
import { placement } from '../days.ts';
import { checksFor } from '../eligibility-views.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { externalId, instant, limit, ofCustomer, optionalParameter, page } from '../schemas/fields.ts';
import { amendment, ledgerEntries, newOrder, order, timeline } from '../schemas/order.ts';

const tag = 'Orders';

/** The checkout, and the calls that read orders. */
export function orderEndpoints({
  sql,
  orderWorkflows,
  notifiesStore,
}: {
  sql: Sql;
  orderWorkflows: Pick<OrderWorkflows, 'startSoon'>;
  notifiesStore: boolean;
}): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/orders',
      operationId: 'placeOrder',
      tag: 'Checkout',
      summary: 'Check out on payment terms',
      scopes: ['storefront'],
      body: newOrder,
      answer: order,
      statuses: { 201: 'accepted' },
      handle: async ({ body, key, actor, now }) => {
        const placedAt = body.placedAt === undefined ? null : placement(body.placedAt, now);
        const { orderNumber = null, termsCode = null, buyer = null, purchaseOrder = null } = body;
        const { confirm = 'now', metadata = {}, categories = [], regime = null } = body;
        const customer = body.customer
          ? { facts: factsOf(body.customer), fingerprint: fingerprint(body.customer) }
          : null;
        const defaults = {
          orderNumber,
          termsCode,
          buyer,
          purchaseOrder,
          confirm,
          metadata,
          categories,
          regime,
        };
        const request = { ...body, ...defaults, customer, placedAt, fingerprint: fingerprint(body) };
        const result = await checkout(sql, request, { now, actor, notifiesStore });
        if (result.kind === 'declined') {
          await noteTotal(sql, key, { customerId: body.customerId, total: body.total, now });
          throw notEligible(key, result, now);
        }
        const { order, instalments, steps, policies, replayed } = result;
        const zone = policies.settings.body.timeZone;
        const invoices = replayed ? await invoicesOfOrders(sql, [order.id]) : [];
        const discount = replayed
          ? ((await discountsOf(sql, [order])).get(order.id) ?? null)
          : order.discount;
        return {
          status: 201,
          body: viewOf(order, instalments, { now, zone, invoices, discount, steps }),
          headers: { Location: `/v1/orders/${order.id}`, ...replayedHeader(replayed) },
          afterwards: () => replayed || orderWorkflows.startSoon(order, instalments[0]?.dueAt ?? null),
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders',
      operationId: 'listOrders',
      tag,
      summary: 'List orders, the newest first',
      scopes: ['read', 'storefront'],
      query: z.strictObject({
        status: optionalParameter(order.shape.status, 'Only orders in this state.'),
        customerId: ofCustomer,
        overdue: optionalParameter(
          z.enum(['true', 'false']).transform((text) => text === 'true'),
          '`true`: only orders with an overdue instalment; `false`: only the others.',
        ),
        limit,
        cursor: readCursor(z.strictObject({ placedAt: instant, orderId: externalId })),
      }),
      answer: page(order),
      handle: async ({ query: { limit, cursor, ...filter }, now }) => {
        const read = await listOrders(sql, filter, { after: cursor, limit: limit + 1, now });
        return { body: pageOf(read, limit, ({ placedAt, orderId }) => ({ placedAt, orderId })) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}',
      operationId: 'readOrder',
      tag,
      summary: 'Read an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read', 'storefront'],
      answer: order,
      handle: async ({ params: { orderId }, now }) => ({ body: await readOrder(sql, orderId, now) }),
    }),
    endpoint({
      method: 'patch',
      path: '/orders/{orderId}',
      operationId: 'setOrderNumber',
      tag,
      summary: 'Set the number of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['storefront'],
      body: amendment,
      answer: order,
      handle: async ({ params: { orderId }, body: { orderNumber }, actor, now }) => {
        if (orderNumber !== undefined) await setOrderNumber(sql, orderId, { orderNumber, actor, now });
        return { body: await readOrder(sql, orderId, now) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/ledger',
      operationId: 'listOrderEntries',
      tag,
      summary: 'Read the ledger entries of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: ledgerEntries,
      handle: async ({ params: { orderId } }) => {
        await getOrder(sql, orderId);
        return { body: { items: (await ledgerOf(sql, orderId)).map(entryView) } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/timeline',
      operationId: 'readOrderTimeline',
      tag,
      summary: 'Read the past and the planned steps of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: timeline,
      handle: async ({ params: { orderId } }) => ({ body: { items: await timelineOf(sql, orderId) } }),
    }),
  ];
}

function notEligible(
  key: ApiKey,
  { verdict: { checks }, customer }: Extract<CheckoutResult, { kind: 'declined' }>,
  now: string,
): NettermsError {
  return new NettermsError('not-eligible', 'The order was not placed; its id can be used again.', {
    buyerMessage: buyerMessage(false, customer.locale),
    mayAskForTerms: mayAskForTerms(privilegeAt(customer, now)),
    checks: checksFor(key, checks),
  });
}

function entryView(row: LedgerRow) {
  const { id, amount, currency, customerId: _, entryKey: __, orderId: ___, effect: ____, ...entry } = row;
  return { entryId: id, ...entry, amount: { amount, currency } };
}
