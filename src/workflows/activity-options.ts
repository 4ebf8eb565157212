import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { MAIL_TASK_QUEUE } from './messages.ts';

/** The ledger is in our own database: local activities, so that a call costs one event; retried until they succeed. */
export const ledgerOptions: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 ms', maximumInterval: '1 minute' },
  // Longer waits are workflow timers: they need no heartbeats while PostgreSQL is down, and allow a worker to stop.
  localRetryThreshold: '5 seconds',
};

/** Mail has its own workers; sending is retried for three days. */
export const mailOptions: ActivityOptions = {
  taskQueue: MAIL_TASK_QUEUE,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '15 seconds', maximumInterval: '1 hour' },
};
