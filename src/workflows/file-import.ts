import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { FileImport, ImportEnding } from './messages.ts';

/** One transaction for the whole file, retried until it succeeds; a missing heartbeat shows that a worker died. */
const imports = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Applies a received file: all valid lines at once. If it fails, nothing is applied until the retry. */
export async function fileImport({ importId }: FileImport): Promise<ImportEnding> {
  const ending = await imports.applyImport({ importId });
  setCurrentDetails(`**${ending.state}**; ${ending.lines} lines, ${ending.rejected} rejected`);
  return ending;
}
