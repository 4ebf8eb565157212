import { z } from 'zod';
import { orderCommand } from '../commands/definition.ts';
import { closed } from '../commands/rules/refusal.ts';
import { setPaidInStore } from '../orders/life-cycle.ts';

/** A decision on an order that the store could not be notified of. */
const afterFailure = (kind: 'retryStore' | 'chase', becomes: 'pending' | 'chased') =>
  orderCommand({
    kind,
    permission: 'admin',
    body: z.object({}),

    refuse({ order }) {
      const waits = order.status === 'open' && order.paidInStore === 'failed';
      return closed(order) ?? (waits ? null : { code: 'store-not-waiting' });
    },

    async apply(tx, { order, now }) {
      await setPaidInStore(tx, order, becomes, now);
    },

    consequences: [],
  });

/** Notifies the store again that the order is paid. */
export const retryStore = afterFailure('retryStore', 'pending');

/** The order goes on although the store does not answer: its letters are sent. */
export const continueWithoutStore = afterFailure('chase', 'chased');
