import { collect } from '../../modules/bank-collections/collect.ts';
import { bankCollectionsOf, usualDay } from '../../modules/bank-collections/tables.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { getOrder } from '../../modules/orders/tables.ts';
import { merchantToday } from '../../modules/settings/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { requirePast } from '../days.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { parse } from '../problems.ts';
import { collection, collectionList, collectionMove } from '../schemas/collections.ts';
import { integerParameter } from '../schemas/fields.ts';

const tag = 'Payments';
const instalmentNumber = integerParameter(1, 1_000);

/** Instalments that a bank collects: RiBa, direct debit, card. */
export function collectionEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/orders/{orderId}/instalments/{instalment}/collection',
      operationId: 'moveCollection',
      tag,
      summary: 'Record what the bank reports about the collection of an instalment',
      tryOut: { after: ['placeOrder'] },
      scopes: ['accounting'],
      body: collectionMove,
      answer: collection,
      statuses: { 200: 'done', 202: 'accepted; the order’s workflow has not booked the payment yet' },
      handle: async ({ params, body, actor, now }) => {
        const today = await merchantToday(sql, now);
        const { orderId } = params;
        const instalment = parse(instalmentNumber, params.instalment, 'parameters');
        const { state, method = null, paymentId = null, amount = null } = body;
        const { confirmed = false, fee = 'policy', reason = null } = body;
        const on = body.on ?? (await usualDay(sql, { orderId, instalment, state, today }));
        requirePast('/on', on, today);
        const given = { orderId, instalment, state, on, method, paymentId, amount };
        const by = { confirmed, fee, reason, actor, now };
        const { collection, replayed, waiting } = await collect({ sql, commands }, { ...given, ...by });
        return { status: waiting ? 202 : 200, body: collection, headers: replayedHeader(replayed) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/orders/{orderId}/collections',
      operationId: 'listCollections',
      tag,
      summary: 'See the state of the collections of an order’s instalments',
      tryOut: { after: ['placeOrder'] },
      scopes: ['read'],
      answer: collectionList,
      handle: async ({ params: { orderId } }) => {
        await getOrder(sql, orderId);
        return { body: { items: await bankCollectionsOf(sql, orderId) } };
      },
    }),
  ];
}
