import type { Instant } from '../../kernel/calendar.ts';
import type { Money } from '../../kernel/money.ts';
import type { EventType } from './rules/event.ts';

/** What a store is notified of: ids, days and amounts only. */
export type StoreEvent = LifeEvent | RecordedEvent;

/** A change of an order's life, which its workflow tells the store. */
export type LifeEvent = {
  readonly type: 'order.marked_paid' | 'order.settled' | 'order.cancelled';
  /** The event's business key, the same at each retry, by which the store recognises it. */
  readonly webhookId: string;
  /** The event's place among the order's events, from 1: what arrives late is recognised by it. */
  readonly sequence: number;
  readonly orderId: string;
  readonly orderNumber: string | null;
  readonly customerId: string;
  readonly total: Money;
  readonly occurredAt: Instant;
};

/** Something else that has happened, which a dispatcher tells the store from its row. */
export type RecordedEvent = {
  readonly type: EventType;
  readonly webhookId: string;
  /** Null, as the order: it is about the customer alone. */
  readonly sequence: number | null;
  readonly orderId: string | null;
  readonly orderNumber: string | null;
  readonly customerId: string;
  /** By type; as it was recorded. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAt: Instant;
};

/** The store's answer, with its HTTP status. `order-unknown`: it has no such order and never will. */
export type StoreAnswer = { readonly kind: 'acknowledged' | 'order-unknown'; readonly status: number };

/** How a store learns what happened to an order. */
export type Storefront = {
  /**
   * Notifies the store once; the caller repeats it if necessary.
   * @throws StoreUnavailable unless the answer is an acknowledgement or "order unknown"
   */
  notify(event: StoreEvent): Promise<StoreAnswer>;
};

/** The store gave no usable answer; a later attempt may succeed. The message contains no addresses or personal data. */
export class StoreUnavailable extends Error {
  /** The HTTP status of its answer; null if there was none. */
  readonly status: number | null;

  constructor(message: string, { status = null, cause }: { status?: number | null; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreUnavailable';
    this.status = status;
  }
}
