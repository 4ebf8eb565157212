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
import { collapse, type Step, splitDue } from '../modules/orders/rules/steps.ts';
import { ledgerOptions, mailOptions } from './activity-options.ts';
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
import {
  adoptPlan,
  copySnapshot,
  describe,
  describeTimer,
  firstStep,
  mayAct,
  type OrderState,
  openState,
  report,
} from './state.ts';
import { uncancelled } from './uncancelled.ts';

const ledger = uncancelled(proxyLocalActivities<Activities>(ledgerOptions));

const store = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '15 seconds',
  scheduleToCloseTimeout: '7 days',
  retry: { initialInterval: '5 seconds', maximumInterval: '15 minutes' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

const mail = proxyActivities<Activities>({
  ...mailOptions,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * Follows one order with deferred payment: notifies the store that it counts as paid, confirms it to the customer,
 * sends reminders by the plan, and ends when nothing is owed any more. Only commands in PostgreSQL change the order; a
 * signal only announces a command.
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
    act(order);
    await advance(order);
  }
  if (order.superseded) return { status: 'superseded' };
  await close(order);
  return { status: order.status };
}

/** When the order is confirmed, notifies the store and sends the confirmation; the loop does not wait for either. */
function begin(order: OrderState): void {
  if (order.status !== 'open') return;
  if (!order.confirmationBegun) {
    order.confirmationBegun = true;
    sendInBackground(order, 'confirmation', () => mail.sendLetter({ ...order.id, letter: 'confirmation' }));
  }
  if (order.paidInStore === 'pending' && !order.notifyingStore) order.notifyingStore = notifyStorePaid(order);
}

/** Waits for a message or for the next step that may be acted on. */
async function waitForWork(order: OrderState): Promise<void> {
  const { due, later } = splitDue(order.plan, Date.now());
  if (order.awake || due.some((step) => mayAct(order, step))) return;
  const next = later[0];
  if (!next) return condition(() => order.awake);
  await condition(() => order.awake, Date.parse(next.at) - Date.now(), {
    summary: describeTimer(order, next),
  });
}

/** Acts on the steps whose time has come. If several reminders are due together, only the newest is sent. */
function act(order: OrderState): void {
  const due = splitDue(order.plan, Date.now()).due.filter((step) => mayAct(order, step));
  order.plan = order.plan.filter((step) => !due.includes(step));
  for (const { key } of due) order.actedOn.add(key);
  order.expired = due.some((step) => step.kind === 'expire');
  const { send, superseded } = collapse(due.filter((step) => step.kind !== 'expire'));
  for (const step of send)
    remind(
      order,
      step,
      superseded.filter((older) => older.instalment === step.instalment),
    );
}

/** Sends a reminder without waiting for it. An older one of the same instalment that is still tried is cancelled. */
function remind(order: OrderState, step: Step, skipped: Step[]): void {
  const key = `reminder ${step.instalment}`;
  const older = order.mailing.get(key);
  older?.scope.cancel();
  const superseded = [...(older?.step ? [older.step] : []), ...skipped].map((given) => given.key);
  sendInBackground(order, key, () => mail.sendReminder({ ...order.id, step, superseded }), step);
}

/** Applies pending commands in PostgreSQL, as many times as it takes, and shows the state of the order. */
async function advance(order: OrderState): Promise<void> {
  while (await advanceOnce(order));
  if (order.superseded) return;
  if (order.status === 'open') order.plan = order.plan.filter((step) => step.kind !== 'expire');
  showInSearch(order);
  setCurrentDetails(describe(order));
}

/** Resolves to true if more commands wait than are applied at once. */
async function advanceOnce(order: OrderState): Promise<boolean> {
  order.awake = false;
  const { manualRequests, expired, storeFailed } = order;
  Object.assign(order, { manualRequests: [], expired: false, storeFailed: false });
  const snapshot = await ledger.advance({
    ...order.id,
    now: Date.now(),
    nextStep: firstStep(order),
    manualRequests,
    expired,
    storeFailed,
    planVersion: order.planVersion,
  });
  if (snapshot.superseded) {
    order.superseded = true;
    return false;
  }
  copySnapshot(order, snapshot);
  if (snapshot.plan) replan(order, snapshot.plan);
  return snapshot.moreWaits;
}

/** Due dates have changed: mails for steps that are no longer planned are cancelled. */
function replan(order: OrderState, plan: Parameters<typeof adoptPlan>[1]): void {
  adoptPlan(order, plan);
  for (const { scope, step } of order.mailing.values())
    if (step && !plan.steps.some(({ key }) => key === step.key)) scope.cancel();
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

/** Nothing is owed any more: cancels mails that are still tried, notifies the store of "paid" before "cancelled". */
async function close(order: OrderState): Promise<void> {
  for (const { scope } of order.mailing.values()) scope.cancel();
  await Promise.all([mailClosing(order), notifyStoreClosed(order)]);
  await condition(allHandlersFinished);
  await ledger.finishOrder({ ...order.id, now: Date.now() });
}

function notifyStorePaid(order: OrderState): NonNullable<OrderState['notifyingStore']> {
  const scope = new CancellationScope();
  const done = scope
    .run(() => store.notifyStore({ ...order.id, event: 'paid' }))
    .then((answer) => {
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
    })
    .finally(() => {
      order.notifyingStore = null;
      wake(order);
    });
  return { scope, done };
}

async function notifyStoreClosed(order: OrderState): Promise<void> {
  if (order.status === 'cancelled') order.notifyingStore?.scope.cancel();
  // Paid before this workflow first looked at the order: the store must be told to ship it all the same.
  else if (order.confirmed && order.paidInStore === 'pending')
    order.notifyingStore ??= notifyStorePaid(order);
  await order.notifyingStore?.done;
  if (!order.notifiesStore || order.unknownToStore) return;
  const event = order.status === 'cancelled' ? 'cancelled' : 'settled';
  await store.notifyStore({ ...order.id, event }).catch(ignoreFailure);
}

async function mailClosing(order: OrderState): Promise<void> {
  if (!order.confirmed) return;
  const letter = order.status === 'cancelled' ? 'cancelled' : 'settled';
  await mail
    .sendLetter({ ...order.id, letter })
    .catch(() => ledger.noteMailFailed({ ...order.id, what: letter, now: Date.now() }));
}

/** Starts a mail without waiting for it, and records if it could not be sent within its retries. */
function sendInBackground(order: OrderState, key: string, send: () => Promise<unknown>, step?: Step): void {
  const scope = new CancellationScope();
  const mailing = { scope, step };
  order.mailing.set(key, mailing);
  scope
    .run(send)
    .then((outcome) => {
      if (step && outcome === 'sent') order.remindersSent += 1;
      setCurrentDetails(describe(order));
    })
    .catch((failure) => {
      if (!isCancellation(failure))
        return ledger.noteMailFailed({ ...order.id, what: step ?? 'confirmation', now: Date.now() });
    })
    .finally(() => {
      if (order.mailing.get(key) === mailing) order.mailing.delete(key);
    });
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
