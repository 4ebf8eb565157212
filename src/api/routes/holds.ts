import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { getHold, type HoldRow, holdsOf } from '../../modules/dunning/reserves/holds.ts';
import { placeHold } from '../../modules/dunning/reserves/place-hold.ts';
import { releaseHold } from '../../modules/dunning/reserves/release-hold.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { created, type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { requireCustomer } from '../require-customer.ts';
import { hold, holdList, mayHaveReason, newHold } from '../schemas/reminders.ts';

const tag = 'Reminders';

/** Holds: no reminders of a customer, or of some of their orders, for a time. */
export function holdEndpoints({ sql, commands }: { sql: Sql; commands: Commands }): Endpoint[] {
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
        await requireCustomer(sql, customerId);
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
  ];
}

const holdView = ({ id: holdId, ...row }: HoldRow): z.infer<typeof hold> => ({ holdId, ...row });
