import { randomBytes } from 'node:crypto';
import { undeliverableOf } from '../modules/customers/undeliverable-addresses.ts';
import { plannedLetters } from '../modules/dunning/planned-letters.ts';
import { standingDisputesOf } from '../modules/dunning/reserves/disputes.ts';
import { holdsOf } from '../modules/dunning/reserves/holds.ts';
import { promisesOf } from '../modules/dunning/reserves/promises.ts';
import { reminderModeOf } from '../modules/dunning/reserves/reminder-modes.ts';
import { merchantToday } from '../modules/settings/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import type { ReminderFacts } from './pages/customer/reminders.tsx';

const PLANNED_MS = 60 * 24 * 3_600_000;
const GROUPS = 20;

/** What a customer's page shows about reminders. */
export async function reminderFactsOf(sql: Sql, customerId: string, now: string): Promise<ReminderFacts> {
  const until = new Date(Date.parse(now) + PLANNED_MS).toISOString();
  const [planned, holds, promises, disputes, mode, undeliverable, today] = await Promise.all([
    plannedLetters(sql, { until, customerId }, { limit: GROUPS }),
    holdsOf(sql, customerId),
    promisesOf(sql, customerId, 'open'),
    standingDisputesOf(sql, customerId),
    reminderModeOf(sql, { customerId, orderId: null }),
    undeliverableOf(sql, [customerId]),
    merchantToday(sql, now),
  ]);
  const inForce = holds.filter(
    ({ releasedAt, until }) => releasedAt === null && (until === null || until >= today),
  );
  const newId = (kind: string) => `${kind}_${randomBytes(12).toString('hex')}`;
  const proposed = { holdId: newId('hold'), promiseId: newId('promise'), disputeId: newId('dispute') };
  return { planned, holds: inForce, promises, disputes, mode, undeliverable, proposed };
}
