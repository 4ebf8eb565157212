import { z } from 'zod';
import type { ApprovalKind } from '../../modules/approvals/rules/kinds.ts';
import { type ApprovalRow, getApproval, listApprovals } from '../../modules/approvals/tables.ts';
import { decideAccountChange } from '../../modules/banking/change-account.ts';
import type { Commands } from '../../modules/commands/commands.ts';
import { decideWriteOff, writeOff } from '../../modules/corrections/write-off.ts';
import { decidePolicyChange } from '../../modules/settings/decide-change.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { approvalView } from '../approval-view.ts';
import { answerOf } from '../ask-order.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { approval, approvalDecision } from '../schemas/approvals.ts';
import { externalId, instant, limit, optionalParameter, page } from '../schemas/fields.ts';

const tag = 'Corrections';

const neededFirst =
  'a write-off over the merchant’s threshold (`placeOrder`, then `writeOffOrder`), and the key of an admin other than the one who asked for it.';

type Decided = { decision: 'approved' | 'rejected'; comment: string | null; actor: string };
type Decider = (id: string, decided: Decided, now: string) => Promise<ApprovalRow>;

/** What one admin asks for and another admin decides. */
export function approvalEndpoints(deps: { sql: Sql; commands: Commands }): Endpoint[] {
  const { sql, commands } = deps;

  /** What a decision on each kind of approval does; it throws if what is approved is refused. */
  const deciders: Readonly<Record<ApprovalKind, Decider>> = {
    async 'write-off'(id, decided, now) {
      const { approval, asked } = await decideWriteOff({ sql, commands, now }, id, decided);
      if (asked) await answerOf(deps, { definition: writeOff, asked, orderId: approval.orderId!, now });
      return approval;
    },
    'write-off-threshold': (id, decided, now) => decidePolicyChange({ sql, now }, id, decided),
    'bank-account': (id, decided, now) => decideAccountChange({ sql, now }, id, decided),
  };

  const decision = (
    path: 'approve' | 'reject',
    decided: 'approved' | 'rejected',
    more: Pick<Endpoint, 'operationId' | 'summary' | 'tryOut'>,
  ) =>
    endpoint({
      method: 'post',
      path: `/approvals/{approvalId}/${path}`,
      ...more,
      tag,
      scopes: ['admin'],
      body: approvalDecision,
      answer: approval,
      handle: async ({ params: { approvalId }, body: { comment = null }, actor, now }) => {
        const { kind } = await getApproval(sql, approvalId);
        const given = { decision: decided, comment, actor };
        return { body: approvalView(await deciders[kind](approvalId, given, now)) };
      },
    });

  return [
    endpoint({
      method: 'get',
      path: '/approvals',
      operationId: 'listApprovals',
      tag,
      summary: 'List what waits for a second admin or was decided, the newest first',
      scopes: ['read'],
      query: z.strictObject({
        waiting: optionalParameter(
          z.enum(['true', 'false']),
          '`true`: only approvals that are not decided yet; all if not given.',
        ),
        limit,
        cursor: readCursor(z.strictObject({ requestedAt: instant, approvalId: externalId })),
      }),
      answer: page(approval),
      handle: async ({ query: { waiting, limit, cursor } }) => {
        const rows = await listApprovals(
          sql,
          { waiting: waiting === 'true' },
          { after: cursor, limit: limit + 1 },
        );
        const place = ({ requestedAt, id: approvalId }: ApprovalRow) => ({ requestedAt, approvalId });
        const { items, nextCursor } = pageOf(rows, limit, place);
        return { body: { items: items.map(approvalView), nextCursor } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/approvals/{approvalId}',
      operationId: 'readApproval',
      tag,
      summary: 'Read an approval',
      tryOut: { after: ['placeOrder', 'writeOffOrder'] },
      scopes: ['read'],
      answer: approval,
      handle: async ({ params: { approvalId } }) => ({
        body: approvalView(await getApproval(sql, approvalId)),
      }),
    }),
    decision('approve', 'approved', {
      operationId: 'approveWriteOff',
      summary: 'Approve what another admin asked for',
      tryOut: { needs: neededFirst },
    }),
    decision('reject', 'rejected', {
      operationId: 'rejectWriteOff',
      summary: 'Reject what another admin asked for',
      tryOut: { needs: neededFirst },
    }),
  ];
}
