import type { Instant } from '../../kernel/calendar.ts';
import { plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { finishOrder, noteProgress, setPaidInStore } from '../orders/life-cycle.ts';
import { nextLookOf } from '../orders/next-look.ts';
import type { OrderCommandKind, OrderStatus, PaidInStore } from '../orders/rules/order-state.ts';
import { isToLookAt, type Plan, planOf } from '../orders/rules/plan.ts';
import { type StepRow, stepsOf } from '../orders/steps.ts';
import {
  getOrder,
  type InstalmentRow,
  instalmentsOfOrders,
  lockOrder,
  type OrderRow,
  unpaidOf,
} from '../orders/tables.ts';
import { applyPending, commandsToApply, type Pipeline, situationAt } from './apply.ts';
import type { OrderSituation } from './definition.ts';
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
  manualRequests: ManualRequest[];
  /** All attempts to notify the store have failed. */
  storeFailed: boolean;
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
      dueAt: Instant | null;
      confirmed: boolean;
      paidInStore: PaidInStore;
      /** A store is notified of what happens to the order. */
      notifiesStore: boolean;
      /** More commands are waiting than one transaction applies. */
      moreWaits: boolean;
      /** When the workflow looks again by itself; null: only when a signal arrives. */
      nextLook: Instant | null;
      plan: Plan;
    };

/**
 * The workflow looks at its order: pending commands are applied, a reservation whose time is over ends, and what is due
 * of the customer is looked at.
 */
export async function advance(sql: Sql, pipeline: Pipeline, given: Advance): Promise<OrderSnapshot> {
  const now = new Date(given.now).toISOString();
  return inTransaction(sql, async (tx): Promise<OrderSnapshot> => {
    const { orderId } = given;
    // Sent together, and run one after the other: what follows the locks is read after them.
    const [{ order, customer }, situation, waiting, progress] = await Promise.all([
      lockOrder(tx, orderId),
      situationAt(tx, pipeline, now),
      commandsToApply(tx, orderId),
      readProgress(tx, orderId),
    ]);
    if (order.episode !== given.episode) return { superseded: true };
    const state = { ...situation, order, customer };
    const isCalm =
      waiting.length + given.manualRequests.length === 0 && !given.storeFailed && !hasExpired(state);
    if (isCalm) return lookAndReport(tx, pipeline, state, { ...progress, moreWaits: false });
    for (const request of given.manualRequests) await keepManual(tx, state, request);
    let done = await applyPending(tx, pipeline, state, await commandsToApply(tx, orderId));
    if (given.storeFailed) await noteStoreFailed(tx, done.state.order, now);
    if (hasExpired(done.state)) {
      const expiry = {
        kind: 'cancel',
        place: 'expiry',
        actor: 'system',
        reason: 'not confirmed in time',
      } as const;
      await keepManual(tx, done.state, expiry);
      done = await applyPending(tx, pipeline, done.state, await commandsToApply(tx, orderId));
    }
    const [after, made] = await Promise.all([getOrder(tx, orderId), readProgress(tx, orderId)]);
    return lookAndReport(
      tx,
      pipeline,
      { ...done.state, order: after },
      { ...made, moreWaits: done.moreWaits },
    );
  });
}

const hasExpired = ({ order: { status, expiresAt }, now }: OrderSituation): boolean =>
  status === 'reserved' && expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now);

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

/** How far an order has come: its steps and its instalments. */
async function readProgress(tx: Tx, id: string): Promise<{ steps: StepRow[]; instalments: InstalmentRow[] }> {
  const [steps, instalments] = await Promise.all([stepsOf(tx, [id]), instalmentsOfOrders(tx, [id])]);
  return { steps, instalments };
}

async function lookAndReport(
  tx: Tx,
  { notifiesStore, reminding }: Pipeline,
  state: OrderSituation,
  { moreWaits, ...read }: Awaited<ReturnType<typeof readProgress>> & { moreWaits: boolean },
): Promise<OrderSnapshot> {
  const { now, order } = state;
  let { steps } = read;
  if (order.status === 'open' && steps.some((step) => isToLookAt(step, order, now))) {
    await reminding.look(tx, state);
    steps = await stepsOf(tx, [order.id]);
  }
  const { dueAt, paid } = unpaidOf(order, read.instalments);
  const nextLook = await nextLookOf(tx, order, steps);
  await noteProgress(tx, order, { nextLook, now });
  const { status, outstanding, currency, confirmedAt, paidInStore } = order;
  return {
    superseded: false,
    status,
    outstanding,
    currency,
    outstandingText: plainMoney({ amount: outstanding, currency }),
    dueAt,
    confirmed: confirmedAt !== null,
    paidInStore,
    notifiesStore,
    moreWaits,
    nextLook,
    plan: planOf(order, steps, paid),
  };
}

/** Ends the work on an order, as the last step of its workflow. False, and nothing is changed, in an older episode. */
export async function finish(
  tx: Tx,
  { orderId, episode, now }: { orderId: string; episode: number; now: string },
): Promise<boolean> {
  const { order } = await lockOrder(tx, orderId);
  if (order.episode !== episode) return false;
  await finishOrder(tx, order, now);
  return true;
}
