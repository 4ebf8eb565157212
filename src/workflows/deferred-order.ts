import {
  ActivityCancellationType,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { isClosed } from '../modules/orders/rules/order-state.ts';
import { ledgerOptions } from './activity-options.ts';
import {
  cancel,
  commandSignals,
  type DeferredOrder,
  type Ending,
  lookAgain,
  settle,
  status,
} from './messages.ts';
import { NtDueAt, NtStatus } from './search-attributes.ts';
import { copySnapshot, describe, describeTimer, type OrderState, openState, report } from './state.ts';
import { uncancelled } from './uncancelled.ts';

const ledger = uncancelled(proxyLocalActivities<Activities>(ledgerOptions));

const store = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '15 seconds',
  scheduleToCloseTimeout: '7 days',
  retry: { initialInterval: '5 seconds', maximumInterval: '15 minutes' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * Follows one order with deferred payment: notifies the store that it counts as paid, looks at what is due whenever the
 * time for it has come, and ends when nothing is owed any more. Only commands in PostgreSQL change the order; a signal
 * only announces a command. Letters are written where the look finds them due, and leave by the sender.
 */
export async function deferredOrder(input: DeferredOrder): Promise<Ending> {
  const order = openState(input);
  setHandler(status, () => report(order));
  for (const signal of [...commandSignals, lookAgain]) setHandler(signal, () => wake(order));
  setHandler(settle, (message) => (message?.commandId ? wake(order) : requestManually(order, 'settle')));
  setHandler(cancel, (message) => (message?.commandId ? wake(order) : requestManually(order, 'cancel')));
  CancellationScope.current().cancelRequested.catch(() =>
    requestManually(order, 'cancel', { onlyIfUntouched: true }),
  );
  return CancellationScope.nonCancellable(() => follow(order));
}

async function follow(order: OrderState): Promise<Ending> {
  await advance(order);
  while (!order.superseded && !isClosed(order.status)) {
    begin(order);
    await waitForWork(order);
    await advance(order);
  }
  if (order.superseded) return { status: 'superseded' };
  await close(order);
  return { status: order.status };
}

/** When the order is confirmed, notifies the store; the loop does not wait for it. */
function begin(order: OrderState): void {
  if (order.status === 'open' && order.paidInStore === 'pending')
    order.notifyingStore ??= notifyStorePaid(order);
}

/** Waits for a message, or for the instant that PostgreSQL gave. */
async function waitForWork(order: OrderState): Promise<void> {
  if (order.awake) return;
  if (order.nextLook === null) return condition(() => order.awake);
  const wait = Date.parse(order.nextLook) - Date.now();
  if (wait > 0) await condition(() => order.awake, wait, { summary: describeTimer(order) });
}

/** Applies pending commands in PostgreSQL, as many times as it takes, and shows the state of the order. */
async function advance(order: OrderState): Promise<void> {
  while (await advanceOnce(order));
  if (order.superseded) return;
  showInSearch(order);
  setCurrentDetails(describe(order));
}

/** Resolves to true if more commands wait than are applied at once. */
async function advanceOnce(order: OrderState): Promise<boolean> {
  order.awake = false;
  const { manualRequests, storeFailed } = order;
  Object.assign(order, { manualRequests: [], storeFailed: false });
  const snapshot = await ledger.advance({ ...order.id, now: Date.now(), manualRequests, storeFailed });
  if (snapshot.superseded) {
    order.superseded = true;
    return false;
  }
  copySnapshot(order, snapshot);
  return snapshot.moreWaits;
}

/** Updates the search attributes for operators. Each update costs an event, so it is made only if something changed. */
function showInSearch({ status, dueAt }: OrderState): void {
  const shown = workflowInfo().typedSearchAttributes;
  const due = dueAt === null ? null : new Date(dueAt);
  if (shown.get(NtStatus) === status && shown.get(NtDueAt)?.getTime() === due?.getTime()) return;
  upsertSearchAttributes([
    { key: NtStatus, value: status },
    { key: NtDueAt, value: due },
  ]);
}

/** Nothing is owed any more: notifies the store, of "paid" before "cancelled". */
async function close(order: OrderState): Promise<void> {
  await notifyStoreClosed(order);
  await condition(allHandlersFinished);
  await ledger.finishOrder({ ...order.id, now: Date.now() });
}

function notifyStorePaid(order: OrderState): NonNullable<OrderState['notifyingStore']> {
  const scope = new CancellationScope();
  const done = scope
    .run(() => store.notifyStore({ ...order.id, event: 'paid' }))
    .then((answer) => {
      // Nothing else follows from it: the order is not looked at before its time.
      if (answer === 'acknowledged') return noteMarked(order);
      wake(order);
      if (answer !== 'order-unknown') return;
      const reason = 'the store does not know the order';
      order.unknownToStore = true;
      order.storeFailed = true;
      order.manualRequests.push({
        kind: 'cancel',
        place: 'order-unknown',
        actor: 'system',
        reason,
        onlyIfUntouched: true,
      });
    })
    .catch((failure) => {
      order.storeFailed = !isCancellation(failure);
      wake(order);
    })
    .finally(() => {
      order.notifyingStore = null;
    });
  return { scope, done };
}

/** The store counts the order as paid, as PostgreSQL knows by now. */
function noteMarked(order: OrderState): void {
  order.paidInStore = 'marked';
  setCurrentDetails(describe(order));
}

async function notifyStoreClosed(order: OrderState): Promise<void> {
  if (order.status === 'cancelled') order.notifyingStore?.scope.cancel();
  // Paid before this workflow first looked at the order: the store still has to be notified, so that it ships.
  else if (order.confirmed && order.paidInStore === 'pending')
    order.notifyingStore ??= notifyStorePaid(order);
  await order.notifyingStore?.done;
  if (!order.notifiesStore || order.unknownToStore) return;
  const event = order.status === 'cancelled' ? 'cancelled' : 'settled';
  await store.notifyStore({ ...order.id, event }).catch(ignoreFailure);
}

function wake(order: OrderState): void {
  order.awake = true;
}

/** A person acted in Temporal itself, without a command: the next look at the order makes a command of it. */
function requestManually(
  order: OrderState,
  kind: 'settle' | 'cancel',
  { onlyIfUntouched = false } = {},
): void {
  const place = `by-hand:${workflowInfo().runId.slice(0, 8)}:${order.manualRequestCount++}`;
  order.manualRequests.push({
    kind,
    place,
    actor: 'temporal',
    reason: 'by hand in Temporal',
    onlyIfUntouched,
  });
  wake(order);
}

/** Ignores the failure: the delivery's row in PostgreSQL shows what went wrong, and the workflow ends anyway. */
function ignoreFailure(): void {}
