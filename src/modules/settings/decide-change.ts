import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { type ApprovalRow, decideApproval, getApproval } from '../approvals/tables.ts';
import type { PolicyChange } from './second-person.ts';
import { lockPolicies, type PolicyKind, putInForce } from './tables.ts';

/**
 * The decision of a second person on a change of a document: what is approved is in force at once, in the name of who
 * approved it. A repeat changes nothing.
 * @throws NettermsError with the codes of `decideApproval` and `putInForce`: the request stays undecided then
 */
export async function decidePolicyChange(
  { sql, now }: { sql: Sql; now: string },
  id: string,
  decided: { decision: 'approved' | 'rejected'; comment: string | null; actor: string },
): Promise<ApprovalRow> {
  return inTransaction(sql, async (tx) => {
    await lockPolicies(tx);
    const asked = await getApproval(tx, id);
    const approval = await decideApproval(tx, id, { ...decided, now });
    if (asked.decision !== null || decided.decision === 'rejected') return approval;
    const { document, baseVersion, body } = asked.detail as PolicyChange;
    await putInForce(tx, document as PolicyKind, {
      ...{ baseVersion, body: body as never, actor: decided.actor, now },
      ...{ approvalId: id, requestedBy: asked.requestedBy },
    });
    return approval;
  });
}
