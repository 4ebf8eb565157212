import { NettermsError } from '../../kernel/errors.ts';
import type { ApiKey } from '../../modules/access/api-keys.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import type { OrderCommand } from '../../modules/commands/definition.ts';
import { findCommand, getOrderCommand } from '../../modules/commands/tables.ts';
import { amend } from '../../modules/ordering/amend.ts';
import { cancel } from '../../modules/ordering/cancel.ts';
import { confirm } from '../../modules/ordering/confirm.ts';
import { extend } from '../../modules/ordering/extend.ts';
import { fulfil } from '../../modules/ordering/fulfil.ts';
import { reschedule } from '../../modules/ordering/reschedule.ts';
import { applyCredit } from '../../modules/payments/apply-credit.ts';
import { recordPayment } from '../../modules/payments/record-payment.ts';
import { settle } from '../../modules/payments/settle.ts';
import { merchantToday } from '../../modules/settings/tables.ts';
import { continueWithoutStore, retryStore } from '../../modules/storefronts/retry-store.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { askedStatuses, askOrder, commandView } from '../ask-order.ts';
import { notingDecline } from '../asked-totals.ts';
import { holds } from '../auth.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
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

/** The commands to an order. The order's workflow applies or refuses each. */
export function orderCommandEndpoints(deps: { sql: Sql; commands: Commands }): Endpoint[] {
  const { sql } = deps;
  const ask = askOrder(deps);

  /** A storefront may read only its own commands. */
  async function requireOwn(key: ApiKey, actor: string, commandId: string): Promise<void> {
    if (holds(key, 'read') || (await findCommand(sql, commandId))?.actor === actor) return;
    throw new NettermsError('forbidden', 'Without the scope read a key may read only its own commands.');
  }

  const withReasonEndpoint = (
    path: string,
    definition: OrderCommand<object, never> | OrderCommand<object>,
    {
      example,
      bodyFor = () => ({}),
      ...more
    }: Pick<Endpoint, 'operationId' | 'summary' | 'tryOut'> & {
      example: string;
      bodyFor?: (key: ApiKey) => object;
    },
  ) =>
    endpoint({
      method: 'post',
      path: `/orders/{orderId}/${path}`,
      ...more,
      tag,
      scopes: [definition.permission],
      body: withReason(example),
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body, key, actor, idempotencyKey, now }) =>
        ask(definition as OrderCommand<object>, {
          ...{ orderId, body: bodyFor(key), content: body, actor, reason: body.reason, idempotencyKey, now },
        }),
    });

  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/confirm',
      operationId: 'confirmOrder',
      tag: 'Checkout',
      summary: 'Confirm a reserved order',
      tryOut: { after: ['placeOrder'] },
      scopes: [confirm.permission],
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, actor, idempotencyKey, now }) =>
        ask(confirm, { orderId, body: {}, content: {}, actor, reason: null, idempotencyKey, now }),
    }),
    withReasonEndpoint('cancel', cancel, {
      operationId: 'cancelOrder',
      summary:
        'Cancel what is not invoiced or delivered yet (an admin key: everything); what was paid for it becomes credit',
      tryOut: { after: ['placeOrder'] },
      example: 'The customer ordered twice by mistake.',
      bodyFor: (key) => (holds(key, 'admin') ? { everything: true } : {}),
    }),
    withReasonEndpoint('settle', settle, {
      operationId: 'settleOrder',
      summary: 'Settle an order whose rest was paid elsewhere',
      tryOut: { after: ['placeOrder'] },
      example: 'Paid in cash at the counter.',
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/extend',
      operationId: 'extendInstalment',
      tag,
      summary: 'Give an instalment a later due date; its reminders are planned again',
      tryOut: { after: ['placeOrder'] },
      scopes: [extend.permission],
      body: extension,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const { reason, ...body } = content;
        return ask(extend, { orderId, body, content, actor, reason, idempotencyKey, now });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/instalment-plan',
      operationId: 'agreeInstalmentPlan',
      tag,
      summary: 'Agree an instalment plan for what is overdue, or for all that is outstanding',
      tryOut: { after: ['placeOrder'] },
      scopes: [reschedule.permission],
      body: instalmentPlan,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const { reason, of, instalments } = content;
        const body = {
          of,
          currency: instalments[0]!.amount.currency,
          instalments: instalments.map(({ dueOn, amount }) => ({ dueOn, amount: amount.amount })),
        };
        return ask(reschedule, { orderId, body, content, actor, reason, idempotencyKey, now });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/amend',
      operationId: 'amendOrder',
      tag,
      summary: 'Change the total of an order; an increase is checked against the customer’s credit',
      tryOut: { after: ['placeOrder'] },
      scopes: [amend.permission],
      body: newTotal,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body: content, key, actor, idempotencyKey, now }) => {
        const { total, reason = null } = content;
        const body = { total: total.amount, currency: total.currency };
        const asked = ask(amend, { orderId, body, content, actor, reason, idempotencyKey, now, key });
        return notingDecline(sql, key, { orderId, total, now }, asked);
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/fulfilled',
      operationId: 'recordFulfilment',
      tag,
      summary:
        'Record a delivery or service; due dates that wait for complete fulfilment become final with it',
      tryOut: { after: ['placeOrder'] },
      scopes: [fulfil.permission],
      body: newFulfilment,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: async ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const { fulfilmentId = null, amount, final = false } = content;
        const { fulfilledOn = await merchantToday(sql, now) } = content;
        const body = {
          ...{ fulfilmentId, orderId, fulfilledOn, final },
          ...{ amount: amount?.amount ?? null, currency: amount?.currency ?? null },
        };
        return ask(fulfil, { orderId, body, content, actor, reason: null, idempotencyKey, now });
      },
    }),
    withReasonEndpoint('chase', continueWithoutStore, {
      operationId: 'continueWithoutStore',
      summary: 'Continue without the store, which could not be notified',
      tryOut: { needs: 'an order about which the store could not be notified.' },
      example: 'The store is closed for good; the goods were delivered.',
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/retry-store',
      operationId: 'retryStore',
      tag,
      summary: 'Notify the store again that the order is paid',
      tryOut: { needs: 'an order about which the store could not be notified.' },
      scopes: [retryStore.permission],
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, actor, idempotencyKey, now }) =>
        ask(retryStore, { orderId, body: {}, content: {}, actor, reason: null, idempotencyKey, now }),
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/payments',
      operationId: 'recordPayment',
      tag,
      summary: 'Record money that was received for an order',
      tryOut: { after: ['placeOrder'] },
      scopes: [recordPayment.permission],
      body: newPayment,
      answer: orderAfterCommand,
      statuses,
      handle: async ({ params: { orderId }, body: content, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { paymentId, amount, instalment } = content;
        const { receivedOn = today, method = null, reference = null } = content;
        requirePast('/receivedOn', receivedOn, today);
        const body = { paymentId, ...amount, receivedOn, method, reference, instalment };
        const by = { content, actor, reason: null, idempotencyKey: null, now };
        return ask(recordPayment, { orderId, body, ...by });
      },
    }),
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/apply-credit',
      operationId: 'applyCredit',
      tag,
      summary: 'Pay an order with credit held for its customer',
      tryOut: { after: ['adjustCredit', 'placeOrder'] },
      scopes: [applyCredit.permission],
      body: creditToApply,
      answer: orderAfterCommand,
      keyed: true,
      statuses,
      handle: ({ params: { orderId }, body: content, actor, idempotencyKey, now }) => {
        const { reason = null, amount: body } = content;
        return ask(applyCredit, { orderId, body, content, actor, reason, idempotencyKey, now });
      },
    }),
    endpoint({
      method: 'get',
      path: '/commands/{commandId}',
      operationId: 'readCommand',
      tag,
      summary: 'Read a command and its outcome',
      tryOut: { after: ['placeOrder', 'recordPayment'] },
      scopes: ['read', 'storefront'],
      answer: command,
      handle: async ({ params: { commandId }, key, actor }) => {
        await requireOwn(key, actor, commandId);
        return { body: commandView(await getOrderCommand(sql, commandId)) };
      },
    }),
  ];
}
