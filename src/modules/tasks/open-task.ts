import type { Tx } from '../../platform/postgres/client.ts';
import type { MerchantTaskKind, TaskDetail, TaskKind } from './rules/task.ts';
import { auditTask, insertTask, type TaskRow } from './tables.ts';

/** A task to be opened; the amount in minor units. Only the merchant's own tasks have no customer. */
export type NewTask = (
  | { readonly kind: TaskKind; readonly customerId: string; readonly orderId: string | null }
  | { readonly kind: MerchantTaskKind; readonly customerId: null; readonly orderId: null }
) & {
  readonly amount?: number | null;
  readonly currency?: string | null;
  readonly note?: string | null;
  readonly detail?: TaskDetail;
  readonly openedAt: string;
  readonly openedBy: string;
};

/**
 * Opens a task; audited. Null, and nothing is written, if a task of this kind is open already for this customer and
 * order (a request for terms: for this customer). Needs no lock: of two that open it at once, one gets null.
 */
export async function openTask(tx: Tx, task: NewTask): Promise<TaskRow | null> {
  const row = await insertTask(tx, { amount: null, currency: null, note: null, detail: {}, ...task });
  if (row === null) return null;
  await auditTask(tx, row, 'opened', { at: row.openedAt, actor: row.openedBy, reason: row.note });
  return row;
}
