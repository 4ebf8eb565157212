import { randomBytes } from 'node:crypto';
import { NettermsError } from '../domain/errors.ts';
import { type Money, plainMoney } from '../domain/money.ts';
import { isClosed } from '../domain/order-state.ts';
import { type ApprovalRow, requestApproval } from './approvals.ts';
import { inTransaction, type Sql } from './client.ts';
import { writtenOffOf } from './ledger.ts';
import { lockOrder } from './orders.ts';
import { activePolicies } from './policies.ts';

/**
 * Asks a second person for a write-off that would bring those of its order over the merchant's threshold; without an
 * amount, of all that is outstanding.
 * @returns the approval that waits; `upTo`, the amount in minor units, where none is needed, or the order is closed
 * @throws NettermsError `order-not-found`, `currency-mismatch`, `write-off-exceeds-balance`
 */
export async function requestWriteOff(
  sql: Sql,
  {
    orderId,
    amount,
    reason,
    actor,
    now,
  }: { orderId: string; amount: Money | null; reason: string; actor: string; now: string },
): Promise<{ upTo: number } | { approval: ApprovalRow; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    const whole = { amount: order.outstanding, currency: order.currency };
    const given = amount ?? whole;
    if (given.currency !== order.currency)
      throw new NettermsError('currency-mismatch', `Order ${orderId} is in ${order.currency}.`);
    const over = (await activePolicies(tx)).settings.body.writeOffApprovalOver;
    const inAll = (await writtenOffOf(tx, orderId)) + given.amount;
    const waits = over !== null && over.currency === order.currency && inAll > over.amount;
    if (!waits || isClosed(order.status)) return { upTo: given.amount };
    if (given.amount > whole.amount)
      throw new NettermsError(
        'write-off-exceeds-balance',
        `${plainMoney(whole)} is outstanding: write off that or less.`,
      );
    const id = `apr_${randomBytes(16).toString('hex')}`;
    return requestApproval(tx, {
      id,
      orderId,
      kind: 'write-off',
      ...given,
      reason,
      requestedBy: actor,
      requestedAt: now,
    });
  });
}
