import type { Apply } from '../commands/command.ts';
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
  const changed = await tx`update orders set paid_in_store = ${state}, store_pending_since = ${now}
                           where id = ${order.id} and status = 'open' and paid_in_store = 'failed' returning id`;
  return changed.length === 1 ? null : 'store-not-waiting';
}
