import type { CancellationScope } from '@temporalio/workflow';
import type { Advance, OrderSnapshot } from '../activities/activities.ts';
import type { DeferredOrder, OrderReport } from './messages.ts';

type SnapshotFields = Omit<Extract<OrderSnapshot, { superseded: false }>, 'superseded' | 'moreWaits'>;

/** The whole state of a running workflow. At each look at the order, PostgreSQL's data is copied into it. */
export type OrderState = SnapshotFields & {
  readonly id: { readonly orderId: string; readonly episode: number };
  /** Something has arrived that the loop must look at. */
  awake: boolean;
  superseded: boolean;
  manualRequests: Advance['manualRequests'];
  manualRequestCount: number;
  storeFailed: boolean;
  unknownToStore: boolean;
  /** The store is being notified that the order is paid. */
  notifyingStore: { readonly scope: CancellationScope; readonly done: Promise<void> } | null;
};

export function openState({ orderId, episode }: DeferredOrder): OrderState {
  return {
    id: { orderId, episode },
    awake: false,
    superseded: false,
    manualRequests: [],
    manualRequestCount: 0,
    storeFailed: false,
    unknownToStore: false,
    notifyingStore: null,
    status: 'reserved',
    outstanding: 0,
    currency: 'EUR',
    outstandingText: '',
    dueAt: null,
    confirmed: false,
    paidInStore: 'pending',
    notifiesStore: false,
    nextLook: null,
    plan: { sent: 0, left: 0, next: null },
  };
}

/** Copies PostgreSQL's data field by field: fields of a later version must not get into the state. */
export function copySnapshot(order: OrderState, snapshot: SnapshotFields): void {
  order.status = snapshot.status;
  order.outstanding = snapshot.outstanding;
  order.currency = snapshot.currency;
  order.outstandingText = snapshot.outstandingText;
  order.dueAt = snapshot.dueAt;
  order.confirmed = snapshot.confirmed;
  order.paidInStore = snapshot.paidInStore;
  order.notifiesStore = snapshot.notifiesStore;
  order.nextLook = snapshot.nextLook;
  order.plan = snapshot.plan;
}

export function report({ status, outstanding, currency, paidInStore, plan }: OrderState): OrderReport {
  const { next, sent } = plan;
  return {
    status,
    outstanding: { amount: outstanding, currency },
    paidInStore,
    remindersSent: sent,
    nextStep: next && { key: next.key, kind: next.kind, at: next.at, waitsFor: next.waitsFor },
  };
}

/** What operators read about the timer: what will be looked at when it fires. */
export function describeTimer({ plan: { next } }: OrderState): string {
  return next ? `until the ${next.words} is looked at` : 'until the order is looked at';
}

/**
 * What operators read on the workflow's page: "2 of 4 reminders sent; next letter overdue-1 of instalment 1 on
 * 2027-03-03 08:00 UTC; 1,220.00 EUR outstanding".
 */
export function describe({ status, plan, outstandingText, paidInStore }: OrderState): string {
  const { sent, left, next } = plan;
  const parts = [
    `**${status}**`,
    `${sent} of ${sent + left} reminders sent`,
    next
      ? `next ${next.words} on ${next.at.slice(0, 16).replace('T', ' ')} UTC${next.waitsFor ? `, waits for: ${next.waitsFor}` : ''}`
      : 'no further step planned',
    `${outstandingText} outstanding`,
    ...(paidInStore === 'marked' || status === 'reserved' ? [] : [`store: ${paidInStore}`]),
  ];
  return parts.join('; ');
}
