import type { z } from 'zod';
import type { Commands } from '../../modules/commands/commands.ts';
import { findCustomer } from '../../modules/customers/tables.ts';
import type { RevocationWorkflows } from '../../modules/revocation/revocation-workflows.ts';
import { revocationIdOf, revokeTerms } from '../../modules/revocation/revoke-terms.ts';
import { demandWarnings } from '../../modules/revocation/rules/demand.ts';
import {
  findRevocation,
  getRevocation,
  type RevocationRow,
  revocationState,
} from '../../modules/revocation/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { customerView } from '../customer-views.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { revocation, revokeBody, revokedCustomer } from '../schemas/revocation.ts';

const tag = 'Customers';

/** Revoked terms, and the demands for payment that go with them. */
export function revocationEndpoints({
  sql,
  commands,
  revocationWorkflows,
}: {
  sql: Sql;
  commands: Commands;
  revocationWorkflows: RevocationWorkflows;
}): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/revoke',
      operationId: 'revokeTerms',
      tag,
      summary: 'Revoke payment terms, and on request demand payment of the open orders',
      tryOut: { parameters: { customerId: 'papeleria-sotomar' } },
      scopes: [revokeTerms.permission],
      body: revokeBody,
      answer: revokedCustomer,
      handle: async ({ params: { customerId }, body: content, key, actor, now }) => {
        const { reason, openOrders = 'keep', revocationId = null } = content;
        const body = { customerId, revocationId, openOrders };
        const by = { content, actor, reason, idempotencyKey: null, now };
        const { command, replayed } = await commands.askCustomer(revokeTerms, { body, ...by });
        const revocation = await findRevocation(sql, revocationId ?? revocationIdOf(command!.id));
        const view = await customerView(sql, key, (await findCustomer(sql, customerId))!, now);
        const headers = replayedHeader(replayed);
        if (revocation?.openOrders !== 'demand') return { body: view, headers };
        return {
          body: { ...view, revocation: progressOf(revocation), warnings: [...demandWarnings] },
          headers,
          afterwards: () => {
            if (!revocation.finishedAt) revocationWorkflows.startSoon(revocation);
          },
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/revocations/{revocationId}',
      operationId: 'readRevocation',
      tag,
      summary: 'Read the progress of a revocation',
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
