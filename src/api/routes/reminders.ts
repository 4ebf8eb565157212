import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { findCustomer, unknownCustomer } from '../../modules/customers/tables.ts';
import { type DisputeRow, disputesOf, getDispute } from '../../modules/dunning/disputes.ts';
import { getHold, type HoldRow, holdsOf } from '../../modules/dunning/holds.ts';
import { makePromise } from '../../modules/dunning/make-promise.ts';
import { openDispute } from '../../modules/dunning/open-dispute.ts';
import { placeHold } from '../../modules/dunning/place-hold.ts';
import { getPromise, type PromiseRow, promisesOf } from '../../modules/dunning/promises.ts';
import { releaseHold } from '../../modules/dunning/release-hold.ts';
import { reminderModeOf } from '../../modules/dunning/reminder-modes.ts';
import { resolveDispute } from '../../modules/dunning/resolve-dispute.ts';
import { setReminders } from '../../modules/dunning/set-reminders.ts';
import { withdrawPromise } from '../../modules/dunning/withdraw-promise.ts';
import { getOrder } from '../../modules/orders/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import {
  dispute,
  disputeList,
  disputeResolution,
  hold,
  holdList,
  mayHaveReason,
  newDispute,
  newHold,
  newPromise,
  newReminderMode,
  paymentPromise,
  promiseList,
  promiseQuery,
  reminderMode,
} from '../schemas/reminders.ts';

const tag = 'Reminders';
const needsDay = 'a day within the next 90 days.';

