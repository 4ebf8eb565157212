import { inTransaction, type Sql } from '../../platform/postgres/client.ts';
import { lockCustomer } from '../customers/tables.ts';
import { merchantToday } from '../settings/tables.ts';
import type { TaskOutcome } from '../tasks/rules/task.ts';
import { decideTask, getTask, type TaskRow } from '../tasks/tables.ts';
import { decidePrivilege } from './set-privilege.ts';

/**
 * Closes a task; if a request for terms is `granted`, the customer gets them in the same transaction. If the same actor
 * repeats the same decision, nothing changes.
 * @throws NettermsError `task-not-found`; `task-closed` if it was closed differently or by somebody else;
 *   `outcome-not-possible`
 */
export async function closeTask(
  sql: Sql,
  id: number,
  decision: { outcome: TaskOutcome; reason: string; actor: string; now: string },
): Promise<{ task: TaskRow; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    const { customerId } = await getTask(tx, id);
    if (customerId !== null) await lockCustomer(tx, customerId);
    const decided = await decideTask(tx, id, decision);
    const { outcome, reason, actor, now } = decision;
    if (!decided.replayed && customerId !== null && outcome === 'granted') {
      const today = await merchantToday(tx, now);
      await decidePrivilege(tx, customerId, { privilege: 'granted', reason, actor, now }, today);
    }
    return decided;
  });
}
