import { fileURLToPath } from 'node:url';
import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { MAIL_TASK_QUEUE, TASK_QUEUE } from '../../workflows/messages.ts';

export type WorkersOptions = {
  connection: NativeConnection;
  namespace: string;
  activities: object;
  /** Prebuilt in production; without it the workers bundle the workflows at start. */
  workflowBundle: WorkflowBundleOption | null;
  /** How many sleeping workflows are kept in memory; others are replayed when they wake. */
  maxCachedWorkflows: number;
  maxMailsPerSecond: number;
  maxMailsAtOnce: number;
};

export type Workers = { run(): Promise<void>; shutdown(): void };

/** One worker for the workflows and their activities, and one for mail, which has its own queue and rate. */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { connection, namespace, activities, workflowBundle, maxCachedWorkflows } = options;
  const common = {
    connection,
    namespace,
    activities,
    shutdownGraceTime: '10 seconds',
    shutdownForceTime: '15 seconds',
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE,
      maxCachedWorkflows,
      ...(workflowBundle ? { workflowBundle } : { workflowsPath: workflowsPath() }),
    }),
    Worker.create({
      ...common,
      taskQueue: MAIL_TASK_QUEUE,
      maxTaskQueueActivitiesPerSecond: options.maxMailsPerSecond,
      // As many as the mailer has connections: a mail that waited for a connection would time out.
      maxConcurrentActivityTaskExecutions: options.maxMailsAtOnce,
    }),
  ]);
  return {
    run: async () => {
      await Promise.all(workers.map((worker) => worker.run()));
    },
    shutdown: () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** The entry file of the workflows: TypeScript in development, JavaScript after the build. */
export function workflowsPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../workflows/index.${extension}`, import.meta.url));
}
