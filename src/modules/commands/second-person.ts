import { NettermsError } from '../../kernel/errors.ts';
import { plainMoney } from '../../kernel/money.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { KindAbout } from '../approvals/rules/kinds.ts';
import { type ApprovalRow, findApproval, type OrderApproval, requestApproval } from '../approvals/tables.ts';
import type { OrderRow } from '../orders/tables.ts';
import { type Asked, nothing } from './asked.ts';
import { approvalIdOf } from './ids.ts';

/**
 * The approval that was asked for with the command of this id, waiting or decided; null if there is none.
 * @param named the amount that the caller gives now, in minor units; null if they give none
 * @throws NettermsError `conflict` if it was asked for with another amount
 */
export async function approvalOf(
  tx: Tx,
  commandId: string,
  named: number | null,
): Promise<ApprovalRow | null> {
  const known = await findApproval(tx, approvalIdOf(commandId));
  return known && sameAmount(known as OrderApproval, named);
}

/**
 * Asks a second person; while an approval of the order waits, that one is the answer.
 * @throws NettermsError `conflict` if the one that waits is of another amount
 */
export async function askSecondPerson(
  tx: Tx,
  { id: orderId, currency }: Pick<OrderRow, 'id' | 'currency'>,
  given: {
    commandId: string;
    kind: KindAbout<'order'>;
    amount: number;
    named: number | null;
    actor: string;
    reason: string | null;
    now: string;
  },
): Promise<Asked> {
  const { commandId, kind, amount, named, actor, reason, now } = given;
  const { approval, replayed } = await requestApproval(tx, {
    ...{ id: approvalIdOf(commandId), kind, subject: `order/${orderId}`, orderId, amount, currency },
    ...{ detail: {}, reason, requestedBy: actor, requestedAt: now },
  });
  return {
    ...nothing,
    approval: replayed ? sameAmount(approval as OrderApproval, named) : approval,
    replayed,
  };
}

function sameAmount(approval: OrderApproval, named: number | null): ApprovalRow {
  if (named === null || named === approval.amount) return approval;
  throw new NettermsError(
    'conflict',
    `The approval of ${plainMoney(approval)} for this order waits or was already decided (${approval.id}): have that one decided first, or repeat the very same request.`,
  );
}
