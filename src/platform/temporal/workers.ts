import { fileURLToPath } from 'node:url';
import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { TASK_QUEUE } from '../../workflows/messages.ts';

export type WorkersOptions = {
  connection: NativeConnection;
  namespace: string;
  activities: object;
  /** Prebuilt in production; without it the workers bundle the workflows at start. */
  workflowBundle: WorkflowBundleOption | null;
  /** How many sleeping workflows are kept in memory; others are replayed when they wake. */
  maxCachedWorkflows: number;
};

export type Workers = { run(): Promise<void>; shutdown(): void };

/** The worker for the workflows and their activities. */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { workflowBundle, ...given } = options;
  const worker = await Worker.create({
    ...given,
    taskQueue: TASK_QUEUE,
    shutdownGraceTime: '10 seconds',
    shutdownForceTime: '15 seconds',
    ...(workflowBundle ? { workflowBundle } : { workflowsPath: workflowsPath() }),
  });
  return {
    run: () => worker.run(),
    shutdown() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** The entry file of the workflows: TypeScript in development, JavaScript after the build. */
export function workflowsPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../workflows/index.${extension}`, import.meta.url));
}
