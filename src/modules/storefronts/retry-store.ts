import type { Apply } from '../commands/command.ts';
import { decideForStore } from '../orders/changes.ts';
import type { PaidInStore } from '../orders/rules/order-state.ts';

/** Tells the store again that the order is paid. */
export const retryStore: Apply = (...given) => decideFor('pending', ...given);

/** Goes on without the store's word. */
export const chase: Apply = (...given) => decideFor('chased', ...given);

/** Only of an order that the store could not be told of. */
async function decideFor(
  state: PaidInStore,
  ...[tx, { order }, , { now }]: Parameters<Apply>
): ReturnType<Apply> {
  return (await decideForStore(tx, order.id, state, now)) ? null : 'store-not-waiting';
}
