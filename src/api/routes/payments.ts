import type { Asked } from '../../modules/commands/asked.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { allocatePayment } from '../../modules/payments/allocate-payment.ts';
import { receivePayment } from '../../modules/payments/receive-payment.ts';
import { reversePayment } from '../../modules/payments/reverse-payment.ts';
import { listPayments, ordersOfPayment, readPayment } from '../../modules/payments/views.ts';
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
const statuses = { 200: 'done', 202: 'accepted; not all workflows of the orders have answered yet' };

/** Money that was received: what it pays, what is left of it, and its reversal. */
export function paymentEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  async function answer(paymentId: string, { children, replayed }: Asked) {
    return {
      status: children.every(({ outcome }) => outcome) ? 200 : 202,
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
      summary: 'Record money that a customer paid for any number of orders; what is left becomes credit',
      tryOut: { after: ['placeOrder'] },
      scopes: [receivePayment.permission],
      body: newReceipt,
      answer: payment,
      statuses,
      handle: async ({ params: { customerId }, body: content, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { paymentId, amount, receivedOn = today, method = null, reference = null } = content;
        const { allocations = null, deductions = [], allocate } = content;
        requirePast('/receivedOn', receivedOn, today);
        const body = {
          ...{ paymentId, customerId, amount, receivedOn, method, reference, allocations, deductions },
          allocate: allocate !== 'none',
        };
        const by = { content, actor, reason: null, idempotencyKey: null, now };
        return answer(paymentId, await commands.askCustomer(receivePayment, { body, ...by }));
      },
    }),
    endpoint({
      method: 'post',
      path: '/payments/{paymentId}/allocations',
      operationId: 'allocatePayment',
      tag,
      summary: 'Allocate what is left of a payment to orders',
      tryOut: { after: ['placeOrder', 'receivePayment'], parameters: { paymentId: 'payment-2' } },
      scopes: [allocatePayment.permission],
      body: newAllocations,
      answer: payment,
      keyed: true,
      statuses,
      handle: async ({ params: { paymentId }, body: content, actor, idempotencyKey, now }) => {
        const { allocations, deductions = [] } = content;
        const body = { paymentId, allocations, deductions };
        const by = { content: { paymentId, ...content }, actor, reason: null, idempotencyKey, now };
        return answer(paymentId, await commands.askCustomer(allocatePayment, { body, ...by }));
      },
    }),
    endpoint({
      method: 'get',
      path: '/payments/{paymentId}',
      operationId: 'readPayment',
      tag,
      summary: 'Read a payment and its allocations',
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
      summary: 'Reverse a whole payment by reversing entries; an order that it had settled is open again',
      tryOut: { after: ['placeOrder', 'recordPayment'] },
      scopes: [reversePayment.permission],
      body: paymentReversal,
      answer: reversedPayment,
      handle: async ({ params: { paymentId }, body: { reason, fee }, actor, now }) => {
        const { replayed } = await commands.askCustomer(reversePayment, {
          body: { paymentId, fee },
          // The same reversal with another reason is still the same reversal.
          content: { paymentId },
          ...{ actor, reason, idempotencyKey: null, now },
        });
        const orderIds = await ordersOfPayment(sql, paymentId);
        const orders = await Promise.all(orderIds.map((orderId) => readOrder(sql, orderId, now)));
        return {
          body: { ...(await readPayment(sql, paymentId)), orders },
          headers: replayedHeader(replayed),
        };
      },
    }),
  ];
}
