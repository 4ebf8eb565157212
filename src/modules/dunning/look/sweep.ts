import { dayAt, type Instant } from '../../../kernel/calendar.ts';
import type { Sql } from '../../../platform/postgres/client.ts';
import { activePolicies } from '../../settings/tables.ts';
import { all } from './in-turn.ts';
import { openReminderTasks } from './open-reminder-tasks.ts';
import {
  judgeRipePromises,
  wakeAfterInsolvency,
  wakeForAddresses,
  wakeForBankData,
  wakeForMinimum,
  wakeForPolicy,
  wakeForUse,
} from './wake-many.ts';

/**
 * What no single order or customer brings about: each minute it is looked at whether what many wait for has come to its
 * end, and what a person should have done by now. Repeats change nothing. Each customer is dealt with in a transaction of
 * its own, so that nobody is kept waiting, and whatever fails does not hold up the rest.
 * @throws what failed, after all the rest is done
 */
export async function sweep(sql: Sql, now: Instant): Promise<void> {
  const { settings } = await activePolicies(sql);
  const today = dayAt(now, settings.body.timeZone);
  await all([
    () => wakeForBankData(sql, now, today),
    () => wakeForUse(sql, now),
    () => wakeForPolicy(sql, now),
    () => wakeForMinimum(sql, now),
    () => wakeAfterInsolvency(sql, now),
    () => wakeForAddresses(sql, now),
    () => judgeRipePromises(sql, now, today),
    () => openReminderTasks(sql, now, today),
  ]);
}
