import { z } from 'zod';
import { recordAudit } from '../../audit/tables.ts';
import { customerCommand } from '../../commands/definition.ts';
import { throwIfRefused } from '../../commands/rules/refusal.ts';
import { wakeSteps } from '../look/wake-steps.ts';
import { openOrderOf } from './customer-orders.ts';
import { decidePromise, getPromise } from './promises.ts';

/**
 * Takes an open promise back, because the customer did or it was noted by mistake. One that was withdrawn stays as it is.
 * Refused with `customer-not-found`, `promise-not-found`; `promise-decided` if it was kept or broken.
 */
export const withdrawPromise = customerCommand({
  kind: 'withdrawPromise',
  permission: 'admin',
  body: z.object({ customerId: z.string(), promiseId: z.string() }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: () => null,
  alreadyDone: async (tx, _, { customerId, promiseId }) =>
    (await getPromise(tx, customerId, promiseId)).state === 'withdrawn',

  async apply(tx, { now, policies }, { customerId, promiseId }, { command: { actor, reason } }) {
    const { state, byOn } = await getPromise(tx, customerId, promiseId);
    if (state !== 'open')
      throwIfRefused({ code: 'promise-decided', detail: `Promise ${promiseId} was ${state}.` });
    await decidePromise(tx, promiseId, { state: 'withdrawn', now });
    await recordAudit(tx, {
      ...{ at: now, actor, action: 'promise.withdrawn', subject: `customer/${customerId}`, reason },
      detail: { promiseId, by: byOn },
    });
    await wakeSteps(tx, { customerId, causes: ['promise'], now, policies });
  },

  changedOrders: (tx, { customerId }) => openOrderOf(tx, customerId),

  consequences: [],
});
