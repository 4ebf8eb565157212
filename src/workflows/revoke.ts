import {
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { ledgerOptions } from './activity-options.ts';
import type { Revocation } from './messages.ts';
import { uncancelled } from './uncancelled.ts';

const ledger = uncancelled(proxyLocalActivities<Activities>(ledgerOptions));

/** If the worker is killed, the heartbeat timeout decides how soon the remaining orders get their demand. */
const orders = proxyActivities<Activities>({
  startToCloseTimeout: '1 day',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** How long an order whose workflow makes no progress may delay the letter, in ms. */
const ANSWERS_WITHIN = 24 * 3_600_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * Demands all open amounts from a customer whose terms were revoked: sends a demand to each of their open orders, waits
 * for the answers, and asks for one letter about all orders. The revocation itself is already in force.
 */
export async function revoke({ revocationId }: Revocation): Promise<void> {
  // The revocation is in force, so a cancellation in Temporal must not stop this half-way.
  await CancellationScope.nonCancellable(async () => {
    await orders.demandOpenOrders({ revocationId });
    await waitForAnswers(revocationId);
    await ledger.finishRevocation({ revocationId, now: Date.now() });
    setCurrentDetails('done');
  });
}

/** Waits, with growing pauses, until all orders of the revocation have answered. */
async function waitForAnswers(revocationId: string): Promise<void> {
  const until = Date.now() + ANSWERS_WITHIN;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const waiting = await ledger.demandsWaiting({ revocationId });
    if (waiting === 0 || Date.now() >= until) return;
    setCurrentDetails(`${waiting} orders have not answered yet`);
    await sleep(pause);
  }
}
