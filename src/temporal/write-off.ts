import { type ApprovalRow, decideApproval, getApproval } from '../db/approvals.ts';
import { inTransaction, type Sql } from '../db/client.ts';
import { requestWriteOff } from '../db/request-write-off.ts';
import type { Money } from '../domain/money.ts';
import type { OrderProcess } from './order-process.ts';
import { type Submitted, submitCommand } from './submit-command.ts';

type Deps = { sql: Sql; process: OrderProcess; now: string };
type Request = {
  orderId: string;
  amount: Money | null;
  reason: string;
  actor: string;
  content: unknown;
  idempotencyKey: string | null;
};

/**
 * Writes off what an order owes, or a part of it; what would bring its write-offs over the merchant's threshold waits for a
 * second person.
 * @throws NettermsError as `submitCommand`; `currency-mismatch`, `write-off-exceeds-balance`
 */
export async function writeOff(
  deps: Deps,
  { orderId, amount, reason, actor, content, idempotencyKey }: Request,
): Promise<{ submitted: Submitted } | { approval: ApprovalRow; replayed: boolean }> {
  const asked = await requestWriteOff(deps.sql, { orderId, amount, reason, actor, now: deps.now });
  if ('approval' in asked) return asked;
  return {
    submitted: await submitCommand(deps, {
      orderId,
      kind: 'writeOff',
      actor,
      reason,
      content,
      idempotencyKey,
      // What is owed only later, because a payment bounced meanwhile, nobody has judged.
      body: amount === null ? asked : { amount: amount.amount },
    }),
  };
}

/** Another person's word: approved, the write-off is submitted in the name of both. Repeated, it is the same command. */
export async function decideWriteOff(
  deps: Deps,
  id: string,
  decided: { decision: 'approved' | 'rejected'; comment: string | null; actor: string },
): Promise<{ approval: ApprovalRow; submitted: Submitted | null }> {
  const { sql, now } = deps;
  if (decided.decision === 'rejected') {
    const approval = await inTransaction(sql, (tx) => decideApproval(tx, id, { ...decided, now }));
    return { approval, submitted: null };
  }
  const { orderId, amount, reason, requestedBy } = await getApproval(sql, id);
  const submitted = await submitCommand(deps, {
    orderId,
    kind: 'writeOff',
    actor: decided.actor,
    reason,
    content: { approval: id, by: decided.actor },
    idempotencyKey: `approval ${id}`,
    body: { amount, approvalId: id, requestedBy },
    within: (tx) => decideApproval(tx, id, { ...decided, now }),
  });
  return { approval: await getApproval(sql, id), submitted };
}
