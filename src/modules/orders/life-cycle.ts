import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Fragment, Tx } from '../../platform/postgres/client.ts';
import { queueMail } from '../mail/tables.ts';
import { askForReceipt } from './receipts.ts';
import { orderMailId } from './rules/mail-ids.ts';
import {
  follows,
  isClosed,
  mayBecome,
  type OrderStatus,
  type PaidInStore,
  paidInStoreStates,
  storeTransitions,
  type WorkflowState,
  workflowStateOf,
  workflowTransitions,
} from './rules/order-state.ts';
import type { OrderRow } from './tables.ts';

/*
 * The life of an order: its status, what the store knows, and where its workflow stands. Only this file writes these
 * columns, and only from a state that the tables of transitions allow. All functions need the locks of `lockOrder`,
 * unless they say otherwise. When the poller checks an order (`wake_by`) is by PostgreSQL's clock.
 */

/** The reservation has become an order; `marked` if there is no store to notify. */
export async function confirmOrder(
  tx: Tx,
  order: OrderRow,
  { paidInStore, now }: { paidInStore: 'pending' | 'marked'; now: Instant },
): Promise<void> {
  requireStatus(order, 'open');
  await tx`update orders set status = 'open', confirmed_at = ${now}, store_pending_since = ${now},
                             paid_in_store = ${paidInStore} where id = ${order.id}`;
  await queueConfirmation(tx, order, now);
}

/** Asks for the letter that confirms an order. */
export async function queueConfirmation(
  tx: Tx,
  order: Pick<OrderRow, 'id' | 'customerId' | 'reopenings'>,
  now: Instant,
): Promise<void> {
  const id = orderMailId(order, 'confirmation');
  await queueMail(tx, { id, customerId: order.customerId, orderId: order.id, kind: 'confirmation', now });
}

/**
 * Closes the order: nothing more is expected of it. Asks for the customer's letter, unless it is written off.
 * @param paidWith the payment that has settled it: its receipt is one letter for all orders that it settles
 */
export async function closeOrder(
  tx: Tx,
  order: OrderRow,
  { status, reason, paidWith, now }: Closing,
): Promise<void> {
  requireStatus(order, status);
  await tx`update orders set status = ${status}, closed_at = ${now}, close_reason = ${reason}, next_look = null where id = ${order.id}`;
  if (order.confirmedAt === null || status === 'written_off') return;
  if (paidWith) return askForReceipt(tx, order, paidWith, now);
  const id = orderMailId(order, status);
  await queueMail(tx, { id, customerId: order.customerId, orderId: order.id, kind: status, now });
}

/** Opens a closed order again, in a new episode of its workflow. Returns the episode. */
export async function reopenOrder(tx: Tx, order: OrderRow): Promise<number> {
  requireStatus(order, 'open');
  const episode = order.episode + 1;
  await tx`update orders set status = 'open', closed_at = null, close_reason = null, finished_at = null, stuck_since = null,
                             reopenings = reopenings + 1, episode = ${episode}, started_at = null, wake_by = now() where id = ${order.id}`;
  return episode;
}

/** The workflow was lost: opens a new episode of the order. Returns the episode. */
export async function raiseEpisode(tx: Tx, order: OrderRow): Promise<number> {
  requireWorkflow(order, 'unstarted');
  const episode = order.episode + 1;
  await tx`update orders set episode = ${episode}, started_at = null, wake_by = default, stuck_since = null where id = ${order.id}`;
  return episode;
}

/**
 * The workflow has looked at the order, and looks again at `nextLook`; null: when a signal arrives. That ends the
 * poller's claim: what happens from now on wakes the workflow at once, not after the lease of the last wake.
 */
export async function noteProgress(
  tx: Tx,
  order: OrderRow,
  { nextLook, now }: { nextLook: Instant | null; now: Instant },
): Promise<void> {
  requireWorkflow(order, order.finishedAt === null ? 'running' : 'finished');
  const closed = isClosed(order.status);
  const look = closed ? null : nextLook;
  const wake = closed ? tx`now() + interval '1 minute'` : wakeBy(tx, look ?? undefined);
  await tx`update orders set started_at = coalesce(started_at, ${now}), next_look = ${look}, wake_by = ${wake}, claimed_until = null,
             stuck_since = null
           where id = ${order.id}`;
}

