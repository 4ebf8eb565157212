import { NettermsError } from '../../kernel/errors.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import type { Check } from '../eligibility/rules/check.ts';
import type { TaskKind, TaskOutcome, TaskState } from './rules/task.ts';

/** What waits, or has waited, for a person's decision; the amount in minor units. */
export type TaskRow = {
  id: number;
  kind: TaskKind;
  customerId: string;
  /** The order may not exist: a refused order has no row. */
  orderId: string | null;
  amount: number | null;
  currency: string | null;
  note: string | null;
  /** As they were when the task was opened. */
  checks: readonly Check[];
  openedAt: string;
  openedBy: string;
  state: TaskState;
  outcome: TaskOutcome | null;
  closedAt: string | null;
  closedBy: string | null;
  reason: string | null;
};

export type NewTask = Pick<
  TaskRow,
  'kind' | 'customerId' | 'orderId' | 'amount' | 'currency' | 'note' | 'checks' | 'openedAt' | 'openedBy'
>;

const columns = (
  db: Db,
) => db`id, kind, customer_id, order_id, amount, currency, note, checks, opened_at, opened_by,
  state, outcome, closed_at, closed_by, reason`;

/** The open task of a kind on a customer, if there is one. */
export async function openTaskOf(db: Db, customerId: string, kind: TaskKind): Promise<TaskRow | null> {
  const [row] = await db<TaskRow[]>`
    select ${columns(db)} from tasks where customer_id = ${customerId} and kind = ${kind} and state = 'open'`;
  return row ?? null;
}

/** Opens a task, under the customer's lock. */
export async function insertTask(tx: Tx, task: NewTask): Promise<TaskRow> {
  const { kind, customerId, orderId, amount, currency, note, checks, openedAt, openedBy } = task;
  const [row] = await tx<TaskRow[]>`
    insert into tasks (kind, customer_id, order_id, amount, currency, note, checks, opened_at, opened_by)
    values (${kind}, ${customerId}, ${orderId}, ${amount}, ${currency}, ${note}, ${tx.json(checks as never)}, ${openedAt}, ${openedBy})
    returning ${columns(tx)}`;
  await recordAudit(tx, {
    at: openedAt,
    actor: openedBy,
    action: `${kind}.opened`,
    subject: `customer/${customerId}`,
    reason: note,
    detail: { taskId: row!.id, ...(orderId === null ? {} : { orderId }) },
  });
  return row!;
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
  { state, kind, customerId }: { state?: TaskState; kind?: TaskKind; customerId?: string },
  { after = null, limit }: { after?: Place | null; limit: number },
): Promise<TaskRow[]> {
  return db<TaskRow[]>`
    select ${columns(db)} from tasks
    where ${state === undefined ? db`true` : db`state = ${state}`}
      and ${kind === undefined ? db`true` : db`kind = ${kind}`}
      and ${customerId === undefined ? db`true` : db`customer_id = ${customerId}`}
      and ${after === null ? db`true` : db`(opened_at, id) < (${after.openedAt}, ${after.taskId})`}
    order by opened_at desc, id desc limit ${limit}`;
}

export async function countOpenTasks(db: Db): Promise<number> {
  const [row] = await db<{ open: number }[]>`select count(*)::int as open from tasks where state = 'open'`;
  return row!.open;
}

/**
 * Records a person's decision on a task; audited. Needs the customer's lock. If the same actor repeats the same
 * decision, nothing changes.
 * @throws NettermsError `task-not-found`; `task-closed` if it was closed differently or by somebody else
 */
export async function decideTask(
  tx: Tx,
  id: number,
  { outcome, reason, actor, now }: { outcome: TaskOutcome; reason: string; actor: string; now: string },
): Promise<{ task: TaskRow; replayed: boolean }> {
  const task = await getTask(tx, id);
  if (task.state === 'done') {
    if (task.outcome === outcome && task.reason === reason && task.closedBy === actor)
      return { task, replayed: true };
    closedAlready(task);
  }
  const [row] = await tx<TaskRow[]>`
    update tasks set state = 'done', outcome = ${outcome}, closed_at = ${now}, closed_by = ${actor}, reason = ${reason}
    where id = ${id} returning ${columns(tx)}`;
  await recordAudit(tx, {
    at: now,
    actor,
    action: `${task.kind}.${outcome}`,
    subject: `customer/${task.customerId}`,
    reason,
    detail: { taskId: id },
  });
  return { task: row!, replayed: false };
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
