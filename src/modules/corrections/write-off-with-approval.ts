import { randomBytes } from 'node:crypto';
import { NettermsError } from '../../kernel/errors.ts';
import { fingerprint } from '../../kernel/fingerprint.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { type ApprovalRow, decideApproval, getApproval } from '../approvals/tables.ts';
import { commandId, type Submission, type Submitted, submitCommand } from '../commands/submit-command.ts';
import { findCommand } from '../commands/tables.ts';
import type { OrderProcess } from '../orders/order-workflows.ts';
import { needsApproval, requestWriteOff } from './request-write-off.ts';

type Deps = { sql: Sql; process: OrderProcess; now: string };
type Request = {
  orderId: string;
  amount: Money | null;
  reason: string;
  actor: string;
  content: unknown;
  idempotencyKey: string | null;
};

/** Others have come at once, and bring the write-offs of the order over the threshold. */
class Crossed extends Error {}

/**
 * Writes off what an order owes, or a part of it; what would bring its write-offs over the merchant's threshold waits for a
 * second person. With an `Idempotency-Key` a repeat changes nothing, whatever was written off since.
 * @throws NettermsError as `submitCommand` and `requestWriteOff` do
 */
export async function writeOff(
  deps: Deps,
  request: Request,
): Promise<{ submitted: Submitted } | { approval: ApprovalRow; replayed: boolean }> {
  const { orderId, amount, reason, actor, content, idempotencyKey } = request;
  const key = idempotencyKey === null ? null : fingerprint(`${orderId} write-off ${idempotencyKey}`);
  const approvalId = `apr_${key?.slice(0, 32) ?? randomBytes(16).toString('hex')}`;
  const submission: Submission = { orderId, kind: 'writeOff', actor, reason, content, idempotencyKey };
  if (await findCommand(deps.sql, commandId(submission)))
    return { submitted: await submitCommand(deps, submission) };
  const asked = await requestWriteOff(deps.sql, {
    id: approvalId,
    orderId,
    amount,
    reason,
    actor,
    now: deps.now,
  });
  if ('approval' in asked) return asked;
  try {
    const submitted = await submitCommand(deps, {
      ...submission,
      // What is owed only later, because a payment bounced meanwhile, nobody has judged.
      body: amount === null ? asked : { amount: amount.amount },
      async within(tx, { order }) {
        if (await needsApproval(tx, order, 0)) throw new Crossed();
      },
    });
    return { submitted };
  } catch (error) {
    if (error instanceof Crossed) return writeOff(deps, request);
    throw error;
  }
}

/**
 * Another person's word: approved, the write-off is submitted in the name of both. Repeated, it is the same command.
 * @throws NettermsError as `submitCommand` and `decideApproval` do; `write-off-exceeds-balance` where less is owed by now:
 *   then it is not decided
 */
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
  const { orderId, amount, currency, reason, requestedBy } = await getApproval(sql, id);
  const submitted = await submitCommand(deps, {
    orderId,
    kind: 'writeOff',
    actor: decided.actor,
    reason,
    content: { approval: id, by: decided.actor },
    idempotencyKey: `approval ${id}`,
    body: { amount, approvalId: id, requestedBy },
    check({ outstanding }) {
      if (amount <= outstanding) return;
      throw new NettermsError(
        'write-off-exceeds-balance',
        `${plainMoney({ amount: outstanding, currency })} is outstanding by now: reject this, and ask for that or less.`,
      );
    },
    within: (tx) => decideApproval(tx, id, { ...decided, now }),
  });
  return { approval: await getApproval(sql, id), submitted };
}
