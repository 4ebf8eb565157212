import { type AllocatedPayment, allocateRest, takeReceipt } from '../../modules/banking/take-receipt.ts';
import type { OrderProcess } from '../../modules/orders/order-workflows.ts';
import { takePaymentBack } from '../../modules/payments/take-payment-back.ts';
import { listPayments, readPayment } from '../../modules/payments/views.ts';
import { readOrder } from '../../modules/reports/order-views.ts';
import { merchantToday } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf } from '../cursor.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint, type Reply, replayedHeader } from '../endpoint.ts';
import { page } from '../schemas/fields.ts';
import {
  newAllocations,
  newReceipt,
  payment,
  paymentQuery,
  paymentReversal,
  reversedPayment,
} from '../schemas/receipts.ts';

const tag = 'Payments';
const statuses = { 200: 'done', 202: 'kept; not all the orders’ workflows have answered yet' };

/** Money that was received: what it pays, what is left of it, and taking it back. */
export function paymentEndpoints({ sql, process }: { sql: Sql; process: OrderProcess }): Endpoint[] {
  async function answer(paymentId: string, { commands, replayed }: AllocatedPayment) {
    return {
      status: commands.every(({ outcome }) => outcome) ? 200 : 202,
      body: await readPayment(sql, paymentId),
      headers: replayedHeader(replayed),
    } satisfies Reply<unknown>;
  }

  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/payments',
      operationId: 'receivePayment',
      tag,
      summary: 'Record money that a customer paid for any number of orders; what no order takes is credit',
      tryOut: { after: ['placeOrder'] },
      scopes: ['accounting'],
      body: newReceipt,
      answer: payment,
      statuses,
      handle: async ({ params: { customerId }, body, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { paymentId, amount, receivedOn = today, method = null, reference = null } = body;
        const { allocations = null, deductions = [], allocate } = body;
        requirePast('/receivedOn', receivedOn, today);
        const receipt = {
          ...{ paymentId, customerId, amount, receivedOn, method, reference, allocations, deductions },
          allocate: allocate !== 'none',
          content: body,
        };
        return answer(paymentId, await takeReceipt({ sql, process, now }, receipt, actor));
      },
    }),
    endpoint({
      method: 'post',
      path: '/payments/{paymentId}/allocations',
      operationId: 'allocatePayment',
      tag,
      summary: 'Allocate what is left of a payment to orders',
      tryOut: { after: ['placeOrder', 'receivePayment'], parameters: { paymentId: 'payment-2' } },
      scopes: ['accounting'],
      body: newAllocations,
      answer: payment,
      keyed: true,
      statuses,
      handle: async ({ params: { paymentId }, body, actor, idempotencyKey, now }) => {
        const request = { allocations: body.allocations, deductions: body.deductions ?? [] };
        const by = { content: body, idempotencyKey, actor };
        return answer(paymentId, await allocateRest({ sql, process, now }, paymentId, request, by));
      },
    }),
    endpoint({
      method: 'get',
      path: '/payments/{paymentId}',
      operationId: 'readPayment',
      tag,
      summary: 'Read a payment, and what became of it',
      tryOut: { after: ['placeOrder', 'recordPayment'] },
      scopes: ['read'],
      answer: payment,
      handle: async ({ params: { paymentId } }) => ({ body: await readPayment(sql, paymentId) }),
    }),
    endpoint({
      method: 'get',
      path: '/payments',
      operationId: 'listPayments',
      tag,
      summary: 'List payments, the newest first',
      scopes: ['read'],
      query: paymentQuery,
      answer: page(payment),
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const read = await listPayments(sql, filter, { after: cursor, limit: limit + 1 });
        return { body: pageOf(read, limit, ({ createdAt, paymentId }) => ({ createdAt, paymentId })) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/payments/{paymentId}/reverse',
      operationId: 'reversePayment',
      tag,
      summary:
        'Take a payment back as a whole, by reversing entries; an order that it had settled is open again',
      tryOut: { after: ['placeOrder', 'recordPayment'] },
      scopes: ['accounting'],
      body: paymentReversal,
      answer: reversedPayment,
      handle: async ({ params: { paymentId }, body, actor, now }) => {
        const by = { paymentId, actor, ...body };
        const { orderIds, replayed } = await takePaymentBack({ sql, process, now }, by);
        const orders = await Promise.all(orderIds.map((orderId) => readOrder(sql, orderId, now)));
        return {
          body: { ...(await readPayment(sql, paymentId)), orders },
          headers: replayedHeader(replayed),
        };
      },
    }),
  ];
}
