import type { CancellationScope } from '@temporalio/workflow';
import type { Advance, OrderSnapshot } from '../activities/activities.ts';
import type { PaidInStore } from '../modules/orders/rules/order-state.ts';
import { nextUnpaid, type Step, splitDue, stepInWords } from '../modules/orders/rules/steps.ts';
import type { DeferredOrder, OrderReport } from './messages.ts';

type SnapshotFields = Omit<
  Extract<OrderSnapshot, { superseded: false }>,
  'superseded' | 'plan' | 'moreWaits'
>;

type NewPlan = Extract<OrderSnapshot, { superseded: false }>['plan'];

/** The whole state of a running workflow. At each look at the order, PostgreSQL's data is copied into it. */
export type OrderState = SnapshotFields & {
  readonly id: { readonly orderId: string; readonly episode: number };
  /** Steps that are still to come. */
  plan: readonly Step[];
  planVersion: number;
  /** The keys of the steps that this run has acted on. */
  readonly actedOn: Set<string>;
  /** Something has arrived that the loop must look at. */
  awake: boolean;
  superseded: boolean;
  manualRequests: Advance['manualRequests'];
  manualRequestCount: number;
  expired: boolean;
  storeFailed: boolean;
  unknownToStore: boolean;
  /** The store is being notified that the order is paid. */
  notifyingStore: { readonly scope: CancellationScope; readonly done: Promise<void> } | null;
  confirmationBegun: boolean;
  /** Mails that are being sent or retried in parallel with the loop. */
  readonly mailing: Map<string, { readonly scope: CancellationScope; readonly step?: Step }>;
  remindersSent: number;
  remindersPlanned: number;
};

export function openState({ orderId, episode, plan, planVersion }: DeferredOrder): OrderState {
  return {
    id: { orderId, episode },
    plan,
    planVersion,
    actedOn: new Set(),
    awake: false,
    superseded: false,
    manualRequests: [],
    manualRequestCount: 0,
    expired: false,
    storeFailed: false,
    unknownToStore: false,
    notifyingStore: null,
    confirmationBegun: false,
    mailing: new Map(),
    remindersSent: 0,
    remindersPlanned: plan.filter((step) => step.kind !== 'expire').length,
    status: 'reserved',
    outstanding: 0,
    currency: 'EUR',
    outstandingText: '',
    dueAt: null,
    paid: [],
    confirmed: false,
    paidInStore: 'pending',
    notifiesStore: false,
  };
}

const allowsReminders = {
  pending: false,
  failed: false,
  marked: true,
  chased: true,
} as const satisfies Record<PaidInStore, boolean>;

/** No reminder is sent before the order is confirmed and the store has marked it paid (or it continues without it). */
export function mayAct(order: OrderState, step: Step): boolean {
  if (step.kind === 'expire') return order.status === 'reserved';
  return order.status === 'open' && allowsReminders[order.paidInStore];
}

/** Copies PostgreSQL's data field by field: fields of a later version must not get into the state. */
export function copySnapshot(order: OrderState, snapshot: SnapshotFields): void {
  order.status = snapshot.status;
  order.outstanding = snapshot.outstanding;
  order.currency = snapshot.currency;
  order.outstandingText = snapshot.outstandingText;
  order.dueAt = snapshot.dueAt;
  order.paid = snapshot.paid;
  order.confirmed = snapshot.confirmed;
  order.paidInStore = snapshot.paidInStore;
  order.notifiesStore = snapshot.notifiesStore;
}

/** Adopts a changed plan. Steps that this run has already acted on are not repeated. */
export function adoptPlan(order: OrderState, { version, steps }: NonNullable<NewPlan>): void {
  order.planVersion = version;
  order.plan = steps.filter(({ key }) => !order.actedOn.has(key));
  order.remindersPlanned = order.remindersSent + order.plan.filter((step) => step.kind !== 'expire').length;
}

/** The end of a reservation, or else the earliest step; a step that is due but held back comes first. */
export function firstStep(order: OrderState): Step | null {
  const expiry = order.plan.find((step) => step.kind === 'expire');
  if (expiry) return expiry;
  const { due, later } = splitDue(order.plan, Date.now());
  return due[0] ?? later[0] ?? null;
}

/** The next step as shown to people: without steps that will be skipped because their instalment is paid. */
const nextStep = (order: OrderState): Step | null => nextUnpaid(order.plan, firstStep(order), order.paid);

export function report(order: OrderState): OrderReport {
  const { status, outstanding, currency, paidInStore, remindersSent } = order;
  return {
    status,
    outstanding: { amount: outstanding, currency },
    paidInStore,
    remindersSent,
    nextStep: nextStep(order),
  };
}

/** What operators read about the timer until `next`: the step that will follow, or that it will be skipped. */
export function describeTimer(order: OrderState, next: Step): string {
  const isPaid = order.paid.includes(next.instalment);
  return `until the ${stepInWords(next)}${isPaid ? ' is skipped, because that instalment is paid' : ''}`;
}

/**
 * What operators read on the workflow's page: "2 of 4 reminders sent; next letter overdue-1 of instalment 1 on
 * 2027-03-03 08:00 UTC; 1,220.00 EUR outstanding".
 */
export function describe(order: OrderState): string {
  const next = nextStep(order);
  const parts = [
    `**${order.status}**`,
    `${order.remindersSent} of ${order.remindersPlanned} reminders sent`,
    next
      ? `next ${stepInWords(next)} on ${next.at.slice(0, 16).replace('T', ' ')} UTC`
      : 'no further step planned',
    `${order.outstandingText} outstanding`,
    ...(order.paidInStore === 'marked' || order.status === 'reserved' ? [] : [`store: ${order.paidInStore}`]),
  ];
  return parts.join('; ');
}
