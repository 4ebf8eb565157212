import { z } from 'zod';
import type { ApiKey } from '../../modules/access/api-keys.ts';
import { closeTask } from '../../modules/eligibility/close-task.ts';
import { requestTerms } from '../../modules/eligibility/request-terms.ts';
import { getTask, listTasks, type TaskRow, taskIdOf } from '../../modules/tasks/tables.ts';
import type { Sql } from '../../platform/postgres/client.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { checksFor } from '../eligibility-views.ts';
import { type Endpoint, endpoint, replayedHeader } from '../endpoint.ts';
import { externalId, instant, limit, ofCustomer, optionalParameter, page } from '../schemas/fields.ts';
import { newTermsRequest, type TaskView, task, taskClosing, taskKind, taskState } from '../schemas/task.ts';

const tag = 'Tasks';

/** What waits for a person. */
export function taskEndpoints({ sql }: { sql: Sql }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/customers/{customerId}/terms-requests',
      operationId: 'requestTerms',
      tag,
      summary: 'Ask an admin for payment terms, after a refusal; a customer has one open request',
      tryOut: { parameters: { customerId: 'ceramiche-lunara' } },
      scopes: ['storefront'],
      body: newTermsRequest,
      answer: task,
      statuses: { 201: 'waits for an admin' },
      handle: async ({ params: { customerId }, body, key, actor, now }) => {
        const { orderId = null, amount = null, note = null } = body;
        const asked = { orderId, amount, note };
        const done = await requestTerms(sql, customerId, asked, { now, actor });
        return {
          status: 201,
          body: viewFor(key, done.task),
          headers: { Location: `/v1/tasks/${done.task.id}`, ...replayedHeader(done.replayed) },
        };
      },
    }),
    endpoint({
      method: 'get',
      path: '/tasks',
      operationId: 'listTasks',
      tag,
      summary: 'List tasks, the newest first',
      scopes: ['read'],
      query: z.strictObject({
        state: optionalParameter(taskState, 'Only tasks in this state.'),
        kind: optionalParameter(taskKind, 'Only tasks of this kind.'),
        customerId: ofCustomer,
        orderId: optionalParameter(externalId, 'Only tasks about this order.'),
        limit,
        cursor: readCursor(z.strictObject({ openedAt: instant, taskId: z.int() })),
      }),
      answer: page(task),
      handle: async ({ query: { limit, cursor, ...filter }, key }) => {
        const rows = await listTasks(sql, filter, { after: cursor, limit: limit + 1 });
        const { items, nextCursor } = pageOf(rows, limit, ({ openedAt, id }) => ({ openedAt, taskId: id }));
        return { body: { items: items.map((row) => viewFor(key, row)), nextCursor } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/tasks/{taskId}',
      operationId: 'readTask',
      tag,
      summary: 'Read a task',
      tryOut: { after: ['requestTerms'] },
      scopes: ['read'],
      answer: task,
      handle: async ({ params: { taskId }, key }) => ({
        body: viewFor(key, await getTask(sql, taskIdOf(taskId))),
      }),
    }),
    endpoint({
      method: 'post',
      path: '/tasks/{taskId}/close',
      operationId: 'closeTask',
      tag,
      summary: 'Close a task with its outcome',
      tryOut: { after: ['requestTerms'] },
      scopes: ['admin'],
      body: taskClosing,
      answer: task,
      handle: async ({ params: { taskId }, body, key, actor, now }) => {
        const done = await closeTask(sql, taskIdOf(taskId), { ...body, actor, now });
        return { body: viewFor(key, done.task), headers: replayedHeader(done.replayed) };
      },
    }),
  ];
}

function viewFor(key: ApiKey, { id, amount, currency, detail, ...row }: TaskRow): TaskView {
  const { checks = [], ...more } = detail;
  return {
    taskId: id,
    ...row,
    amount: amount === null || currency === null ? null : { amount, currency },
    checks: checksFor(key, checks),
    detail: more,
  };
}
