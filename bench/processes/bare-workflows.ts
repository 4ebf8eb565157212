import { proxyActivities, sleep } from '@temporalio/workflow';
import type { BareActivities } from './bare-worker.ts';

const { send } = proxyActivities<BareActivities>({ startToCloseTimeout: '2 minutes' });

/** The minimal reminder: wakes at an instant (in ms) and sends a mail. */
export async function bareReminder(at: number): Promise<void> {
  await sleep(at - Date.now());
  await send();
}
