import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { type DisputeRow, disputesOf, getDispute } from '../../modules/dunning/reserves/disputes.ts';
import { openDispute } from '../../modules/dunning/reserves/open-dispute.ts';
import { resolveDispute } from '../../modules/dunning/reserves/resolve-dispute.ts';
import { getOrder } from '../../modules/orders/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { created, type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { dispute, disputeList, disputeResolution, newDispute } from '../schemas/reminders.ts';

const tag = 'Reminders';

/** Disputes: a customer contests all or a part of an order. */
export function disputeEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/disputes',
      operationId: 'openDispute',
      tag,
      summary: 'Note that a customer disputes all or a part of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: [openDispute.permission],
      body: newDispute,
      answer: dispute,
      statuses: { 200: 'it was opened before', 201: 'opened' },
      handle: async ({ params: { orderId }, body: content, actor, now }) => {
        const { disputeId, reason: cause, amount = null, note = null } = content;
        const body = { orderId, disputeId, cause, amount, note };
        const { replayed } = await commands.askCustomer(openDispute, {
          ...{ body, content: { orderId, ...content }, actor, reason: note, idempotencyKey: null, now },
        });
        return created(disputeView(await getDispute(sql, orderId, disputeId)), replayed);
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/disputes',
      operationId: 'listDisputes',
      tag,
      summary: 'List an order’s disputes, resolved ones included, the newest first',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: disputeList,
      handle: async ({ params: { orderId } }) => {
        await getOrder(sql, orderId);
        return { body: { items: (await disputesOf(sql, orderId)).map(disputeView) } };
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/disputes/{disputeId}/resolve',
      operationId: 'resolveDispute',
      tag,
      summary: 'Resolve a dispute: the customer was right, or was not',
      tryOut: { after: ['placeOrder', 'openDispute'] },
      scopes: [resolveDispute.permission],
      body: disputeResolution,
      answer: dispute,
      handle: async ({ params: { orderId, disputeId }, body: content, actor, now }) => {
        const { outcome, creditNoteId = null } = content;
        const body = { orderId, disputeId, outcome, creditNoteId };
        const by = { content, actor, reason: null, idempotencyKey: null, now };
        const { replayed } = await commands.askCustomer(resolveDispute, { body, ...by });
        return {
          body: disputeView(await getDispute(sql, orderId, disputeId)),
          headers: replayedHeader(replayed),
        };
      },
    }),
  ];
}

function disputeView({ id: disputeId, amount, currency, ...row }: DisputeRow): z.infer<typeof dispute> {
  return { disputeId, amount: amount === null ? null : { amount, currency }, ...row };
}
