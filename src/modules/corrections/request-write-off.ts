import { NettermsError } from '../../kernel/errors.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { type ApprovalRow, findApproval, requestApproval } from '../approvals/tables.ts';
import { writtenOffOf } from '../ledger/tables.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { lockOrder, type OrderRow } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';

/** Whether a further write-off, in minor units, would bring those of the order over the merchant's threshold. */
export async function needsApproval(
  tx: Tx,
  { id, currency }: Pick<OrderRow, 'id' | 'currency'>,
  amount: number,
): Promise<boolean> {
  const over = (await activePolicies(tx)).settings.body.writeOffApprovalOver;
  if (over === null || over.currency !== currency) return false;
  return (await writtenOffOf(tx, id)) + amount > over.amount;
}

/**
 * Asks a second person for a write-off that would bring those of its order over the merchant's threshold; without an
 * amount, of all that is outstanding. A repeat is answered with what waits.
 * @param id of the approval
 * @returns the approval that waits; `upTo`, the amount in minor units, where none is needed, or the order is closed
 * @throws NettermsError `order-not-found`, `currency-mismatch`, `write-off-exceeds-balance`; `conflict` where another one
 *   of the order waits, or this one was asked for with another amount
 */
export async function requestWriteOff(
  sql: Sql,
  {
    id,
    orderId,
    amount,
    reason,
    actor,
    now,
  }: { id: string; orderId: string; amount: Money | null; reason: string; actor: string; now: string },
): Promise<{ upTo: number } | { approval: ApprovalRow; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    const whole = { amount: order.outstanding, currency: order.currency };
    const given = amount ?? whole;
    if (given.currency !== order.currency)
      throw new NettermsError('currency-mismatch', `Order ${orderId} is in ${order.currency}.`);
    const known = await findApproval(tx, id);
    if (!known) {
      if (isClosed(order.status) || !(await needsApproval(tx, order, given.amount)))
        return { upTo: given.amount };
      if (given.amount > whole.amount)
        throw new NettermsError(
          'write-off-exceeds-balance',
          `${plainMoney(whole)} is outstanding: write off that or less.`,
        );
    }
    const asked = known
      ? { approval: known, replayed: true }
      : await requestApproval(tx, {
          id,
          orderId,
          kind: 'write-off',
          ...given,
          reason,
          requestedBy: actor,
          requestedAt: now,
        });
    if (asked.replayed && amount !== null && asked.approval.amount !== amount.amount)
      throw new NettermsError(
        'conflict',
        `A write-off of ${plainMoney(asked.approval)} of this order waits or was decided already (${asked.approval.id}): have that one decided first, or repeat the very same request.`,
      );
    return asked;
  });
}
