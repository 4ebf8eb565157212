import { plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { giveUpMailsOf } from '../mail/tables.ts';
import { finishOrder, noteProgress, setPaidInStore } from '../orders/life-cycle.ts';
import { remainingSteps } from '../orders/lost-workflows.ts';
import type { OrderCommandKind, OrderStatus, PaidInStore } from '../orders/rules/order-state.ts';
import { nextUnpaid, type Step } from '../orders/rules/steps.ts';
import { getOrder, lockOrder, type OrderRow, unpaidOf } from '../orders/tables.ts';
import { applyPending, type Pipeline, situationAt } from './apply.ts';
import { keepManual } from './submit.ts';

/** A request by a person in Temporal's UI or by the workflow; it becomes a command. `place` is part of its id. */
export type ManualRequest = {
  kind: OrderCommandKind;
  place: string;
  actor: 'temporal' | 'system';
  reason: string;
  onlyIfUntouched?: boolean;
};

/** What the workflow brings when it looks at its order; `now` is the workflow's time in ms. */
export type Advance = {
  orderId: string;
  episode: number;
  now: number;
  nextStep: Step | null;
  manualRequests: ManualRequest[];
  /** The reservation has run out. */
  expired: boolean;
  /** All attempts to notify the store have failed. */
  storeFailed: boolean;
  /** The version of the plan that the workflow follows. */
  planVersion: number;
};

/** What the workflow needs to know about its order. `superseded`: a newer episode now follows the order. */
export type OrderSnapshot =
  | { superseded: true }
  | {
      superseded: false;
      status: OrderStatus;
      outstanding: number;
      currency: string;
      /** The amount as operators read it: "1,220.00 EUR". */
      outstandingText: string;
      /** The earliest due date of an unpaid instalment. */
      dueAt: string | null;
      /** The numbers of the instalments that are paid; their reminders will be skipped. */
      paid: number[];
      confirmed: boolean;
      paidInStore: PaidInStore;
      /** A store is notified of what happens to the order. */
      notifiesStore: boolean;
      /** More commands are waiting than one transaction applies. */
      moreWaits: boolean;
      /** Given if the workflow follows an older plan: the current plan's steps that have no outcome yet. */
      plan?: { version: number; steps: Step[] };
    };

/** The workflow looks at its order: pending commands are applied, and the next step is noted. */
export async function advance(sql: Sql, pipeline: Pipeline, given: Advance): Promise<OrderSnapshot> {
  const now = new Date(given.now).toISOString();
  return inTransaction(sql, async (tx): Promise<OrderSnapshot> => {
    const { order, customer } = await lockOrder(tx, given.orderId);
    if (order.episode !== given.episode) return { superseded: true };
    const state = { ...(await situationAt(tx, pipeline, now)), order, customer };
    for (const request of given.manualRequests) await keepManual(tx, state, request);
    let done = await applyPending(tx, pipeline, state);
    if (given.storeFailed) await noteStoreFailed(tx, done.state.order, now);
    if (given.expired && done.state.order.status === 'reserved') {
      const expiry = {
        kind: 'cancel',
        place: 'expiry',
        actor: 'system',
        reason: 'not confirmed in time',
      } as const;
      await keepManual(tx, done.state, expiry);
      done = await applyPending(tx, pipeline, done.state);
    }
    return snapshot(tx, pipeline, given, { moreWaits: done.moreWaits, now });
  });
}

/** Changes nothing unless the store still has to be notified of the order. */
async function noteStoreFailed(tx: Tx, order: OrderRow, now: string): Promise<void> {
  if (order.status !== 'open' || order.paidInStore !== 'pending') return;
  await setPaidInStore(tx, order, 'failed', now);
  await recordAudit(tx, {
    at: now,
    actor: 'system',
    action: 'order.store_failed',
    subject: `order/${order.id}`,
  });
}

async function snapshot(
  tx: Tx,
  { notifiesStore }: Pipeline,
  { orderId, nextStep, planVersion }: Advance,
  { moreWaits, now }: { moreWaits: boolean; now: string },
): Promise<OrderSnapshot> {
  const order = await getOrder(tx, orderId);
  const { dueAt, paid } = await unpaidOf(tx, order);
  const steps = order.planVersion === planVersion ? null : await remainingSteps(tx, order);
  const next = nextUnpaid(order.plan, steps ? (steps[0] ?? null) : nextStep, paid);
  await noteProgress(tx, order, { next, now });
  const { status, outstanding, currency, confirmedAt, paidInStore } = order;
  return {
    superseded: false,
    status,
    outstanding,
    currency,
    outstandingText: plainMoney({ amount: outstanding, currency }),
    dueAt,
    paid,
    confirmed: confirmedAt !== null,
    paidInStore,
    notifiesStore,
    moreWaits,
    ...(steps && { plan: { version: order.planVersion, steps } }),
  };
}

/**
 * Ends the work on an order, as the last step of its workflow. Mails that were never sent are given up. False, and
 * nothing is changed, if a newer episode follows the order.
 */
export async function finish(
  tx: Tx,
  { orderId, episode, now }: { orderId: string; episode: number; now: string },
): Promise<boolean> {
  const { order } = await lockOrder(tx, orderId);
  if (order.episode !== episode) return false;
  await giveUpMailsOf(tx, orderId, 'the order was closed first');
  await finishOrder(tx, order, now);
  return true;
}
