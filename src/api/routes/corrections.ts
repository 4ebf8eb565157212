import { fingerprint } from '../../kernel/fingerprint.ts';
import { refundCredit } from '../../modules/corrections/refund-credit.ts';
import { writeOff } from '../../modules/corrections/write-off-with-approval.ts';
import type { OrderProcess } from '../../modules/orders/order-workflows.ts';
import { readOrder } from '../../modules/reports/order-views.ts';
import { merchantToday } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { approvalView } from '../approval-view.ts';
import { answerOf, askedStatuses, askOrder } from '../ask-order.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { newCreditNote, newRefund, newWriteOff, orderAfterWriteOff, refund } from '../schemas/corrections.ts';
import { orderAfterCommand } from '../schemas/order.ts';

const tag = 'Corrections';

/** What corrects a debt without a payment of the customer: credit notes, refunds, write-offs. */
export function correctionEndpoints(deps: {
  sql: Sql;
  process: OrderProcess;
  now: () => string;
}): Endpoint[] {
  const { sql, process } = deps;
  const ask = askOrder(deps);

  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/credit-notes',
      operationId: 'bookCreditNote',
      tag,
      summary: 'Book a credit note; what is over the balance becomes unapplied credit',
      tryOut: { after: ['placeOrder'] },
      scopes: ['accounting'],
      body: newCreditNote,
      answer: orderAfterCommand,
      statuses: askedStatuses,
      handle: async ({ params: { orderId }, body, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { reason, issuedOn = today, number = null, ...note } = body;
        requirePast('/issuedOn', issuedOn, today);
        const creditNote = { ...note, issuedOn, number };
        return ask({
          orderId,
          kind: 'credit',
          actor,
          reason,
          content: body,
          idempotencyKey: null,
          creditNote,
        });
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/refunds',
      operationId: 'refundCredit',
      tag,
      summary: 'Book that credit held for a customer was paid out',
      tryOut: { after: ['adjustCredit'] },
      scopes: ['accounting'],
      body: newRefund,
      answer: refund,
      handle: async ({ params: { customerId }, body, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { refundId, amount, refundedOn = today, method = null, reference = null, reason = null } = body;
        requirePast('/refundedOn', refundedOn, today);
        const given = { refundId, amount, refundedOn, method, reference, reason };
        const { customer, replayed } = await refundCredit(
          sql,
          customerId,
          { ...given, fingerprint: fingerprint({ customerId, ...body }) },
          { actor, now },
        );
        const unapplied = { amount: customer.unapplied, currency: customer.currency };
        return { body: { customerId, refundId, amount, unapplied }, headers: replayedHeader(replayed) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/write-off',
      operationId: 'writeOffOrder',
      tag,
      summary:
        'Give up what an order owes, or a part of it; over the merchant’s threshold a second admin must approve',
      tryOut: { after: ['placeOrder'], parameters: { 'Idempotency-Key': 'write-off-1' } },
      scopes: ['admin'],
      body: newWriteOff,
      answer: orderAfterWriteOff,
      keyed: true,
      statuses: {
        ...askedStatuses,
        202: 'kept: the order’s workflow has not answered, or a second admin must approve',
      },
      handle: async ({ params: { orderId }, body, actor, idempotencyKey, now }) => {
        const { amount = null, reason } = body;
        const request = { orderId, amount, reason, actor, content: body, idempotencyKey };
        const done = await writeOff({ sql, process, now }, request);
        if ('submitted' in done) return answerOf(deps, done.submitted);
        return {
          status: 202,
          body: { ...(await readOrder(sql, orderId, now)), approval: approvalView(done.approval) },
          headers: { Location: `/v1/approvals/${done.approval.id}`, ...replayedHeader(done.replayed) },
        };
      },
    }),
  ];
}