/** What an admin says about reminders: holds, promises, disputes, and whether anybody is reminded at all. */
export function reminderEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  const requireCustomer = async (customerId: string) =>
    (await findCustomer(sql, customerId)) ?? unknownCustomer(customerId);
  const customerMode = (customerId: string) => reminderModeOf(sql, { customerId, orderId: null });
  const orderMode = async (orderId: string) => {
    const { customerId } = await getOrder(sql, orderId);
    return reminderModeOf(sql, { customerId, orderId });
  };
  /** Sets a mode, and answers with the one in force. */
  const setMode = async (
    subject: { customerId: string } | { orderId: string },
    given: { content: z.infer<typeof newReminderMode>; actor: string; now: string },
    read: () => ReturnType<typeof reminderModeOf>,
  ) => {
    const { content, actor, now } = given;
    const { mode, reason } = content;
    const { replayed } = await commands.askCustomer(setReminders, {
      ...{ body: { subject, mode, reason }, content: { subject, ...content }, actor, reason, now },
      idempotencyKey: null,
    });
    return { body: await read(), headers: replayedHeader(replayed) };
  };

  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/holds',
      operationId: 'placeHold',
      tag,
      summary: 'Put the reminders of a customer, or of some of their orders, on hold',
      scopes: [placeHold.permission],
      body: newHold,
      answer: hold,
      statuses: { 200: 'it was placed before', 201: 'placed' },
      handle: async ({ params: { customerId }, body: content, actor, now }) => {
        const { holdId, reason, until = null, orderIds = null } = content;
        const body = { customerId, holdId, until, orderIds };
        const by = { content, actor, reason, idempotencyKey: null, now };
        const { replayed } = await commands.askCustomer(placeHold, { body, ...by });
        return created(holdView(await getHold(sql, customerId, holdId)), replayed);
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/holds',
      operationId: 'listHolds',
      tag,
      summary: 'List a customer’s holds, released ones included, the newest first',
      scopes: ['read'],
      answer: holdList,
      handle: async ({ params: { customerId } }) => {
        await requireCustomer(customerId);
        return { body: { items: (await holdsOf(sql, customerId)).map(holdView) } };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/holds/{holdId}/release',
      operationId: 'releaseHold',
      tag,
      summary: 'Release a hold before its last day',
      tryOut: { after: ['placeHold'] },
      scopes: [releaseHold.permission],
      body: mayHaveReason,
      answer: hold,
      handle: async ({ params: { customerId, holdId }, body: content = {}, actor, now }) => {
        const body = { customerId, holdId };
        const by = { content, actor, reason: content.reason ?? null, idempotencyKey: null, now };
        const { replayed } = await commands.askCustomer(releaseHold, { body, ...by });
        return {
          body: holdView(await getHold(sql, customerId, holdId)),
          headers: replayedHeader(replayed),
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/promises',
      operationId: 'makePromise',
      tag,
      summary: 'Note that a customer has promised to pay by a day',
      tryOut: { needs: needsDay },
      scopes: [makePromise.permission],
      body: newPromise,
      answer: paymentPromise,
      statuses: { 200: 'it was noted before', 201: 'noted' },
      handle: async ({ params: { customerId }, body: content, actor, now }) => {
        const { promiseId, by, amount = null, orderIds = null, note = null } = content;
        const body = { customerId, promiseId, by, amount, orderIds, note };
        const { replayed } = await commands.askCustomer(makePromise, {
          ...{ body, content, actor, reason: note, idempotencyKey: null, now },
        });
        return created(promiseView(await getPromise(sql, customerId, promiseId)), replayed);
      },
    }),
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/promises',
      operationId: 'listPromises',
      tag,
      summary: 'List a customer’s promises, the newest first',
      scopes: ['read'],
      query: promiseQuery,
      answer: promiseList,
      handle: async ({ params: { customerId }, query: { state = null } }) => {
        await requireCustomer(customerId);
        return { body: { items: (await promisesOf(sql, customerId, state)).map(promiseView) } };
      },
    }),
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/promises/{promiseId}/withdraw',
      operationId: 'withdrawPromise',
      tag,
      summary: 'Withdraw a promise that is still open',
      tryOut: { needs: 'a promise, noted by `makePromise`.' },
      scopes: [withdrawPromise.permission],
      body: mayHaveReason,
      answer: paymentPromise,
      handle: async ({ params: { customerId, promiseId }, body: content = {}, actor, now }) => {
        const body = { customerId, promiseId };
        const by = { content, actor, reason: content.reason ?? null, idempotencyKey: null, now };
        const { replayed } = await commands.askCustomer(withdrawPromise, { body, ...by });
        return {
          body: promiseView(await getPromise(sql, customerId, promiseId)),
          headers: replayedHeader(replayed),
        };
      },
    }),
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
    endpoint({
      method: 'get',
      path: '/customers/{customerId}/reminders',
      operationId: 'readCustomerReminders',
      tag,
      summary: 'See whether a customer is reminded',
      scopes: ['read'],
      answer: reminderMode,
      handle: async ({ params: { customerId } }) => {
        await requireCustomer(customerId);
        return { body: await customerMode(customerId) };
      },
    }),
    endpoint({
      method: 'put',
      path: '/customers/{customerId}/reminders',
      operationId: 'setCustomerReminders',
      tag,
      summary:
        'Decide whether a customer is reminded; of the customer’s and the order’s, the stricter counts',
      scopes: [setReminders.permission],
      body: newReminderMode,
      answer: reminderMode,
      handle: async ({ params: { customerId }, body: content, actor, now }) =>
        setMode({ customerId }, { content, actor, now }, () => customerMode(customerId)),
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/reminders',
      operationId: 'readOrderReminders',
      tag,
      summary: 'See whether anybody is reminded of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: reminderMode,
      handle: async ({ params: { orderId } }) => ({ body: await orderMode(orderId) }),
    }),
    endpoint({
      method: 'put',
      path: '/orders/{orderId}/reminders',
      operationId: 'setOrderReminders',
      tag,
      summary: 'Decide whether anybody is reminded of an order',
      tryOut: { after: ['placeOrder'] },
      scopes: [setReminders.permission],
      body: newReminderMode,
      answer: reminderMode,
      handle: async ({ params: { orderId }, body: content, actor, now }) =>
        setMode({ orderId }, { content, actor, now }, () => orderMode(orderId)),
    }),
  ];
}

const created = <Body>(body: Body, replayed: boolean) => ({
  ...{ status: replayed ? 200 : 201, body, headers: replayedHeader(replayed) },
});

const holdView = ({ id: holdId, ...row }: HoldRow): z.infer<typeof hold> => ({ holdId, ...row });

function promiseView(row: PromiseRow): z.infer<typeof paymentPromise> {
  const { id: promiseId, byOn, byAt, amount, currency, ...rest } = row;
  return { promiseId, by: byAt ?? byOn, amount: moneyOrNull(amount, currency), ...rest };
}

function disputeView({ id: disputeId, amount, currency, ...row }: DisputeRow): z.infer<typeof dispute> {
  return { disputeId, amount: moneyOrNull(amount, currency), ...row };
}

const moneyOrNull = (amount: number | null, currency: string | null) =>
  amount === null || currency === null ? null : { amount, currency };
