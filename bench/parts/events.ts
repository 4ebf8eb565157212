import { workflowIdOf } from '../../src/modules/orders/tables.ts';
import { billableActions, kindOf } from '../billable-actions.ts';
import { until } from '../measure.ts';
import { SHORT_TERMS } from '../merchant.ts';
import type { Findings } from '../report.ts';
import type { World } from '../world.ts';

/** Several orders, because what happens at the same moment may fall into one workflow task or into two. */
const ORDERS = 5;

/**
 * The events of an order's whole life: confirmed, marked paid in the store, three reminders on terms of seconds, then
 * one payment of all that is owed, which settles it.
 */
export async function measureEvents(world: World): Promise<Findings> {
  const prefix = 'events';
  const { errors, firstError } = await world.http.call('placeOrders', {
    calls: ORDERS,
    concurrency: 1,
    prefix,
    termsCode: SHORT_TERMS,
  });
  if (errors > 0) throw new Error(`orders were not accepted: ${firstError}`);
  const ids = Array.from({ length: ORDERS }, (_, index) => `${prefix}-${index}`);
  await until('three reminders of each order', async () => {
    const [row] = await world.sql<{ sent: number }[]>`
      select count(*) as sent from steps where order_id = any(${ids}) and outcome = 'sent'`;
    return row!.sent === 3 * ORDERS;
  });
  for (const id of ids) await payInFull(world, id);
  await until('the end of each order', async () => {
    const [row] = await world.sql<{ open: number }[]>`
      select count(*) as open from orders where id = any(${ids}) and finished_at is null`;
    return row!.open === 0;
  });
  const histories = await Promise.all(
    ids.map(async (id) => {
      const handle = world.client.workflow.getHandle(workflowIdOf({ id, episode: 1 }));
      await handle.result();
      return (await handle.fetchHistory()).events ?? [];
    }),
  );
  const longest = histories.reduce((a, b) => (b.length > a.length ? b : a));
  const kinds = new Map<string, number>();
  for (const kind of longest.map(kindOf)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const byCount = [...kinds].sort(([, a], [, b]) => b - a);
  return {
    rows: [
      {
        figure: 'events of an order',
        value: longest.length,
        unit: '',
        note: `3 reminders, 1 payment; the longest of ${ORDERS} (${histories.map(({ length }) => length).join(', ')})`,
      },
      ...byCount.map(([kind, count]) => ({ figure: `  ${kind}`, value: count, unit: '' })),
      {
        figure: 'billable actions of this order',
        value: billableActions(longest),
        unit: '',
        note: 'by Temporal Cloud’s definition',
      },
    ],
    wanted: [
      { name: 'events-per-order', measured: longest.length, bound: 'at most', wanted: 60 },
      {
        name: 'billable-actions-per-order',
        measured: billableActions(longest),
        bound: 'at most',
        wanted: 15,
      },
    ],
    errors: 0,
    details: histories.map((history) => history.map(kindOf)),
  };
}

async function payInFull({ api }: World, orderId: string): Promise<void> {
  const response = await fetch(`${api.url}/v1/orders/${orderId}/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      paymentId: `payment-of-${orderId}`,
      amount: { amount: 122_000, currency: 'EUR' },
    }),
  });
  if (!response.ok) throw new Error(`a payment was refused: ${response.status} ${await response.text()}`);
}
