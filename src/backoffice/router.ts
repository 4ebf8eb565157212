import cookieParser from 'cookie-parser';
import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { errorTable, NettermsError } from '../kernel/errors.ts';
import { accountChanges } from '../modules/banking/accounts.ts';
import type { Commands } from '../modules/commands/commands.ts';
import type { VatRegister } from '../modules/customers/vat-register.ts';
import type { Renderer } from '../modules/dunning/letters/render.ts';
import type { Documents } from '../modules/reports/documents/documents.ts';
import type { RevocationWorkflows } from '../modules/revocation/revocation-workflows.ts';
import { countOpenTasks } from '../modules/tasks/tables.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { outageOf } from '../platform/postgres/outage.ts';
import { assetsDir } from './assets.ts';
import { createCsrf } from './csrf.ts';
import { customerRoutes } from './customers.tsx';
import { letterRoutes } from './letters.tsx';
import { sendMessage, sendNeedLink } from './messages.tsx';
import { orderRoutes } from './orders.tsx';
import { visitorOf } from './page.tsx';
import { messages } from './pages/message.tsx';
import { remindRoutes } from './remind.tsx';
import { createCookies, identify } from './session.ts';
import { signInRoutes } from './sign-in.tsx';
import { statementRoutes } from './statements.ts';
import { taskRoutes } from './tasks.tsx';

export type AdminDeps = {
  sql: Sql;
  commands: Commands;
  vatRegister: VatRegister;
  documents: Documents;
  renderer: Renderer;
  revocationWorkflows: Pick<RevocationWorkflows, 'startSoon'>;
  now: () => string;
  /** Signs the CSRF tokens. */
  sessionSecret: string;
  /** Whether people reach the back office over https. */
  secureCookies: boolean;
  temporalUiUrl: string;
  /** Temporal's namespace, for the links to workflows. */
  namespace: string;
  log: { error(fields: object, message: string): void };
};

/**
 * The back office, to be mounted at `/admin`: pages rendered on the server, plain forms, no scripts. The app that
 * mounts it sets the Content-Security-Policy; `default-src 'self'` is enough.
 */
export function createAdmin(deps: AdminDeps): Router {
  const {
    sql,
    documents,
    renderer,
    commands,
    vatRegister,
    revocationWorkflows,
    now,
    sessionSecret,
    secureCookies,
    temporalUiUrl,
    namespace,
    log,
  } = deps;
  const cookies = createCookies({ secure: secureCookies });
  const router = Router();

  router.use('/assets', express.static(assetsDir, { index: false, maxAge: '1y', immutable: true }));
  router.use((_req, res, next) => {
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    next();
  });
  router.use(cookieParser(), express.urlencoded({ extended: false, limit: '32kb' }));
  router.use(identify({ sql, now, cookies, csrf: createCsrf(sessionSecret), refuse }));
  router.use(signInRoutes({ sql, now, cookies }));
  router.use((_req, res, next) => {
    if (visitorOf(res).userId === null) sendNeedLink(res);
    else next();
  });
  router.use(async (_req, res, next) => {
    const [openTasks, changes] = await Promise.all([countOpenTasks(sql), accountChanges(sql, now())]);
    res.locals.visitor = { ...visitorOf(res), openTasks, accountChanges: changes };
    next();
  });
  router.get('/', (_req, res) => res.redirect('/admin/orders'));
  const workflowUrl = (id: string) =>
    `${temporalUiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}`;
  router.use(
    orderRoutes({ sql, commands, now, workflowUrl }),
    customerRoutes({ sql, commands, vatRegister, revocationWorkflows, now }),
    letterRoutes({ sql, renderer, now }),
    remindRoutes({ sql, renderer, now }),
    taskRoutes({ sql, now }),
    statementRoutes({ sql, documents, now }),
  );
  router.use((_req, res) => sendMessage(res, 404, messages.notFound));

  const failed: ErrorRequestHandler = (error, _req, res, next) => {
    if (res.headersSent) return next(error);
    const status = error instanceof NettermsError ? errorTable[error.code][0] : Number(error.status);
    if (status === 404) return sendMessage(res, 404, messages.notFound);
    if (status >= 400 && status < 500) return sendMessage(res, status, messages.refused);
    log.error({ err: error }, 'a request to the back office failed');
    if (status === 503 || outageOf(error) !== null) return sendMessage(res, 503, messages.unavailable);
    sendMessage(res, 500, messages.failed);
  };
  router.use(failed);
  return router;
}

function refuse(req: Request, res: Response): void {
  if (visitorOf(res).userId === null && req.path !== '/sign-in') sendNeedLink(res);
  else sendMessage(res, 403, messages.refused);
}
