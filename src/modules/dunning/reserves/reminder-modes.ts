import type { Instant } from '../../../kernel/calendar.ts';
import type { Db } from '../../../platform/postgres/client.ts';
import type { ReminderMode } from '../rules/reminder-modes.ts';

/** Who is reminded or not: a customer, or (with an order) that order alone. */
export type ReminderSubject = { customerId: string; orderId: string | null };
/** The latest decision; the fields other than `mode` are null if there was none. */
export type ReminderModeRow = {
  mode: ReminderMode;
  reason: string | null;
  actor: string | null;
  at: Instant | null;
};

export const subjectOf = ({ customerId, orderId }: ReminderSubject) =>
  orderId === null ? (`customer/${customerId}` as const) : (`order/${orderId}` as const);

export async function reminderModeOf(db: Db, subject: ReminderSubject): Promise<ReminderModeRow> {
  const [row] = await db<ReminderModeRow[]>`
    select mode, reason, actor, at from reminder_modes where subject = ${subjectOf(subject)}`;
  return row ?? { mode: 'automatic', reason: null, actor: null, at: null };
}

/** Keeps the decision in place of the one before. */
export async function writeReminderMode(
  db: Db,
  subject: ReminderSubject,
  { mode, reason, actor, now }: { mode: ReminderMode; reason: string; actor: string; now: Instant },
): Promise<void> {
  await db`
    insert into reminder_modes (subject, customer_id, order_id, mode, reason, actor, at)
    values (${subjectOf(subject)}, ${subject.customerId}, ${subject.orderId}, ${mode}, ${reason}, ${actor}, ${now})
    on conflict (subject) do update set
      mode = excluded.mode, reason = excluded.reason, actor = excluded.actor, at = excluded.at`;
}
