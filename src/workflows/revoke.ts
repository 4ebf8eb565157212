import {
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { ledgerOptions, mailOptions } from './activity-options.ts';
import type { Revocation } from './messages.ts';

const ledger = proxyLocalActivities<Activities>(ledgerOptions);

/** After a kill of the worker the heartbeat's time-out decides how soon the rest is asked. */
const orders = proxyActivities<Activities>({
  startToCloseTimeout: '1 day',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

const mail = proxyActivities<Activities>(mailOptions);

/** An order whose workflow does not get on holds the letter up no longer than that, in ms. */
const ANSWERS_WITHIN = 24 * 3_600_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * Demands what is open of a customer whose terms were revoked: asks each of their open orders, waits until they have
 * answered, and writes one letter about all of them. The revocation itself has been in force since before.
 */
export async function revoke({ revocationId }: Revocation): Promise<void> {
  // It is in force: a cancel in Temporal stops nothing half-way.
  await CancellationScope.nonCancellable(async () => {
    await orders.demandOpenOrders({ revocationId });
    await answers(revocationId);
    await mail.sendDemand({ revocationId }).catch(() => ledger.noteDemandFailed({ revocationId }));
    await ledger.finishRevocation({ revocationId, now: Date.now() });
    setCurrentDetails('done');
  });
}

/** Waits, more and more patiently, until no order of the revocation is left without an answer. */
async function answers(revocationId: string): Promise<void> {
  const until = Date.now() + ANSWERS_WITHIN;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const waiting = await ledger.demandsWaiting({ revocationId });
    if (waiting === 0 || Date.now() >= until) return;
    setCurrentDetails(`${waiting} orders have not answered yet`);
    await sleep(pause);
  }
}
