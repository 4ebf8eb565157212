import type { z } from 'zod';
import type { RevocationProcess } from '../../modules/revocation/revocation-workflows.ts';
import { demandWarnings } from '../../modules/revocation/rules/demand.ts';
import {
  getRevocation,
  type RevocationRow,
  revocationState,
  revokeCustomer,
} from '../../modules/revocation/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { customerView } from '../customer-views.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { revocation, revokeBody, revokedCustomer } from '../schemas/revocation.ts';

const tag = 'Customers';

/** Terms taken away, and what is demanded with it. */
export function revocationEndpoints({
  sql,
  revocations,
}: {
  sql: Sql;
  revocations: RevocationProcess;
}): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/revoke',
      operationId: 'revokeTerms',
      tag,
      summary: 'Revoke payment terms, and demand the open orders if asked',
      tryOut: { parameters: { customerId: 'papeleria-sotomar' } },
      scopes: ['admin'],
      body: revokeBody,
      answer: revokedCustomer,
      handle: async ({ params: { customerId }, body, key, actor, now }) => {
        const { reason, openOrders = 'keep', revocationId = null } = body;
        const given = { revocationId, openOrders, reason, content: body, actor, now };
        const { customer, revocation, replayed } = await revokeCustomer(sql, customerId, given);
        const view = await customerView(sql, key, customer, now);
        const headers = replayedHeader(replayed);
        if (revocation?.openOrders !== 'demand') return { body: view, headers };
        return {
          body: { ...view, revocation: progressOf(revocation), warnings: [...demandWarnings] },
          headers,
          afterwards: () => {
            if (!revocation.finishedAt) revocations.startSoon(revocation);
          },
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/revocations/{revocationId}',
      operationId: 'readRevocation',
      tag,
      summary: 'Read how far a revocation has come',
      tryOut: { after: ['revokeTerms'] },
      scopes: ['read'],
      answer: revocation,
      handle: async ({ params: { revocationId } }) => ({
        body: revocationView(await getRevocation(sql, revocationId)),
      }),
    }),
  ];
}

const progressOf = (row: RevocationRow) => ({
  revocationId: row.id,
  state: revocationState(row),
  orders: row.orders,
  demanded: row.demanded,
});

function revocationView(row: RevocationRow): z.infer<typeof revocation> {
  const { customerId, openOrders, reason, actor, createdAt, startedAt, finishedAt } = row;
  return { ...progressOf(row), customerId, openOrders, reason, actor, createdAt, startedAt, finishedAt };
}