/** Written last of all: nothing is left to do for this order. */
export async function finishOrder(tx: Tx, order: OrderRow, now: Instant): Promise<void> {
  requireWorkflow(order, 'finished');
  await tx`update orders set finished_at = ${now} where id = ${order.id}`;
}

/** The workflow runs but does not advance: shown to people until it advances, and checked again soon. Needs no lock. */
export async function noteStuck(db: Db, id: string): Promise<void> {
  await db`update orders set stuck_since = coalesce(stuck_since, now()), wake_by = now() + interval '5 minutes'
           where id = ${id} and finished_at is null`;
}

/** There was nothing to do, and the workflow runs: checked again after its next look, or in a day. Needs no lock. */
export async function noteIdle(db: Db, { id, nextLook }: OrderRow, now: Instant): Promise<void> {
  const later = nextLook && nextLook > now ? nextLook : undefined;
  await db`update orders set wake_by = ${wakeBy(db, later)} where id = ${id}`;
}

/** Makes the workflow look at the order at that instant at the latest: something that it does not know has happened. */
export async function lookBy(tx: Tx, id: string, at: Instant): Promise<void> {
  await tx`update orders set next_look = least(next_look, ${at}), wake_by = least(wake_by, greatest(now(), ${at}::timestamptz))
           where id = ${id} and finished_at is null`;
}

/** The same for many orders, each with its instant; those that look earlier anyway are left alone. */
export async function lookInTime(tx: Tx, instants: ReadonlyMap<string, Instant>): Promise<void> {
  if (instants.size === 0) return;
  await tx`
    update orders set next_look = l.at, wake_by = least(wake_by, greatest(now(), l.at))
    from unnest(${[...instants.keys()]}::text[], ${[...instants.values()]}::timestamptz[]) as l (id, at)
    where orders.id = l.id and finished_at is null and (next_look is null or next_look > l.at)`;
}

/** Makes the poller check all unfinished orders now, instead of after their next look. Needs no lock. */
export async function wakeOrders(db: Db): Promise<void> {
  await db`update orders set wake_by = now() where finished_at is null`;
}

/**
 * The store's answer in an episode, or a person's decision on an order that the store could not be notified of. A state
 * that may not follow changes nothing. Needs no lock.
 */
export async function setPaidInStore(
  db: Db,
  { id, episode }: Pick<OrderRow, 'id' | 'episode'>,
  state: PaidInStore,
  now: Instant,
): Promise<void> {
  const before = paidInStoreStates.filter((from) => follows<PaidInStore>(storeTransitions, from, state));
  const since = state === 'pending' || state === 'chased' ? db`${now}` : db`store_pending_since`;
  await db`update orders set paid_in_store = ${state}, store_pending_since = ${since}
           where id = ${id} and episode = ${episode} and paid_in_store = any(${before})`;
}

/** When the poller checks the order: soon after the instant at which it should have advanced, and at least once a day. */
const wakeBy = (db: Db, at: Instant = 'infinity'): Fragment =>
  db`least(greatest(now(), ${at}::timestamptz) + interval '1 minute', now() + interval '1 day')`;

export type Closing = {
  readonly status: 'settled' | 'cancelled' | 'written_off';
  readonly reason: string | null;
  readonly paidWith?: string | undefined;
  readonly now: Instant;
};

function requireStatus({ id, status }: OrderRow, to: OrderStatus): void {
  if (!mayBecome(status, to)) throw new Error(`order ${id} is ${status}: it cannot become ${to}`);
}

function requireWorkflow(order: OrderRow, to: WorkflowState): void {
  const from = workflowStateOf(order);
  if (!follows<WorkflowState>(workflowTransitions, from, to))
    throw new Error(`the workflow of order ${order.id} is ${from}: it cannot become ${to}`);
}
