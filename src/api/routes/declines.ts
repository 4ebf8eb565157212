import { z } from 'zod';
import { listDeclines } from '../../modules/eligibility/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { decline } from '../schemas/eligibility.ts';
import { instant, limit, ofCustomer, page } from '../schemas/fields.ts';

/** Refused checkouts and their reasons. */
export function declineEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/declines',
      operationId: 'listDeclines',
      tag: 'Customers',
      summary: 'List refused checkouts with their reasons, the newest first',
      scopes: ['read'],
      query: z.strictObject({
        customerId: ofCustomer,
        limit,
        cursor: readCursor(z.strictObject({ declinedAt: instant, declineId: z.int() })),
      }),
      answer: page(decline),
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const rows = await listDeclines(sql, filter, { after: cursor, limit: limit + 1 });
        const place = ({ declinedAt, declineId }: (typeof rows)[number]) => ({ declinedAt, declineId });
        const { items, nextCursor } = pageOf(rows, limit, place);
        return { body: { items: items.map((row) => ({ ...row, checks: [...row.checks] })), nextCursor } };
      },
    }),
  ];
}
