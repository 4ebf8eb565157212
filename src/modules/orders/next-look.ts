import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { StepRow } from './steps.ts';
import type { OrderRow } from './tables.ts';

/** How much later than the first the workflows of a customer's other orders look at what is due at one instant. */
const LATER_MS = 2 * 60_000;

/**
 * When the order's workflow looks at the order by itself: at its next step, or at the end of a reservation. What comes
 * due at one instant for several orders of a customer is looked at by the workflow of the first; the others come later,
 * and find it done.
 */
export async function nextLookOf(
  tx: Tx,
  { id, customerId, status, expiresAt }: OrderRow,
  steps: readonly StepRow[],
): Promise<Instant | null> {
  if (status === 'reserved') return expiresAt;
  if (status !== 'open') return null;
  const [first] = steps
    .filter(({ state, lookAt }) => (state === 'planned' || state === 'waiting') && lookAt !== null)
    .sort((a, b) => Date.parse(a.lookAt!) - Date.parse(b.lookAt!));
  if (!first) return null;
  const at = first.lookAt!;
  if (first.exact) return at;
  const [before] = await tx`
    select 1 from steps s join orders o on o.id = s.order_id
    where s.customer_id = ${customerId} and s.look_at = ${at} and s.state in ('planned', 'waiting') and s.order_id < ${id}
      and o.status = 'open' limit 1`;
  return before ? new Date(Date.parse(at) + LATER_MS).toISOString() : at;
}
