import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import { clockProblem } from '../clocks.ts';

/** For how long Temporal remembers that a process asked for work, in ms. */
const REMEMBERED_MS = 5 * 60_000;

/**
 * What is wrong if this process's clock differs from Temporal's; null if it does not, or if nothing is known. No call of
 * Temporal tells the time, but it shows when a worker last asked for work. That was within the last five minutes: so a
 * clock that is behind Temporal's is noticed from one minute on, one that is ahead from six minutes on.
 * @param client of this process, whose workers run
 * @param now this machine's clock, in ms since 1970
 */
export async function temporalClockProblem(
  client: Client,
  now: () => number = Date.now,
): Promise<string | null> {
  const { namespace, identity } = client.options;
  const asked = now();
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const last = pollers?.find((poller) => poller.identity === identity)?.lastAccessTime?.seconds;
  if (!last) return null;
  const theirs = Number(last) * 1000;
  return clockProblem([asked, now()], [theirs, theirs + REMEMBERED_MS], "Temporal's");
}
