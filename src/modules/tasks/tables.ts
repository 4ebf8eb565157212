import { NettermsError } from '../../kernel/errors.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import {
  outcomesOf,
  type TaskDetail,
  type TaskKind,
  type TaskOutcome,
  type TaskState,
} from './rules/task.ts';

/** What waits, or has waited, for a person; the amount in minor units. */
export type TaskRow = {
  id: number;
  kind: TaskKind;
  /** Null: it is about the merchant. */
  customerId: string | null;
  /** The order may not exist: a refused order has no row. */
  orderId: string | null;
  amount: number | null;
  currency: string | null;
  note: string | null;
  /** As it was when the task was opened; it may contain e-mail addresses. */
  detail: TaskDetail;
  openedAt: string;
  openedBy: string;
  state: TaskState;
  outcome: TaskOutcome | null;
  closedAt: string | null;
  closedBy: string | null;
  reason: string | null;
};

type Opened = Pick<
  TaskRow,
  'kind' | 'customerId' | 'orderId' | 'amount' | 'currency' | 'note' | 'detail' | 'openedAt' | 'openedBy'
>;

const columns = (
  db: Db,
) => db`id, kind, customer_id, order_id, amount, currency, note, detail, opened_at, opened_by,
  state, outcome, closed_at, closed_by, reason`;

/** The open task of a kind on a customer, if there is one. */
export async function openTaskOf(db: Db, customerId: string, kind: TaskKind): Promise<TaskRow | null> {
  const [row] = await db<TaskRow[]>`
    select ${columns(db)} from tasks where customer_id = ${customerId} and kind = ${kind} and state = 'open'`;
  return row ?? null;
}

/** Null, and nothing is written, if a task of this kind is open already (openTask). */
export async function insertTask(tx: Tx, task: Opened): Promise<TaskRow | null> {
  const { kind, customerId, orderId, amount, currency, note, detail, openedAt, openedBy } = task;
  const [row] = await tx<TaskRow[]>`
    insert into tasks (kind, customer_id, order_id, amount, currency, note, detail, opened_at, opened_by)
    values (${kind}, ${customerId}, ${orderId}, ${amount}, ${currency}, ${note}, ${tx.json(detail as never)}, ${openedAt}, ${openedBy})
    on conflict do nothing returning ${columns(tx)}`;
  return row ?? null;
}

/** @throws NettermsError `task-not-found` */
export async function getTask(db: Db, id: number): Promise<TaskRow> {
  const [row] = await db<TaskRow[]>`select ${columns(db)} from tasks where id = ${id}`;
  return row ?? unknownTask(id);
}

type Place = { openedAt: string; taskId: number };

/** A page of tasks, the newest first, after `after` (the last one of the previous page). */
export async function listTasks(
  db: Db,
  {
    state,
    kind,
    customerId,
    orderId,
  }: { state?: TaskState; kind?: TaskKind; customerId?: string; orderId?: string },
  { after = null, limit }: { after?: Place | null; limit: number },
): Promise<TaskRow[]> {
  return db<TaskRow[]>`
    select ${columns(db)} from tasks
    where ${state === undefined ? db`true` : db`state = ${state}`}
      and ${kind === undefined ? db`true` : db`kind = ${kind}`}
      and ${customerId === undefined ? db`true` : db`customer_id = ${customerId}`}
      and ${orderId === undefined ? db`true` : db`order_id = ${orderId}`}
      and ${after === null ? db`true` : db`(opened_at, id) < (${after.openedAt}, ${after.taskId})`}
    order by opened_at desc, id desc limit ${limit}`;
}

export async function countOpenTasks(db: Db): Promise<number> {
  const [row] = await db<{ open: number }[]>`select count(*)::int as open from tasks where state = 'open'`;
  return row!.open;
}

/**
 * Records a person's decision on a task; audited. If the same actor repeats the same decision, nothing changes.
 * @throws NettermsError `task-not-found`; `task-closed` if it was closed differently or by somebody else;
 *   `outcome-not-possible` if a task of its kind is neither granted nor refused
 */
export async function decideTask(
  tx: Tx,
  id: number,
  { outcome, reason, actor, now }: { outcome: TaskOutcome; reason: string; actor: string; now: string },
): Promise<{ task: TaskRow; replayed: boolean }> {
  const [task] = await tx<TaskRow[]>`select ${columns(tx)} from tasks where id = ${id} for no key update`;
  if (!task) return unknownTask(id);
  if (task.state === 'done') {
    if (task.outcome === outcome && task.reason === reason && task.closedBy === actor)
      return { task, replayed: true };
    closedAlready(task);
  }
  if (!outcomesOf(task.kind).includes(outcome)) impossible(task, outcome);
  const [row] = await tx<TaskRow[]>`
    update tasks set state = 'done', outcome = ${outcome}, closed_at = ${now}, closed_by = ${actor}, reason = ${reason}
    where id = ${id} returning ${columns(tx)}`;
  await auditTask(tx, task, outcome, { at: now, actor, reason });
  return { task: row!, replayed: false };
}

/** Closes open tasks as `done`; returns them as they are now (closeTasks). */
export async function closeOpenTasks(
  tx: Tx,
  { kind, customerId, orderId }: { kind: TaskKind; customerId: string | null; orderId?: string | null },
  { reason, actor, now }: { reason: string; actor: string; now: string },
): Promise<TaskRow[]> {
  return tx<TaskRow[]>`
    update tasks set state = 'done', outcome = 'done', closed_at = ${now}, closed_by = ${actor}, reason = ${reason}
    where state = 'open' and kind = ${kind} and customer_id is not distinct from ${customerId}
      and ${orderId === undefined ? tx`true` : tx`order_id is not distinct from ${orderId}`}
    returning ${columns(tx)}`;
}

/** Notes in the audit trail what was done to a task. */
export async function auditTask(
  tx: Tx,
  { id, kind, customerId, orderId }: TaskRow,
  what: 'opened' | TaskOutcome,
  { at, actor, reason }: { at: string; actor: string; reason: string | null },
): Promise<void> {
  await recordAudit(tx, {
    ...{ at, actor, reason },
    action: `${kind}.${what}` as `${TaskKind}.done`,
    subject: customerId === null ? `task/${id}` : `customer/${customerId}`,
    detail: { taskId: id, ...(orderId === null || what !== 'opened' ? {} : { orderId }) },
  });
}

function impossible({ id, kind }: TaskRow, outcome: TaskOutcome): never {
  throw new NettermsError(
    'outcome-not-possible',
    `Task ${id} (${kind}) cannot be ${outcome}: close it as ${outcomesOf(kind).join(' or ')}.`,
  );
}

function closedAlready({ id, outcome, closedAt, closedBy, reason }: TaskRow): never {
  throw new NettermsError(
    'task-closed',
    `Task ${id} was closed as ${outcome} by ${closedBy} at ${closedAt}: change the customer instead.`,
    { outcome, closedAt, closedBy, reason },
  );
}

/** The number of a task in a URL. Throws `task-not-found` if the text is not a number. */
export function taskIdOf(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : unknownTask(text);
}

function unknownTask(id: number | string): never {
  throw new NettermsError('task-not-found', `There is no task ${id}.`);
}
