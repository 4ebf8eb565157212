import type { TaskState } from '../../modules/tasks/rules/task.ts';
import type { TaskRow } from '../../modules/tasks/tables.ts';
import type { Visitor } from '../page.tsx';
import { Layout } from './layout.tsx';
import { Pages, Tabs } from './list-navigation.tsx';
import { Table } from './table.tsx';
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
      <Tabs
        label="Tasks by state"
        tabs={views.map(([view, label]) => ({
          ...{ label, url: `/admin/tasks?state=${view}`, isShown: view === state },
        }))}
      />
      {tasks.length === 0 ? (
        <p class="empty card">
          {state === 'open' ? 'Nothing waits for you.' : 'No task has been closed yet.'}
        </p>
      ) : (
        <div class="card flush">
          <Table
            caption="Tasks"
            columns={['Task', 'Customer', { number: 'Amount' }, 'Since', state === 'done' && 'Outcome']}
          >
            {tasks.map((task) => (
              <Row task={task} names={names} zone={zone} />
            ))}
          </Table>
        </div>
      )}
      <Pages
        first={after && first}
        next={next && `${first}&after=${encodeURIComponent(`${next.openedAt}~${next.taskId}`)}`}
      />
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
