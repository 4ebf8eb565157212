import { CancellationScope, proxyLocalActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { ledgerOptions } from './activity-options.ts';
import type { KeptBackMail } from './messages.ts';
import { uncancelled } from './uncancelled.ts';

const ledger = uncancelled(proxyLocalActivities<Activities>(ledgerOptions));

const FIRST_PAUSE = 15_000;
const LONGEST_PAUSE = 3_600_000;

/** Has a mail that the mail server refused for now tried again, at growing intervals, until it is sent or given up. */
export async function letter({ mailId }: KeptBackMail): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      await sleep(pause);
      const state = await ledger.tryMailAgain({ mailId, now: Date.now() });
      setCurrentDetails(`**${state}**`);
      if (state !== 'queued') return;
    }
  });
}
