import type { Instant } from '../../kernel/calendar.ts';
import type { Money } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/client.ts';
import { stepWaitsFor } from '../orders/steps.ts';

/** A step that will be looked at. */
export type PlannedStepView = {
  orderId: string;
  step: string;
  instalment: number;
  tone: string;
  plannedAt: Instant;
  waitsFor: string | null;
  outstanding: Money;
};

/** What is looked at together for a customer; `at` is null if it waits for something to happen. */
export type PlannedLetter = {
  customerId: string;
  customerName: string;
  at: Instant | null;
  /** The letter that these steps are in, and that has not left. */
  letterId: string | null;
  steps: PlannedStepView[];
};

/** Where a page begins: after this group. */
export type PlannedPlace = {
  readonly at: Instant | null;
  readonly letterId: string | null;
  readonly customerId: string;
};

const FIRST = '1900-01-01T00:00:00.000Z';

/**
 * What will leave up to an instant, by customer: steps that are due or come due, grouped by when they are looked at.
 * First what waits for something to happen, or is in a letter already; then in order of time.
 */
export async function plannedLetters(
  db: Db,
  { until, customerId }: { until: Instant; customerId?: string },
  { after = null, limit }: { after?: PlannedPlace | null; limit: number },
): Promise<PlannedLetter[]> {
  const place = db`(coalesce(steps.look_at, ${FIRST}), steps.customer_id, coalesce(steps.mail_id, ''))`;
  return db<PlannedLetter[]>`
    select steps.customer_id, c.name as customer_name, steps.look_at as at, steps.mail_id as letter_id,
      jsonb_agg(jsonb_build_object('orderId', steps.order_id, 'step', steps.key, 'instalment', steps.instalment, 'tone', steps.tone,
        'plannedAt', to_char(steps.planned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'waitsFor', ${stepWaitsFor(db)},
        'outstanding', jsonb_build_object('amount', i.outstanding, 'currency', o.currency))
        order by steps.planned_at, steps.order_id, steps.key) as steps
    from steps join customers c on c.id = steps.customer_id join orders o on o.id = steps.order_id
      join instalments i on i.order_id = steps.order_id and i.number = steps.instalment
    where steps.state <> 'done' and steps.tone is not null and o.status = 'open' and i.outstanding > 0
      and (case when steps.state = 'planned' then steps.look_at else coalesce(steps.look_at, steps.planned_at) end) <= ${until}
      and ${customerId === undefined ? db`true` : db`steps.customer_id = ${customerId}`}
      and ${after === null ? db`true` : db`${place} > (${after.at ?? FIRST}::timestamptz, ${after.customerId}::text, ${after.letterId ?? ''}::text)`}
    group by steps.customer_id, c.name, steps.look_at, steps.mail_id
    order by coalesce(steps.look_at, ${FIRST}), steps.customer_id, coalesce(steps.mail_id, '') limit ${limit}`;
}
