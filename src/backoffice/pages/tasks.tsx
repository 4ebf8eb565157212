import type { TaskKind, TaskOutcome, TaskState } from '../../modules/tasks/rules/task.ts';
import type { TaskRow } from '../../modules/tasks/tables.ts';
import type { Visitor } from '../page.tsx';
import { Layout } from './layout.tsx';
import { Amount, At, actorWords } from './values.tsx';

export type TasksPlace = { openedAt: string; taskId: number };

export const taskWords = {
  'terms-request': 'Asks for payment terms',
} as const satisfies Record<TaskKind, string>;

export const outcomeWords = {
  granted: 'Granted',
  refused: 'Refused',
  done: 'Done',
} as const satisfies Record<TaskOutcome, string>;

const views: readonly [TaskState, string][] = [
  ['open', 'Open'],
  ['done', 'Done'],
];

export function TasksPage({
  visitor,
  state,
  tasks,
  names,
  after,
  next,
  zone,
}: {
  visitor: Visitor;
  state: TaskState;
  tasks: readonly TaskRow[];
  names: ReadonlyMap<string, string>;
  after: TasksPlace | null;
  next: TasksPlace | null;
  zone: string;
}) {
  const first = `/admin/tasks?state=${state}`;
  return (
    <Layout title="Tasks" visitor={visitor} section="tasks">
      <h1>Tasks</h1>
      <nav class="tabs" aria-label="Tasks by state">
        {views.map(([view, label]) => (
          <a href={`/admin/tasks?state=${view}`} aria-current={view === state ? 'true' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {tasks.length === 0 ? (
        <p class="empty card">
          {state === 'open' ? 'Nothing waits for you.' : 'No task has been closed yet.'}
        </p>
      ) : (
        <div class="card flush">
          <table class="stacked">
            <caption class="unseen">Tasks</caption>
            <thead>
              <tr>
                <th scope="col">Task</th>
                <th scope="col">Customer</th>
                <th scope="col" class="number">
                  Order amount
                </th>
                <th scope="col">Since</th>
                {state === 'done' && <th scope="col">Outcome</th>}
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <Row task={task} name={names.get(task.customerId) ?? task.customerId} zone={zone} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(after !== null || next !== null) && (
        <nav class="pages" aria-label="Pages">
          {after !== null && <a href={first}>First page</a>}
          {next !== null && (
            <a href={`${first}&after=${encodeURIComponent(`${next.openedAt}~${next.taskId}`)}`} rel="next">
              Next page
            </a>
          )}
        </nav>
      )}
    </Layout>
  );
}

function Row({ task, name, zone }: { task: TaskRow; name: string; zone: string }) {
  const { id, kind, customerId, orderId, amount, currency, note, openedAt, outcome, closedAt, closedBy } =
    task;
  return (
    <tr>
      <th scope="row">
        <a href={`/admin/tasks/${id}`}>{`${taskWords[kind]} (${id})`}</a>
        {note !== null && <span class="id">{note}</span>}
      </th>
      <td data-label="Customer">
        <a href={`/admin/customers/${customerId}`}>{name}</a>
      </td>
      <td data-label="Order amount" class="number">
        {amount === null || currency === null ? 'not given' : <Amount money={{ amount, currency }} />}
        {orderId !== null && <span class="id">order {orderId}</span>}
      </td>
      <td data-label="Since">
        <At at={openedAt} zone={zone} />
      </td>
      {outcome !== null && closedAt !== null && (
        <td data-label="Outcome">
          {outcomeWords[outcome]}
          <span class="id">
            <At at={closedAt} zone={zone} /> by {actorWords(closedBy ?? 'system')}
          </span>
        </td>
      )}
    </tr>
  );
}
