import { ApplicationFailure, activityInfo, log } from '@temporalio/activity';
import { setPaidInStore } from '../modules/orders/life-cycle.ts';
import { hasStepsWaitingFor } from '../modules/orders/steps.ts';
import { lockOrder, type OrderRow } from '../modules/orders/tables.ts';
import { type StoreEvent, type Storefront, StoreUnavailable } from '../modules/storefronts/storefront.ts';
import { beginDelivery, endDelivery } from '../modules/storefronts/tables.ts';
import { inTransaction, type Sql } from '../platform/postgres/client.ts';

/** What a store is notified of. */
export type StoreEventName = 'paid' | 'settled' | 'cancelled';
/** `awaited`: acknowledged, and a step of the order waited for it. */
export type StoreOutcome = 'acknowledged' | 'awaited' | 'order-unknown' | 'superseded';

/** The store may commit its order only after our webhook arrives, so "unknown" is not believed within this time. */
const STORE_COMMITS_WITHIN_MS = 10_000;

const eventTypes = {
  paid: 'order.marked_paid',
  settled: 'order.settled',
  cancelled: 'order.cancelled',
} as const satisfies Record<StoreEventName, StoreEvent['type']>;

/** The event's business key, the same at each retry. Each closing of a reopened order has its own key. */
function webhookIdOf({ id, reopenings }: Pick<OrderRow, 'id' | 'reopenings'>, event: StoreEventName): string {
  return `order-${id}.${event}${event !== 'paid' && reopenings > 0 ? `.${reopenings + 1}` : ''}`;
}

export function storeActivities({ sql, storefront }: { sql: Sql; storefront: Storefront | null }) {
  return {
    /**
     * Notifies the store. A retry sends the same webhook-id again, so that the store can recognise it; after an
     * acknowledgement it sends nothing.
     */
    async notifyStore({
      orderId,
      episode,
      event,
    }: {
      orderId: string;
      episode: number;
      event: StoreEventName;
    }): Promise<StoreOutcome> {
      const now = new Date(activityInfo().currentAttemptScheduledTimestampMs).toISOString();
      if (!storefront) return markAcknowledged({ orderId, episode, event }, now);
      const begun = await inTransaction(sql, async (tx) => {
        const { order } = await lockOrder(tx, orderId);
        if (order.episode !== episode || order.finishedAt) return null;
        const id = webhookIdOf(order, event);
        return { order, delivery: await beginDelivery(tx, { id, orderId, type: eventTypes[event], now }) };
      });
      if (!begun) return 'superseded';
      const { order, delivery } = begun;
      const { id } = delivery;
      if (delivery.deliveredAt) return markAcknowledged({ orderId, episode, event }, now);

      try {
        const { kind, status } = await storefront.notify({
          type: eventTypes[event],
          webhookId: id,
          sequence: delivery.sequence,
          orderId,
          orderNumber: order.orderNumber,
          customerId: order.customerId,
          total: { amount: order.total, currency: order.currency },
          occurredAt: delivery.createdAt,
        });
        const early =
          Date.parse(now) - Date.parse(order.storePendingSince ?? order.placedAt) < STORE_COMMITS_WITHIN_MS;
        if (kind === 'order-unknown' && early)
          throw new StoreUnavailable('the store does not know the order yet', { status });
        const error = kind === 'order-unknown' ? kind : null;
        await endDelivery(sql, id, { status, error, deliveredAt: kind === 'acknowledged' ? now : null });
        return kind === 'acknowledged' ? markAcknowledged({ orderId, episode, event }, now) : kind;
      } catch (failure) {
        const error = failure instanceof Error ? failure.message : String(failure);
        const status = failure instanceof StoreUnavailable ? failure.status : null;
        await endDelivery(sql, id, { status, error, deliveredAt: null });
        log.warn('the store could not be notified', { orderId, event, attempt: delivery.attempts, error });
        throw ApplicationFailure.retryable('the store could not be notified', 'store-unavailable');
      }
    },
  };

  /**
   * Marks the order paid in the store. Orders that continue without the store, and newer episodes, stay unchanged. A look
   * at the customer at the same moment must not leave a step waiting for what has just happened: hence the locks.
   */
  async function markAcknowledged(
    { orderId, episode, event }: { orderId: string; episode: number; event: StoreEventName },
    now: string,
  ): Promise<StoreOutcome> {
    if (event !== 'paid') return 'acknowledged';
    return inTransaction(sql, async (tx) => {
      await lockOrder(tx, orderId);
      const [, awaited] = await Promise.all([
        setPaidInStore(tx, { id: orderId, episode }, 'marked', now),
        hasStepsWaitingFor(tx, orderId, 'store'),
      ]);
      return awaited ? 'awaited' : 'acknowledged';
    });
  }
}
