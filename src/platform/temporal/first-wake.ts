/** How long the poller leaves a new workflow to the start of who wrote its row. */
const FIRST_START_MS = 10_000;

/** When the poller starts what was written at `now`, if nobody has by then. */
export const firstWake = (now: string): string => new Date(Date.parse(now) + FIRST_START_MS).toISOString();
