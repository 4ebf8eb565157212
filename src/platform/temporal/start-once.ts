import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import { quickly } from './client.ts';

/**
 * Starts a workflow on the worker's task queue. Resolves to false, and changes nothing, if a workflow with this id is
 * running, or has run before and `workflowIdReusePolicy` refuses another run.
 */
export async function startOnce(
  client: Client,
  type: string,
  options: Omit<WorkflowStartOptions, 'taskQueue' | 'workflowIdConflictPolicy'>,
): Promise<boolean> {
  try {
    await quickly(client, () =>
      client.workflow.start(type, { ...options, taskQueue: TASK_QUEUE, workflowIdConflictPolicy: 'FAIL' }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
