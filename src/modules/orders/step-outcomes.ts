import type { Db } from '../../platform/postgres/client.ts';

/** The outcome of a step of an order's plan. */
export type StepOutcomeRow = {
  orderId: string;
  stepKey: string;
  outcome: 'sent' | 'skipped' | 'failed';
  reason: string | null;
  mailId: string | null;
  notedAt: string;
};

/** Records the outcome of a step, once: the first outcome stands. */
export async function noteStepOutcome(db: Db, given: StepOutcomeRow): Promise<void> {
  const { orderId, stepKey, outcome, reason, mailId, notedAt } = given;
  await db`insert into step_outcomes (order_id, step_key, outcome, reason, mail_id, noted_at)
           values (${orderId}, ${stepKey}, ${outcome}, ${reason}, ${mailId}, ${notedAt}) on conflict do nothing`;
}

export async function stepOutcomesOf(db: Db, orderId: string): Promise<StepOutcomeRow[]> {
  return db<StepOutcomeRow[]>`
    select order_id, step_key, outcome, reason, mail_id, noted_at from step_outcomes where order_id = ${orderId} order by noted_at, step_key`;
}
