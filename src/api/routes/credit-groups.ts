import { z } from 'zod';
import {
  type CreditGroupRow,
  getCreditGroup,
  listCreditGroups,
  membersOf,
  putCreditGroup,
} from '../../modules/credit/credit-groups.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { type CreditGroupView, creditGroup, creditGroupBody } from '../schemas/credit.ts';
import { externalId, limit, page } from '../schemas/fields.ts';

const tag = 'Credit';

/** Companies that share a limit. */
export function creditGroupEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: '/credit-groups/{groupId}',
      operationId: 'saveCreditGroup',
      tag,
      summary: 'Set what a group of companies may owe together, in each currency',
      scopes: ['admin'],
      body: creditGroupBody,
      answer: creditGroup,
      statuses: { 200: 'updated, or unchanged', 201: 'created' },
      handle: async ({ params: { groupId }, body, actor, now }) => {
        const { row, done } = await putCreditGroup(sql, groupId, body, { actor, now });
        return {
          status: done === 'created' ? 201 : 200,
          body: await viewOf(row),
          headers: replayedHeader(done === 'unchanged'),
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/credit-groups/{groupId}',
      operationId: 'readCreditGroup',
      tag,
      summary: 'Read a group of companies and what they owe together',
      tryOut: { after: ['saveCreditGroup'] },
      scopes: ['read'],
      answer: creditGroup,
      handle: async ({ params: { groupId } }) => ({ body: await viewOf(await getCreditGroup(sql, groupId)) }),
    }),
    endpoint({
      method: 'get',
      path: '/credit-groups',
      operationId: 'listCreditGroups',
      tag,
      summary: 'List groups of companies, by id',
      scopes: ['read'],
      query: z.strictObject({ limit, cursor: readCursor(z.strictObject({ after: externalId })) }),
      answer: page(creditGroup),
      handle: async ({ query: { limit, cursor } }) => {
        const rows = await listCreditGroups(sql, { after: cursor?.after ?? null, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ id }) => ({ after: id }));
        return { body: { items: await viewsOf(items), nextCursor } };
      },
    }),
  ];

  async function viewsOf(rows: readonly CreditGroupRow[]): Promise<CreditGroupView[]> {
    const members = await membersOf(
      sql,
      rows.map(({ id }) => id),
    );
    return rows.map(({ id: groupId, ...row }) => {
      const { customerIds, used } = members.get(groupId)!;
      const available = row.limits.map(({ amount, currency }) => ({
        amount: amount - (used.find((sum) => sum.currency === currency)?.amount ?? 0),
        currency,
      }));
      return { groupId, ...row, members: customerIds, used, available };
    });
  }

  async function viewOf(row: CreditGroupRow): Promise<CreditGroupView> {
    return (await viewsOf([row]))[0]!;
  }
}
