import { z } from 'zod';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { wakeSteps } from '../look/wake-steps.ts';
import { openOrderOf } from './customer-orders.ts';
import { getHold, noteReleased } from './holds.ts';

/**
 * Ends a hold at once. One that was released stays as it is.
 * Refused with `customer-not-found`, `hold-not-found`.
 */
export const releaseHold = customerCommand({
  kind: 'releaseHold',
  permission: 'admin',
  body: z.object({ customerId: z.string(), holdId: z.string() }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: () => null,
  alreadyDone: async (tx, _, { customerId, holdId }) =>
    (await getHold(tx, customerId, holdId)).releasedAt !== null,

  async apply(tx, { now, policies }, { customerId, holdId }, { command: { actor, reason } }) {
    await noteReleased(tx, holdId, { actor, now });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'hold.released', subject: `customer/${customerId}`, reason },
      detail: { holdId },
    });
    await wakeSteps(tx, { customerId, causes: ['hold'], now, policies });
  },

  changedOrders: (tx, { customerId }) => openOrderOf(tx, customerId),

  consequences: [],
});
