import type { Instant } from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { lookBy } from '../../orders/life-cycle.ts';
import { insertSteps } from '../../orders/steps.ts';

/**
 * Plans a letter for each bank collection that came back unpaid, once for each time that it was presented: now, or when it
 * is due, if it came back before. Needs the customer's lock.
 * @returns how many it has planned
 */
export async function planReturned(tx: Tx, customerId: string, now: Instant): Promise<number> {
  const returned = await tx<
    { id: string; instalment: number; presentations: number; at: Instant; exact: boolean }[]
  >`
    select o.id, c.instalment, c.presentations, greatest(i.due_at, ${now}) as at, o.terms->>'kind' = 'elapsed' as exact
    from orders o join bank_collections c on c.order_id = o.id
      join instalments i on i.order_id = c.order_id and i.number = c.instalment
    where o.customer_id = ${customerId} and o.status = 'open' and c.state = 'unpaid' and i.outstanding > 0
      and i.due_at is not null and not exists (
        select 1 from steps s where s.order_id = o.id and s.key = format('%s/returned/%s', c.instalment, c.presentations))`;
  for (const { id, instalment, presentations, at, exact } of returned) {
    await insertSteps(tx, { id, customerId }, [
      {
        ...{ key: `${instalment}/returned/${presentations}`, at, kind: 'returned', instalment },
        ...{ level: null, tone: 'returned', exact },
      },
    ]);
    if (Date.parse(at) > Date.parse(now)) await lookBy(tx, id, at);
  }
  return returned.length;
}
