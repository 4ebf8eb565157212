import type { TaskState } from '../../modules/tasks/rules/task.ts';
import type { TaskRow } from '../../modules/tasks/tables.ts';
import type { Visitor } from '../page.tsx';
import { Layout } from './layout.tsx';
import { outcomeWords, taskWords } from './task-words.ts';
import { Amount, At, actorWords } from './values.tsx';

export type TasksPlace = { openedAt: string; taskId: number };

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
                  Amount
                </th>
                <th scope="col">Since</th>
                {state === 'done' && <th scope="col">Outcome</th>}
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <Row task={task} names={names} zone={zone} />
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

function Row({ task, names, zone }: { task: TaskRow; names: ReadonlyMap<string, string>; zone: string }) {
  const { id, kind, customerId, orderId, amount, currency, note, openedAt, outcome, closedAt, closedBy } =
    task;
  return (
    <tr>
      <th scope="row">
        <a href={`/admin/tasks/${id}`}>{`${taskWords[kind].title} (${id})`}</a>
        {note !== null && <span class="id">{note}</span>}
      </th>
      <td data-label="Customer">
        {customerId === null ? (
          'none'
        ) : (
          <a href={`/admin/customers/${customerId}`}>{names.get(customerId) ?? customerId}</a>
        )}
      </td>
      <td data-label="Amount" class="number">
        {amount === null || currency === null ? 'not given' : <Amount money={{ amount, currency }} />}
        {orderId !== null && (
          <span class="id">
            order {kind === 'terms-request' ? orderId : <a href={`/admin/orders/${orderId}`}>{orderId}</a>}
          </span>
        )}
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
