import type { Instant } from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { lookBy } from '../../orders/life-cycle.ts';

/**
 * Plans again what was skipped because an instalment was paid, if it is owed again: its payment was returned, or a cost
 * was charged; and the decision of a person, if it was skipped because of an insolvency that has ended. What is late by
 * now is looked at in the customer's next slot (at once, on terms of seconds). Needs the customer's lock.
 */
export async function planOwedAgain(
  tx: Tx,
  customerId: string,
  { slot, now }: { slot: Instant; now: Instant },
): Promise<void> {
  const again = await tx<{ orderId: string; lookAt: Instant }[]>`
    update steps s set state = 'planned', outcome = null, reason = null, noted_at = null,
      look_at = greatest(s.planned_at, case when s.exact then ${now}::timestamptz else ${slot}::timestamptz end)
    from orders o join customers c on c.id = o.customer_id, instalments i
    where o.customer_id = ${customerId} and o.status = 'open' and i.order_id = o.id and i.outstanding > 0
      and s.order_id = o.id and s.instalment = i.number and s.state = 'done'
      and (s.reason = 'paid' or (s.kind = 'decide' and s.reason = 'insolvency' and c.privilege <> 'insolvency'))
    returning s.order_id, s.look_at`;
  for (const { orderId, lookAt } of again) await lookBy(tx, orderId, lookAt);
}
