import { z } from 'zod';
import { type OrderSituation, orderCommand } from '../commands/definition.ts';
import type { Refusal } from '../commands/rules/refusal.ts';
import { closed } from '../commands/rules/refusal.ts';
import { setPaidInStore } from '../orders/life-cycle.ts';

/** Notifies the store again that the order is paid. */
export const retryStore = orderCommand({
  kind: 'retryStore',
  permission: 'admin',
  body: z.object({}),
  refuse: ({ order }) => closed(order) ?? notWaiting(order),
  async apply(tx, { order, now }) {
    await setPaidInStore(tx, order, 'pending', now);
  },
  consequences: [],
});

/** The order continues without the store, which does not answer: its letters are sent. */
export const continueWithoutStore = orderCommand({
  kind: 'chase',
  permission: 'admin',
  body: z.object({}),
  refuse: ({ order }) => closed(order) ?? notWaiting(order),
  async apply(tx, { order, now }) {
    await setPaidInStore(tx, order, 'chased', now);
  },
  consequences: [],
});

/** Refuses an order that does not wait for a person: only one does that the store could not be notified of. */
const notWaiting = ({ status, paidInStore }: OrderSituation['order']): Refusal | null =>
  status === 'open' && paidInStore === 'failed' ? null : { code: 'store-not-waiting' };
