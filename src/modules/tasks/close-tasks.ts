import type { Tx } from '../../platform/postgres/client.ts';
import type { TaskKind } from './rules/task.ts';
import { auditTask, closeOpenTasks, type TaskRow } from './tables.ts';

/**
 * Closes the open tasks of a kind because their cause went away by itself; audited. A repeated call finds none.
 * @param customerId null: the merchant's
 * @param orderId of this order alone, null: of none; if not given, of all orders and of none
 * @returns the tasks that it closed
 */
export async function closeTasks(
  tx: Tx,
  {
    reason,
    now,
    actor = 'system',
    ...of
  }: {
    readonly kind: TaskKind;
    readonly customerId: string | null;
    readonly orderId?: string | null;
    readonly outcome: 'done';
    readonly reason: string;
    readonly now: string;
    readonly actor?: string;
  },
): Promise<TaskRow[]> {
  const closed = await closeOpenTasks(tx, of, { reason, actor, now });
  for (const task of closed) await auditTask(tx, task, 'done', { at: now, actor, reason });
  return closed;
}
