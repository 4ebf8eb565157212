import { type Db, inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { raiseEpisode } from './life-cycle.ts';
import { lockOrder, type OrderRow, orderColumns } from './tables.ts';

/**
 * Opens a new episode of the order if it is still in episode `from`; whoever succeeds starts the workflow. Null if
 * somebody else was first, or the order is finished.
 */
export async function followLostWorkflow(
  sql: Sql,
  orderId: string,
  from: number,
  now: string,
): Promise<OrderRow | null> {
  return inTransaction(sql, async (tx) => {
    const { order } = await lockOrder(tx, orderId);
    if (order.episode !== from || order.finishedAt) return null;
    const episode = await raiseEpisode(tx, order);
    await recordAudit(tx, {
      at: now,
      actor: 'system',
      action: 'order.resumed',
      subject: `order/${orderId}`,
      detail: { episode },
    });
    return { ...order, episode, startedAt: null, stuckSince: null };
  });
}

/** Claims orders whose workflow should have reported by now; the lease keeps other pollers away for a while. */
export async function claimOverdueOrders(
  db: Db,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<OrderRow[]> {
  return db<OrderRow[]>`
    update orders set claimed_until = now() + ${leaseMs} * interval '1 millisecond'
    where id in (select id from orders where finished_at is null and wake_by <= now()
                   and (claimed_until is null or claimed_until <= now())
                 order by wake_by limit ${limit} for update skip locked)
    returning ${orderColumns(db)}`;
}
