import { z } from 'zod';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { invalidField, throwIfRefused } from '../../commands/rules/refusal.ts';
import { requireOrders } from './customer-orders.ts';
import { insertHold } from './holds.ts';

/**
 * Puts the reminders of a customer, or of some of their orders, on hold.
 * Refused with `customer-not-found`, `order-not-found`; `validation` if the last day is in the past.
 */
export const placeHold = customerCommand({
  kind: 'placeHold',
  permission: 'admin',
  body: z.object({
    customerId: z.string(),
    holdId: z.string(),
    /** The last day, in the merchant's zone; null: until it is released. */
    until: z.string().nullable(),
    /** Null: all orders of the customer. */
    orderIds: z.array(z.string()).nullable(),
  }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ holdId }) => ({ id: `hold ${holdId}`, called: `Hold ${holdId}` }),

  async apply(tx, { today, now }, { customerId, holdId, until, orderIds }, { command: { actor, reason } }) {
    if (until !== null && until < today)
      throwIfRefused(invalidField('/until', `This is in the past: today is ${today}.`));
    if (orderIds !== null) await requireOrders(tx, customerId, orderIds);
    await insertHold(tx, { id: holdId, customerId, orderIds, reason: reason!, until, actor, now });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'hold.placed', subject: `customer/${customerId}`, reason },
      detail: { holdId, ...(until === null ? {} : { until }), ...(orderIds === null ? {} : { orderIds }) },
    });
  },

  consequences: [],
});
