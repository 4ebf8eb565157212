import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { FileImport, ImportEnding } from './messages.ts';

/** One transaction of the whole file, tried until it works; a worker that dies is noticed by its missing heartbeat. */
const imports = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Applies a file that was received: all that is right in it, or, when it breaks off, nothing until it is tried again. */
export async function fileImport({ importId }: FileImport): Promise<ImportEnding> {
  const ending = await imports.applyImport({ importId });
  setCurrentDetails(`**${ending.state}**; ${ending.lines} lines, ${ending.rejected} rejected`);
  return ending;
}
