import { z } from 'zod';
import { plainMoney } from '../../../kernel/money.ts';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { notOpen, otherCurrency, throwIfRefused } from '../../commands/rules/refusal.ts';
import { getOrder, type OrderRow } from '../../orders/tables.ts';
import { disputedPart, disputeReasons } from '../rules/disputes.ts';
import { insertDispute, standingDisputes } from './disputes.ts';

/**
 * Notes that the customer contests all or a part of an order.
 * Refused with `order-not-found`, `order-not-confirmed`, `order-closed`, `currency-mismatch`;
 * `dispute-exceeds-outstanding` if, with the disputes that stand, more would be disputed than is outstanding.
 */
export const openDispute = customerCommand({
  kind: 'openDispute',
  permission: 'admin',
  body: z.object({
    orderId: z.string(),
    disputeId: z.string(),
    cause: z.enum(disputeReasons),
    /** Null: all of the order. */
    amount: z.object({ amount: z.int(), currency: z.string() }).nullable(),
    note: z.string().nullable(),
  }),
  customerOf: async (tx, { orderId }) => (await getOrder(tx, orderId)).customerId,
  businessId: ({ disputeId }) => ({ id: `dispute ${disputeId}`, called: `Dispute ${disputeId}` }),

  async apply(tx, { now }, { orderId, disputeId, cause, amount, note }, { command: { actor } }) {
    const order = await getOrder(tx, orderId);
    throwIfRefused(notOpen(order) ?? (amount && otherCurrency(order, amount.currency)));
    const left = undisputed(order, await standingDisputes(tx, orderId));
    if (left <= 0 || (amount && amount.amount > left))
      throwIfRefused({
        code: 'dispute-exceeds-outstanding',
        detail: `Of order ${orderId}, ${plainMoney({ amount: left, currency: order.currency })} is outstanding and not disputed yet.`,
      });
    const { customerId, currency } = order;
    await insertDispute(tx, {
      ...{ id: disputeId, customerId, orderId, reason: cause, amount: amount?.amount ?? null, currency },
      ...{ note, actor, now },
    });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'dispute.opened', subject: `order/${orderId}`, reason: note },
      detail: { disputeId, cause, ...(amount && { amount }) },
    });
  },

  consequences: [],
});

/** What is outstanding of an order and not disputed, in minor units. */
function undisputed(
  { id: orderId, outstanding, currency }: OrderRow,
  disputes: Parameters<typeof disputedPart>[1],
): number {
  const part = disputedPart({ orderId, instalment: 1, outstanding, currency }, disputes);
  return part === 'all' ? 0 : outstanding - (part?.amount ?? 0);
}
