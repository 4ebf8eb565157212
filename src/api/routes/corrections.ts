import type { Commands } from '../../modules/commands/commands.ts';
import { issueCreditNote } from '../../modules/corrections/issue-credit-note.ts';
import { refundCredit } from '../../modules/corrections/refund-credit.ts';
import { writeOff } from '../../modules/corrections/write-off.ts';
import { reread } from '../../modules/credit/accounts.ts';
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

/** Corrections of a debt without a payment by the customer: credit notes, refunds, write-offs. */
export function correctionEndpoints(deps: { sql: Sql; commands: Commands }): Endpoint[] {
  const { sql, commands } = deps;
  const ask = askOrder(deps);

  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/credit-notes',
      operationId: 'bookCreditNote',
      tag,
      summary: 'Book a credit note; the part above the balance becomes unapplied credit',
      tryOut: { after: ['placeOrder'] },
      scopes: [issueCreditNote.permission],
      body: newCreditNote,
      answer: orderAfterCommand,
      statuses: askedStatuses,
      handle: async ({ params: { orderId }, body: content, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { creditNoteId, amount, reason, issuedOn = today, number = null } = content;
        requirePast('/issuedOn', issuedOn, today);
        const body = { creditNoteId, ...amount, issuedOn, number };
        return ask(issueCreditNote, { orderId, body, content, actor, reason, idempotencyKey: null, now });
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/refunds',
      operationId: 'refundCredit',
      tag,
      summary: 'Record that credit held for a customer was paid out',
      tryOut: { after: ['adjustCredit'] },
      scopes: [refundCredit.permission],
      body: newRefund,
      answer: refund,
      handle: async ({ params: { customerId }, body: content, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { refundId, amount, refundedOn = today, reason = null } = content;
        const { method = null, reference = null } = content;
        requirePast('/refundedOn', refundedOn, today);
        const body = { customerId, refundId, amount, refundedOn, method, reference };
        const by = { content, actor, reason, idempotencyKey: null, now };
        const { replayed } = await commands.askCustomer(refundCredit, { body, ...by });
        const { unapplied: held, currency } = await reread(sql, customerId, amount.currency);
        const unapplied = { amount: held, currency };
        return { body: { customerId, refundId, amount, unapplied }, headers: replayedHeader(replayed) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/write-off',
      operationId: 'writeOffOrder',
      tag,
      summary:
        'Write off what is owed for an order, or a part of it; over the merchant’s threshold a second admin must approve',
      tryOut: { after: ['placeOrder'], parameters: { 'Idempotency-Key': 'write-off-1' } },
      scopes: [writeOff.permission],
      body: newWriteOff,
      answer: orderAfterWriteOff,
      keyed: true,
      statuses: {
        ...askedStatuses,
        202: 'accepted; the order’s workflow has not answered yet, or a second admin must approve',
      },
      handle: async ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const { amount, reason } = content;
        const by = { content, actor, reason, idempotencyKey, now };
        const asked = await commands.askOrder(writeOff, { orderId, body: { ...amount }, ...by });
        const { approval, replayed } = asked;
        if (!approval) return answerOf(deps, { definition: writeOff, asked, orderId, now });
        return {
          status: 202,
          body: { ...(await readOrder(sql, orderId, now)), approval: approvalView(approval) },
          headers: { Location: `/v1/approvals/${approval.id}`, ...replayedHeader(replayed) },
        };
      },
    }),
  ];
}
