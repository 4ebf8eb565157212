import type { Db } from '../../platform/postgres/client.ts';

/**
 * The last day on which paying the instalment `i` is in time, in the merchant's zone; null if its due date is
 * provisional.
 */
export const lastDayInTime = (db: Db, zone: string) =>
  db`((i.due_at - interval '1 microsecond') at time zone ${zone})::date`;
