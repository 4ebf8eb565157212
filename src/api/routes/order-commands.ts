import { dayAt } from '../../kernel/calendar.ts';
import { NettermsError } from '../../kernel/errors.ts';
import type { ApiKey, Scope } from '../../modules/access/api-keys.ts';
import { findCommand, getCommand } from '../../modules/commands/tables.ts';
import type { OrderProcess } from '../../modules/orders/order-workflows.ts';
import type { CommandKind } from '../../modules/orders/rules/order-state.ts';
import { getOrder, type OrderRow } from '../../modules/orders/tables.ts';
import { readOrder } from '../../modules/reports/order-views.ts';
import { merchantToday, merchantZone } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { askedStatuses, askOrder, commandView } from '../ask-order.ts';
import { holds } from '../auth.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { requireCurrency, requireFulfillable } from '../order-checks.ts';
import { withReason } from '../schemas/fields.ts';
import {
  command,
  creditToApply,
  extension,
  instalmentPlan,
  newFulfilment,
  newPayment,
  newTotal,
  orderAfterCommand,
} from '../schemas/order.ts';

const tag = 'Orders';
const statuses = askedStatuses;

/** What can be asked of an order: each is a command that the order's workflow applies or refuses. */
export function orderCommandEndpoints({
  sql,
  process,
  now,
}: {
  sql: Sql;
  process: OrderProcess;
  now: () => string;
}): Endpoint[] {
  const ask = askOrder({ sql, process, now });

  /** A storefront follows its own commands only. */
  async function requireOwn(key: ApiKey, actor: string, commandId: string): Promise<void> {
    if (holds(key, 'read') || (await findCommand(sql, commandId))?.actor === actor) return;
    throw new NettermsError('forbidden', 'Without the scope read a key sees its own commands only.');
  }

  const withReasonEndpoint = (
    kind: CommandKind,
    path: string,
    scope: Scope,
    { example, ...more }: Pick<Endpoint, 'operationId' | 'summary' | 'tryOut'> & { example: string },
  ) =>
    endpoint({
      method: 'post',
      path: `/orders/{orderId}/${path}`,
      ...more,
      tag,
      scopes: [scope],
      body: withReason(example),
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body, actor, idempotencyKey }) =>
        ask({ orderId, kind, actor, reason: body.reason, content: body, idempotencyKey }),
    });

  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/confirm',
      operationId: 'confirmOrder',
      tag: 'Checkout',
      summary: 'Confirm an order that was only reserved',
      tryOut: { after: ['placeOrder'] },
      scopes: ['storefront'],
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: async ({ params: { orderId }, actor, idempotencyKey, now }) => {
        const order = await readOrder(sql, orderId, now);
        if (order.status === 'open') return { body: order, headers: replayedHeader(true) };
        return ask({ orderId, kind: 'confirm', actor, reason: null, content: {}, idempotencyKey });
      },
    }),
    withReasonEndpoint('cancel', 'cancel', 'storefront', {
      operationId: 'cancelOrder',
      summary: 'Cancel an order; what was paid becomes credit',
      tryOut: { after: ['placeOrder'] },
      example: 'The customer ordered twice by mistake.',
    }),
    withReasonEndpoint('settle', 'settle', 'admin', {
      operationId: 'settleOrder',
      summary: 'Settle an order: the rest was paid outside',
      tryOut: { after: ['placeOrder'] },
      example: 'Paid in cash at the counter.',
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/extend',
      operationId: 'extendInstalment',
      tag,
      summary: 'Give an instalment a later due date; its reminders are planned anew',
      tryOut: { after: ['placeOrder'] },
      scopes: ['admin'],
      body: extension,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body, actor, idempotencyKey }) => {
        const { reason, ...move } = body;
        return ask({ orderId, kind: 'extend', actor, reason, content: body, idempotencyKey, body: move });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/instalment-plan',
      operationId: 'agreeInstalmentPlan',
      tag,
      summary: 'Agree an instalment plan over what is overdue, or over all that is outstanding',
      tryOut: { after: ['placeOrder'] },
      scopes: ['admin'],
      body: instalmentPlan,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: async ({ params: { orderId }, body, actor, idempotencyKey }) => {
        const { reason, of, instalments } = body;
        requireCurrency(await getOrder(sql, orderId), instalments[0]!.amount);
        const plan = {
          of,
          instalments: instalments.map(({ dueOn, amount }) => ({ dueOn, amount: amount.amount })),
        };
        return ask({ orderId, kind: 'reschedule', actor, reason, content: body, idempotencyKey, body: plan });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/amend',
      operationId: 'amendOrder',
      tag,
      summary: 'Give an order another total; more is checked against the customer’s credit',
      tryOut: { after: ['placeOrder'] },
      scopes: ['storefront'],
      body: newTotal,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body, key, actor, idempotencyKey }) => {
        const { total, reason = null } = body;
        const check = (order: OrderRow) => requireCurrency(order, total);
        const asked = { content: body, body: { total: total.amount }, check };
        return ask({ orderId, kind: 'amend', actor, reason, idempotencyKey, ...asked }, key);
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/fulfilled',
      operationId: 'recordFulfilment',
      tag,
      summary: 'Say what was delivered or rendered; due dates that waited for the whole become final',
      tryOut: { after: ['placeOrder'] },
      scopes: ['storefront'],
      body: newFulfilment,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: async ({ params: { orderId }, body, actor, idempotencyKey, now }) => {
        const zone = await merchantZone(sql);
        const today = dayAt(now, zone);
        const { fulfilmentId = null, amount, fulfilledOn = today, final = false } = body;
        const fulfilment = { fulfilmentId, amount: amount?.amount ?? null, fulfilledOn, final };
        const request = {
          reason: null,
          content: body,
          idempotencyKey: fulfilmentId === null ? idempotencyKey : `fulfilment ${fulfilmentId}`,
          body: fulfilment,
          check: (order: OrderRow) => requireFulfillable(order, body, { fulfilledOn, today, zone }),
          ...(fulfilmentId === null ? {} : { called: `Fulfilment ${fulfilmentId}` }),
        };
        return ask({ orderId, kind: 'fulfil', actor, ...request });
      },
    }),
    withReasonEndpoint('chase', 'chase', 'admin', {
      operationId: 'continueWithoutStore',
      summary: 'Go on although the store could not be told',
      tryOut: { needs: 'an order of which the store could not be told.' },
      example: 'The store is closed for good; the goods were delivered.',
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/retry-store',
      operationId: 'retryStore',
      tag,
      summary: 'Tell the store again that the order is paid',
      tryOut: { needs: 'an order of which the store could not be told.' },
      scopes: ['admin'],
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, actor, idempotencyKey }) =>
        ask({ orderId, kind: 'retryStore', actor, reason: null, content: {}, idempotencyKey }),
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/payments',
      operationId: 'recordPayment',
      tag,
      summary: 'Record money that was received for an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['accounting'],
      body: newPayment,
      answer: orderAfterCommand,
      statuses,
      handle: async ({ params: { orderId }, body, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { receivedOn = today, method = null, reference = null } = body;
        requirePast('/receivedOn', receivedOn, today);
        const payment = { ...body, receivedOn, method, reference };
        const request = { reason: null, content: body, idempotencyKey: null, payment };
        return ask({ orderId, kind: 'recordPayment', actor, ...request });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/apply-credit',
      operationId: 'applyCredit',
      tag,
      summary: 'Pay an order with credit that is held for its customer',
      tryOut: { after: ['adjustCredit', 'placeOrder'] },
      scopes: ['accounting'],
      body: creditToApply,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body, actor, idempotencyKey }) => {
        const { reason = null, amount } = body;
        return ask({
          orderId,
          kind: 'applyCredit',
          actor,
          reason,
          content: body,
          idempotencyKey,
          body: amount,
        });
      },
    }),
    endpoint({
      method: 'get',
      path: '/commands/{commandId}',
      operationId: 'readCommand',
      tag,
      summary: 'Read what became of a command',
      tryOut: { after: ['placeOrder', 'recordPayment'] },
      scopes: ['read', 'storefront'],
      answer: command,
      handle: async ({ params: { commandId }, key, actor }) => {
        await requireOwn(key, actor, commandId);
        return { body: commandView(await getCommand(sql, commandId)) };
      },
    }),
  ];
}
