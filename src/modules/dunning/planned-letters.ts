import type { Instant } from '../../kernel/calendar.ts';
import type { Money } from '../../kernel/money.ts';
import type { Db } from '../../platform/postgres/client.ts';

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
  const place = db`(coalesce(s.look_at, ${FIRST}), s.customer_id, coalesce(s.mail_id, ''))`;
  return db<PlannedLetter[]>`
    select s.customer_id, c.name as customer_name, s.look_at as at, s.mail_id as letter_id,
      jsonb_agg(jsonb_build_object('orderId', s.order_id, 'step', s.key, 'instalment', s.instalment, 'tone', s.tone,
        'plannedAt', to_char(s.planned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'waitsFor', s.waits_for,
        'outstanding', jsonb_build_object('amount', i.outstanding, 'currency', o.currency))
        order by s.planned_at, s.order_id, s.key) as steps
    from steps s join customers c on c.id = s.customer_id join orders o on o.id = s.order_id
      join instalments i on i.order_id = s.order_id and i.number = s.instalment
    where s.state <> 'done' and s.tone is not null and o.status = 'open' and i.outstanding > 0
      and (case when s.state = 'planned' then s.look_at else coalesce(s.look_at, s.planned_at) end) <= ${until}
      and ${customerId === undefined ? db`true` : db`s.customer_id = ${customerId}`}
      and ${after === null ? db`true` : db`${place} > (${after.at ?? FIRST}::timestamptz, ${after.customerId}::text, ${after.letterId ?? ''}::text)`}
    group by s.customer_id, c.name, s.look_at, s.mail_id
    order by coalesce(s.look_at, ${FIRST}), s.customer_id, coalesce(s.mail_id, '') limit ${limit}`;
}
