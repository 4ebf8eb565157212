import type { Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import type { PlannedStep } from './rules/steps.ts';
import type { OrderRow } from './tables.ts';

export type StepState = 'planned' | 'waiting' | 'in_letter' | 'done';
export type StepOutcome = 'sent' | 'skipped' | 'failed' | 'unknown';

/** A step of an order, and where it stands. */
export type StepRow = PlannedStep & {
  orderId: string;
  customerId: string;
  state: StepState;
  /** When it is looked at; null: once something has happened. */
  lookAt: Instant | null;
  waitsFor: string | null;
  mailId: string | null;
  outcome: StepOutcome | null;
  reason: string | null;
  notedAt: Instant | null;
};

/** What a step waits for; one in a letter that is held waits for a person's `approval`. */
export const stepWaitsFor = (db: Db) =>
  db`coalesce(steps.waits_for, case when steps.state = 'in_letter' then
    (select 'approval' from mails where mails.id = steps.mail_id and mails.state = 'held') end)`;

export const stepColumns = (db: Db) =>
  db`steps.order_id, steps.key, steps.customer_id, steps.instalment, steps.level, steps.kind, steps.tone, steps.exact,
  steps.planned_at as at, steps.state, steps.look_at, ${stepWaitsFor(db)} as waits_for, steps.mail_id, steps.outcome, steps.reason, steps.noted_at`;

/** Adds steps to an order; one that is there already stays as it is. */
export async function insertSteps(
  tx: Db,
  { id, customerId }: Pick<OrderRow, 'id' | 'customerId'>,
  steps: readonly PlannedStep[],
): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map(({ key, instalment, level, kind, tone, exact, at }) => ({
    ...{
      order_id: id,
      key,
      customer_id: customerId,
      instalment,
      level,
      kind,
      tone,
      exact,
      planned_at: at,
      look_at: at,
    },
  }));
  await tx`insert into steps ${tx(rows)} on conflict do nothing`;
}

/**
 * Plans the steps of these instalments again: those that have not begun are replaced. Those in a letter that has not
 * left are skipped. Needs the locks of `lockOrder`.
 */
export async function replaceSteps(
  tx: Tx,
  order: Pick<OrderRow, 'id' | 'customerId'>,
  numbers: readonly number[],
  steps: readonly PlannedStep[],
  now: Instant,
): Promise<void> {
  const ofThese = tx`order_id = ${order.id} and instalment = any(${numbers as number[]})`;
  await tx`delete from steps where ${ofThese} and state in ('planned', 'waiting')`;
  await tx`update steps set state = 'done', outcome = 'skipped', reason = 'replanned', noted_at = ${now}, look_at = null
           where ${ofThese} and state = 'in_letter'`;
  await insertSteps(tx, order, steps);
}

/** Removes steps that have not begun, by their orders and keys. */
export async function removeSteps(tx: Tx, steps: readonly Pick<StepRow, 'orderId' | 'key'>[]): Promise<void> {
  if (steps.length === 0) return;
  await tx`
    delete from steps where state in ('planned', 'waiting') and (order_id, key) in (
      select * from unnest(${steps.map(({ orderId }) => orderId)}::text[], ${steps.map(({ key }) => key)}::text[]))`;
}

/** The steps of orders, in order of time. */
export async function stepsOf(db: Db, orderIds: readonly string[]): Promise<StepRow[]> {
  return db<StepRow[]>`
    select ${stepColumns(db)} from steps where order_id = any(${orderIds as string[]})
    order by order_id, planned_at, instalment, key`;
}

/** Whether a step of the order waits for that. */
export async function hasStepsWaitingFor(db: Db, orderId: string, waitsFor: string): Promise<boolean> {
  const found = await db`
    select 1 from steps where order_id = ${orderId} and state = 'waiting' and waits_for = ${waitsFor} limit 1`;
  return found.length > 0;
}

/** A step that was just planned, as a query would return it. */
export const newStep = (
  { id, customerId }: Pick<OrderRow, 'id' | 'customerId'>,
  step: PlannedStep,
): StepRow => ({
  ...{ ...step, orderId: id, customerId, state: 'planned', lookAt: step.at },
  ...{ waitsFor: null, mailId: null, outcome: null, reason: null, notedAt: null },
});
