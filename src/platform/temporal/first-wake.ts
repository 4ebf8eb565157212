/** How long the poller waits for the process that wrote a row to start the workflow itself. */
const FIRST_START_MS = 10_000;

/** When the poller starts the workflow of a row written at `now`, if it has not been started by then. */
export const firstWake = (now: string): string => new Date(Date.parse(now) + FIRST_START_MS).toISOString();
