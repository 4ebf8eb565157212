import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { MAIL_TASK_QUEUE } from './messages.ts';

/** The ledger is in our own database: local, so that a pass costs one event; it is tried until it works. */
export const ledgerOptions: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 ms', maximumInterval: '1 minute' },
  // Longer waits are timers of the workflow: they cost no heartbeats while PostgreSQL is down, and let a worker stop.
  localRetryThreshold: '5 seconds',
};

/** Mail has workers of its own; it is tried for three days. */
export const mailOptions: ActivityOptions = {
  taskQueue: MAIL_TASK_QUEUE,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '15 seconds', maximumInterval: '1 hour' },
};
