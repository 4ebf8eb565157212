import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { StatementReader } from '../modules/banking/statement-reader.ts';
import type { Commands } from '../modules/commands/commands.ts';
import type { VatRegister } from '../modules/customers/vat-register.ts';
import type { Renderer } from '../modules/dunning/letters/render.ts';
import type { ImportWorkflows } from '../modules/imports/import-workflows.ts';
import type { OrderWorkflows } from '../modules/orders/order-workflows.ts';
import type { Documents } from '../modules/reports/documents/documents.ts';
import type { RevocationWorkflows } from '../modules/revocation/revocation-workflows.ts';
import type { Sql } from '../platform/postgres/client.ts';
import { authenticate } from './auth.ts';
import { type Endpoint, mount } from './endpoint.ts';
import { createUploads } from './files/uploads.ts';
import { isAlive } from './health.ts';
import { docsRoutes } from './openapi.ts';
import { createOperations, type Operations } from './operations.ts';
import { answerProblems, notFound } from './problems.ts';
import { logRequests } from './request-log.ts';
import { approvalEndpoints } from './routes/approvals.ts';
import { bankAccountEndpoints } from './routes/bank-accounts.ts';
import { bankFileEndpoints } from './routes/bank-files.ts';
import { bankLineEndpoints } from './routes/bank-lines.ts';
import { collectionEndpoints } from './routes/collections.ts';
import { correctionEndpoints } from './routes/corrections.ts';
import { creditEndpoints } from './routes/credit.ts';
import { creditGroupEndpoints } from './routes/credit-groups.ts';
import { customerEndpoints } from './routes/customers.ts';
import { declineEndpoints } from './routes/declines.ts';
import { disputeEndpoints } from './routes/disputes.ts';
import { eligibilityEndpoints } from './routes/eligibility.ts';
import { holdEndpoints } from './routes/holds.ts';
import { importEndpoints } from './routes/imports.ts';
import { interestEndpoints } from './routes/interest.ts';
import { invoiceEndpoints } from './routes/invoices.ts';
import { ledgerExportEndpoints } from './routes/ledger-export.ts';
import { letterEndpoints } from './routes/letters.ts';
import { mailEventEndpoints } from './routes/mail-events.ts';
import { orderCommandEndpoints } from './routes/order-commands.ts';
import { orderEndpoints } from './routes/orders.ts';
import { paymentEndpoints } from './routes/payments.ts';
import { policyEndpoints } from './routes/policies.ts';
import { previewEndpoints } from './routes/previews.ts';
import { promiseEndpoints } from './routes/promises.ts';
import { receiptsEnteredEndpoints } from './routes/receipts-entered.ts';
import { reminderModeEndpoints } from './routes/reminder-modes.ts';
import { reportEndpoints } from './routes/reports.ts';
import { revocationEndpoints } from './routes/revocations.ts';
import { simulationEndpoints } from './routes/simulation.ts';
import { statementEndpoints } from './routes/statements.ts';
import { taskEndpoints } from './routes/tasks.ts';
import { vatCheckEndpoints } from './routes/vat-checks.ts';

export type AppDeps = {
  sql: Sql;
  commands: Commands;
  orderWorkflows: Pick<OrderWorkflows, 'startSoon'>;
  importWorkflows: ImportWorkflows;
  revocationWorkflows: RevocationWorkflows;
  log: Logger;
  /** The current time, in ISO. */
  now: () => string;
  /** A store is notified by webhook. Otherwise the answer to the checkout says that the order is paid. */
  notifiesStore: boolean;
  vatRegister: VatRegister;
  statementReader: StatementReader;
  documents: Documents;
  renderer: Renderer;
  /** Resolves if Temporal answers. */
  reachTemporal: () => Promise<unknown>;
  /** The back office. */
  admin?: Router;
  /** Given if `/metrics` and `/readyz` are on a port of their own. */
  operations?: Operations;
};

/** All calls under `/v1`. */
export function endpointsOf(
  deps: Omit<AppDeps, 'log' | 'reachTemporal' | 'admin' | 'operations'>,
): Endpoint[] {
  const uploads = createUploads();
  return [
    ...customerEndpoints(deps),
    ...importEndpoints({ ...deps, uploads }),
    ...bankFileEndpoints({ ...deps, uploads }),
    ...bankAccountEndpoints(deps),
    ...bankLineEndpoints(deps),
    ...revocationEndpoints(deps),
    ...holdEndpoints(deps),
    ...promiseEndpoints(deps),
    ...disputeEndpoints(deps),
    ...reminderModeEndpoints(deps),
    ...letterEndpoints(deps),
    ...mailEventEndpoints(deps),
    ...correctionEndpoints(deps),
    ...approvalEndpoints(deps),
    ...creditEndpoints(deps),
    ...creditGroupEndpoints(deps),
    ...eligibilityEndpoints(deps),
    ...orderEndpoints(deps),
    ...orderCommandEndpoints(deps),
    ...paymentEndpoints(deps),
    ...receiptsEnteredEndpoints(deps),
    ...collectionEndpoints(deps),
    ...invoiceEndpoints(deps),
    ...policyEndpoints(deps),
    ...previewEndpoints(deps),
    ...interestEndpoints(deps),
    ...declineEndpoints(deps),
    ...simulationEndpoints(deps),
    ...statementEndpoints(deps),
    ...reportEndpoints(deps),
    ...ledgerExportEndpoints(deps),
    ...taskEndpoints(deps),
    ...vatCheckEndpoints(deps),
  ];
}

/** The HTTP application. It does not listen on a port yet. */
export function createApp(deps: AppDeps): Express {
  const { log, now, admin } = deps;
  const endpoints = endpointsOf(deps);
  const { measure, routes } = deps.operations ?? createOperations(deps);
  const app = express();
  app.disable('etag');

  app.use(logRequests(log), measure);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          objectSrc: ["'none'"],
        },
      },
    }),
  );
  app.get('/healthz', isAlive);
  if (!deps.operations) app.use(routes);
  if (admin) app.use('/admin', admin);
  app.use(docsRoutes(endpoints));
  app.get('/', (_req, res) => res.redirect('/docs'));

  app.use('/v1', authenticate(deps), (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  app.use('/v1', mount(endpoints, now));
  app.use(notFound);
  app.use(answerProblems(log));
  return app;
}
