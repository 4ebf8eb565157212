import type { LocalActivityOptions } from '@temporalio/workflow';

/** The ledger is in our own database: local activities, so that a call costs one event; retried until they succeed. */
export const ledgerOptions: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 ms', maximumInterval: '1 minute' },
  // Longer waits are workflow timers: they need no heartbeats while PostgreSQL is down, and allow a worker to stop.
  localRetryThreshold: '5 seconds',
};
