import type { CancellationScope } from '@temporalio/workflow';
import type { Advance, OrderSnapshot } from '../activities/activities.ts';
import type { PaidInStore } from '../modules/orders/rules/order-state.ts';
import { nextUnpaid, type Step, splitDue, stepInWords } from '../modules/orders/rules/steps.ts';
import type { DeferredOrder, OrderReport } from './messages.ts';

type Known = Omit<Extract<OrderSnapshot, { superseded: false }>, 'superseded' | 'plan' | 'moreWaits'>;

type NewPlan = Extract<OrderSnapshot, { superseded: false }>['plan'];

/** All that a running workflow knows, in one object; what PostgreSQL says is copied into it each time that it looks. */
export type OrderState = Known & {
  readonly id: { readonly orderId: string; readonly episode: number };
  /** Steps that nothing has become of yet. */
  plan: readonly Step[];
  planVersion: number;
  /** The keys of the steps that this run has acted on. */
  readonly taken: Set<string>;
  /** Something came that the loop must look at. */
  awake: boolean;
  superseded: boolean;
  manualRequests: Advance['manualRequests'];
  askedByHand: number;
  expired: boolean;
  storeFailed: boolean;
  unknownToStore: boolean;
  /** The store is being notified that the order is paid. */
  notifyingStore: { readonly scope: CancellationScope; readonly done: Promise<void> } | null;
  confirmationBegun: boolean;
  /** Mails that are being sent or tried again, beside the loop. */
  readonly mailing: Map<string, { readonly scope: CancellationScope; readonly step?: Step }>;
  remindersSent: number;
  remindersPlanned: number;
};

export function openState({ orderId, episode, plan, planVersion }: DeferredOrder): OrderState {
  return {
    id: { orderId, episode },
    plan,
    planVersion,
    taken: new Set(),
    awake: false,
    superseded: false,
    manualRequests: [],
    askedByHand: 0,
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

const knowsOrder = { pending: false, failed: false, marked: true, chased: true } as const satisfies Record<
  PaidInStore,
  boolean
>;

/** No reminder leaves before the store has marked the order paid, and none while it is not confirmed. */
export function mayAct(order: OrderState, step: Step): boolean {
  if (step.kind === 'expire') return order.status === 'reserved';
  return order.status === 'open' && knowsOrder[order.paidInStore];
}

/** Copies what PostgreSQL says, field by field: a later version's field must not fall into the state. */
export function learn(order: OrderState, snapshot: Known): void {
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

/** Takes a changed plan over. What this run has acted on already is not done again. */
export function takeOver(order: OrderState, { version, steps }: NonNullable<NewPlan>): void {
  order.planVersion = version;
  order.plan = steps.filter(({ key }) => !order.taken.has(key));
  order.remindersPlanned = order.remindersSent + order.plan.filter((step) => step.kind !== 'expire').length;
}

/** The end of a reservation, else the first step in time; one that is due and held back comes first. */
export function firstStep(order: OrderState): Step | null {
  const expiry = order.plan.find((step) => step.kind === 'expire');
  if (expiry) return expiry;
  const { due, later } = splitDue(order.plan, Date.now());
  return due[0] ?? later[0] ?? null;
}

/** The same for people: no step that will be skipped because its instalment is paid. */
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

/** What operators read of the timer that runs until `next`: what will happen then, or that nothing will. */
export function describeTimer(order: OrderState, next: Step): string {
  const isPaid = order.paid.includes(next.instalment);
  return `until the ${stepInWords(next)}${isPaid ? ' is skipped, since that is paid' : ''}`;
}

/** What operators read on the workflow's page: "2 of 4 reminders sent; next letter overdue-1 of instalment 1 on 2027-03-03 08:00 UTC; 1,220.00 EUR outstanding". */
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
