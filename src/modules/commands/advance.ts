import { plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { closeUnsentMails } from '../mail/tables.ts';
import { finishOrder, noteProgress, setPaidInStore } from '../orders/life-cycle.ts';
import { stepsStillPlanned } from '../orders/lost-workflows.ts';
import type { OrderCommandKind, OrderStatus, PaidInStore } from '../orders/rules/order-state.ts';
import { nextUnpaid, type Step } from '../orders/rules/steps.ts';
import { getOrder, lockOrder, type OrderRow, unpaidOf } from '../orders/tables.ts';
import { applyPending, type Pipeline, situationAt } from './apply.ts';
import { keepManual } from './submit.ts';

/** A signal that a person sent from Temporal's UI, or the workflow itself: booked as a command. `place` makes its id. */
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
  /** The store could not be notified for as long as was tried. */
  storeFailed: boolean;
  /** The version of the plan that the workflow goes by. */
  planVersion: number;
};

/** What the workflow needs to know of the order; `superseded`: a newer episode follows the order now. */
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
      /** A store is notified of what becomes of the order. */
      notifiesStore: boolean;
      /** More commands wait than are applied at once. */
      moreWaits: boolean;
      /** The plan, where the workflow goes by an older one: the steps that nothing has become of yet. */
      plan?: { version: number; steps: Step[] };
    };

/** The workflow looks at its order: applies what is pending, and notes what comes next. */
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

/** Only of an order that the store still has to be notified of. */
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
  const steps = order.planVersion === planVersion ? null : await stepsStillPlanned(tx, order);
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
 * The last thing of all: nothing is to be done for this order any more. Mails that never left are closed. Where a newer
 * episode follows the order nothing is changed.
 */
export async function finish(
  sql: Sql,
  { orderId, episode, now }: { orderId: string; episode: number; now: string },
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    if (order.episode !== episode) return;
    await closeUnsentMails(tx, orderId, 'the order was closed first');
    await finishOrder(tx, order, now);
  });
}
