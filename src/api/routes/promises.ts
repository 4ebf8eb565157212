import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { makePromise } from '../../modules/dunning/reserves/make-promise.ts';
import { getPromise, type PromiseRow, promisesOf } from '../../modules/dunning/reserves/promises.ts';
import { withdrawPromise } from '../../modules/dunning/reserves/withdraw-promise.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { created, type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { requireCustomer } from '../require-customer.ts';
import {
  mayHaveReason,
  newPromise,
  paymentPromise,
  promiseList,
  promiseQuery,
} from '../schemas/reminders.ts';

const tag = 'Reminders';

/** Promises: a customer has named a day for the payment. */
export function promiseEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/promises',
      operationId: 'makePromise',
      tag,
      summary: 'Note that a customer has promised to pay by a day',
      tryOut: { needs: 'a day within the next 90 days.' },
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
        await requireCustomer(sql, customerId);
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
  ];
}

function promiseView(row: PromiseRow): z.infer<typeof paymentPromise> {
  const { id: promiseId, byOn, byAt, amount, currency, ...rest } = row;
  return {
    promiseId,
    by: byAt ?? byOn,
    amount: amount === null || currency === null ? null : { amount, currency },
    ...rest,
  };
}
