import type { Db } from '../../platform/postgres/client.ts';

/** What became of a step of an order's plan. */
export type NoticeRow = {
  orderId: string;
  stepKey: string;
  outcome: 'sent' | 'skipped' | 'failed';
  reason: string | null;
  mailId: string | null;
  notedAt: string;
};

/** Notes what became of a step, once: the first word stands. */
export async function noteStep(db: Db, notice: NoticeRow): Promise<void> {
  const { orderId, stepKey, outcome, reason, mailId, notedAt } = notice;
  await db`insert into notices (order_id, step_key, outcome, reason, mail_id, noted_at)
           values (${orderId}, ${stepKey}, ${outcome}, ${reason}, ${mailId}, ${notedAt}) on conflict do nothing`;
}

export async function noticesOf(db: Db, orderId: string): Promise<NoticeRow[]> {
  return db<NoticeRow[]>`
    select order_id, step_key, outcome, reason, mail_id, noted_at from notices where order_id = ${orderId} order by noted_at, step_key`;
}
