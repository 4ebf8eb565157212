import { z } from 'zod';
import { type ApprovalRow, getApproval, listApprovals } from '../../db/approvals.ts';
import type { Sql } from '../../db/client.ts';
import { merchantToday, readOrder } from '../../db/order-views.ts';
import { refundCredit } from '../../db/refund-credit.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import type { OrderProcess } from '../../temporal/order-process.ts';
import { decideWriteOff, writeOff } from '../../temporal/write-off.ts';
import { answerOf, askedStatuses, askOrder } from '../ask-order.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { requirePast } from '../past-day.ts';
import {
  approval,
  approvalDecision,
  newCreditNote,
  newRefund,
  newWriteOff,
  orderAfterWriteOff,
} from '../schemas/corrections.ts';
import { externalId, instant, limit, money, page } from '../schemas/fields.ts';
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

  const decision = (path: 'approve' | 'reject', decided: 'approved' | 'rejected', summary: string) =>
    endpoint({
      method: 'post',
      path: `/approvals/{approvalId}/${path}`,
      tag,
      summary,
      scopes: ['admin'],
      body: approvalDecision,
      answer: approval,
      handle: async ({ params: { approvalId }, body: { comment = null }, actor, now }) => {
        const given = { decision: decided, comment, actor };
        const { approval, submitted } = await decideWriteOff({ sql, process, now }, approvalId, given);
        if (submitted) await answerOf(deps, submitted);
        return { body: approvalView(approval) };
      },
    });

  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/credit-notes',
      tag,
      summary: 'Book a credit note; what is over the balance becomes unapplied credit',
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
      tag,
      summary: 'Book that credit held for a customer was paid out',
      scopes: ['accounting'],
      body: newRefund,
      answer: z.object({ customerId: z.string(), refundId: z.string(), amount: money, unapplied: money }),
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
      tag,
      summary:
        'Give up what an order owes, or a part of it; over the merchant’s threshold a second admin must approve',
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
    endpoint({
      method: 'get',
      path: '/approvals',
      tag,
      summary: 'List what waits for a second admin, or was decided, the newest first',
      scopes: ['read'],
      query: z.strictObject({
        waiting: z.enum(['true', 'false']).optional(),
        limit,
        cursor: readCursor(z.strictObject({ requestedAt: instant, approvalId: externalId })),
      }),
      answer: page(approval),
      handle: async ({ query: { waiting, limit, cursor } }) => {
        const rows = await listApprovals(
          sql,
          { waiting: waiting === 'true' },
          { after: cursor, limit: limit + 1 },
        );
        const place = ({ requestedAt, id: approvalId }: ApprovalRow) => ({ requestedAt, approvalId });
        const { items, nextCursor } = pageOf(rows, limit, place);
        return { body: { items: items.map(approvalView), nextCursor } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/approvals/{approvalId}',
      tag,
      summary: 'Read an approval',
      scopes: ['read'],
      answer: approval,
      handle: async ({ params: { approvalId } }) => ({
        body: approvalView(await getApproval(sql, approvalId)),
      }),
    }),
    decision('approve', 'approved', 'Approve what another admin asked for'),
    decision('reject', 'rejected', 'Reject what another admin asked for'),
  ];
}

const approvalView = ({ id, amount, currency, ...row }: ApprovalRow): z.infer<typeof approval> => ({
  ...row,
  approvalId: id,
  amount: { amount, currency },
});
