import { z } from 'zod';
import { type ApprovalRow, getApproval, listApprovals } from '../../db/approvals.ts';
import type { Sql } from '../../db/client.ts';
import { interestOfOrder, type OrderInterest } from '../../db/order-interest.ts';
import { readOrder } from '../../db/order-views.ts';
import { getOrder } from '../../db/orders.ts';
import { merchantToday } from '../../db/policies.ts';
import { refundCredit } from '../../db/refund-credit.ts';
import { NettermsError } from '../../domain/errors.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import type { Money } from '../../domain/money.ts';
import type { OrderProcess } from '../../temporal/order-process.ts';
import { decideWriteOff, writeOff } from '../../temporal/write-off.ts';
import { answerOf, askedStatuses, askOrder } from '../ask-order.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  approval,
  approvalDecision,
  newCreditNote,
  newInterest,
  newRefund,
  newWaiver,
  newWriteOff,
  orderAfterWriteOff,
  orderInterest,
} from '../schemas/corrections.ts';
import { day, externalId, instant, limit, money, page } from '../schemas/fields.ts';
import { orderAfterCommand } from '../schemas/order.ts';
import { periodViews } from './interest.ts';

const tag = 'Corrections';

/** What corrects a debt without a payment of the customer: credit notes, refunds, write-offs. */
export function correctionEndpoints(deps: {
  sql: Sql;
  process: OrderProcess;
  now: () => string;
}): Endpoint[] {
  const { sql, process } = deps;
  const ask = askOrder(deps);

  /** Throws `currency-mismatch`. */
  async function requireCurrencyOf(orderId: string, { currency }: Money): Promise<void> {
    const order = await getOrder(sql, orderId);
    if (order.currency !== currency)
      throw new NettermsError('currency-mismatch', `Order ${orderId} is in ${order.currency}.`);
  }

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
      path: '/orders/{orderId}/interest',
      tag,
      summary: 'See the late interest of an order: what has accrued, and what of it was charged',
      scopes: ['read'],
      query: z.strictObject({ until: day.optional() }),
      answer: orderInterest,
      handle: async ({ params: { orderId }, query, now }) => {
        const { until = await merchantToday(sql, now) } = query;
        const order = await getOrder(sql, orderId);
        return { body: interestView(await interestOfOrder(sql, order, until), until, order.currency) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/interest',
      tag,
      summary: 'Charge the late interest that has accrued, and the compensation once',
      scopes: ['admin'],
      body: newInterest,
      answer: orderAfterCommand,
      keyed: true,
      statuses: askedStatuses,
      handle: async ({ params: { orderId }, body, actor, idempotencyKey, now }) => {
        const today = await merchantToday(sql, now);
        const { until = today, reason = null } = body;
        requirePast('/until', until, today);
        const content = { orderId, kind: 'chargeInterest' as const, actor, reason, content: body };
        return ask({ ...content, idempotencyKey, body: { until } });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/waive',
      tag,
      summary:
        'Give up interest and costs that were charged; what was paid of them pays the rest, or becomes credit',
      scopes: ['admin'],
      body: newWaiver,
      answer: orderAfterCommand,
      keyed: true,
      statuses: askedStatuses,
      handle: async ({ params: { orderId }, body, actor, idempotencyKey }) => {
        const { reason, amount } = body;
        if (amount) await requireCurrencyOf(orderId, amount);
        const waived = amount ? { amount: amount.amount } : {};
        return ask({ orderId, kind: 'waive', actor, reason, content: body, idempotencyKey, body: waived });
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

function interestView(
  { enabled, instalments, compensation, waived }: OrderInterest,
  until: string,
  currency: string,
): z.infer<typeof orderInterest> {
  const money = (amount: number): Money => ({ amount, currency });
  const sum = (of: 'accrued' | 'charged') => instalments.reduce((total, line) => total + line[of], 0);
  return {
    enabled,
    until,
    accrued: money(sum('accrued')),
    charged: money(sum('charged')),
    waived: money(waived),
    compensation: { owed: money(compensation.owed), charged: money(compensation.charged) },
    instalments: instalments.map(({ number, periods, accrued, charged }) => ({
      number,
      accrued: money(accrued),
      charged: money(charged),
      periods: periodViews(periods, currency),
    })),
  };
}

const approvalView = ({ id, amount, currency, ...row }: ApprovalRow): z.infer<typeof approval> => ({
  ...row,
  approvalId: id,
  amount: { amount, currency },
});
