import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { findCustomer } from '../modules/customers/tables.ts';
import { namesOf } from '../modules/customers/views.ts';
import { applicantOfOne, momentOf } from '../modules/eligibility/applicants.ts';
import { closeTask } from '../modules/eligibility/close-task.ts';
import { findDecline } from '../modules/eligibility/tables.ts';
import { activePolicies, merchantZone } from '../modules/settings/tables.ts';
import type { TaskOutcome } from '../modules/tasks/rules/task.ts';
import { getTask, listTasks, taskIdOf } from '../modules/tasks/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { type Failure, formStateOf, refusalOf } from './failure.ts';
import { readForm, reasonField } from './forms.ts';
import { actorOf, sendPage, visitorOf } from './page.tsx';
import type { FormState } from './pages/fields.tsx';
import { type TaskAction, TaskPage, taskActions } from './pages/task.tsx';
import { TasksPage, type TasksPlace } from './pages/tasks.tsx';

const PAGE = 50;

/** The list of tasks, and the page of one task with the possible decisions. */
export function taskRoutes({ sql, now }: { sql: Sql; now: () => string }): Router {
  const router = Router();

  router.get('/tasks', async (req, res) => {
    const state = req.query.state === 'done' ? 'done' : 'open';
    const after = placeOf(req.query.after);
    const [found, zone] = await Promise.all([
      listTasks(sql, { state }, { after, limit: PAGE + 1 }),
      merchantZone(sql),
    ]);
    const tasks = found.slice(0, PAGE);
    const ids = tasks.flatMap(({ customerId }) => customerId ?? []);
    const names = await namesOf(sql, ids);
    const last = found.length > PAGE ? tasks.at(-1)! : null;
    const next = last && { openedAt: last.openedAt, taskId: last.id };
    const page = { state, tasks, names, after, next, zone } as const;
    sendPage(res, <TasksPage visitor={visitorOf(res)} {...page} />);
  });

  router.get('/tasks/:taskId', (req, res) => showTask(req, res, null));

  for (const [action, outcome] of Object.entries(taskActions) as [TaskAction, TaskOutcome][]) {
    router.post(`/tasks/:taskId/${action}`, async (req, res) => {
      const id = idOf(req);
      const form = readForm(z.object({ reason: reasonField }), req.body);
      if (!form.ok) return refuse(req, res, action, form);
      const by = { reason: form.value.reason, actor: actorOf(res), now: now() };
      try {
        await closeTask(sql, id, { outcome, ...by });
      } catch (error) {
        return refuse(req, res, action, refusalOf(error, req.body));
      }
      res.redirect(303, `/admin/tasks/${id}?done=yes`);
    });
  }

  const refuse = (req: Request, res: Response, action: TaskAction, failure: Failure): Promise<void> =>
    showTask(req, res, formStateOf(action, failure), failure.status ?? 422);

  async function showTask(req: Request, res: Response, form: FormState | null, status = 200): Promise<void> {
    const task = await getTask(sql, idOf(req));
    const { customerId, orderId } = task;
    const isRefusal = customerId !== null && orderId !== null && task.kind === 'terms-request';
    const [customer, { settings }, decline] = await Promise.all([
      customerId === null ? null : findCustomer(sql, customerId),
      activePolicies(sql),
      isRefusal ? findDecline(sql, { customerId, orderId }) : null,
    ]);
    const zone = settings.body.timeZone;
    const moment = momentOf(settings.body, now());
    const privilege = customer && (await applicantOfOne(sql, customer, [], moment)).privilege;
    const done = form === null && task.state === 'done' && req.query.done === 'yes';
    const { checks } = task.detail;
    const others = decline && JSON.stringify(decline.checks) !== JSON.stringify(checks) ? decline : null;
    const customerName = customer?.name ?? null;
    const page = { task, customerName, privilege, decline: others, done, form, zone };
    sendPage(res, <TaskPage visitor={visitorOf(res)} {...page} />, status);
  }

  return router;
}

const idOf = (req: Request): number => taskIdOf(String(req.params.taskId));

/** The last task of the previous page, from the address; null is the start. */
function placeOf(given: unknown): TasksPlace | null {
  const [, openedAt, taskId] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~(\d{1,15})$/.exec(typeof given === 'string' ? given : '') ??
    [];
  return openedAt === undefined || Number.isNaN(Date.parse(openedAt))
    ? null
    : { openedAt, taskId: Number(taskId) };
}
