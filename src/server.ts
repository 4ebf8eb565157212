import { once } from 'node:events';
import type { Server } from 'node:http';
import { pino } from 'pino';
import { createApp } from './api/app.ts';
import { createOperations, createOperationsApp } from './api/operations.ts';
import { createAdmin } from './backoffice/router.ts';
import { readConfig } from './config.ts';
import { createStatementReader } from './modules/banking/statement-reader.ts';
import { createVies } from './modules/customers/vies.ts';
import { createRenderer } from './modules/dunning/letters/render.ts';
import { createImportWorkflows } from './modules/imports/import-workflows.ts';
import { createOrderWorkflows } from './modules/orders/order-workflows.ts';
import { createDocuments } from './modules/reports/documents/documents.ts';
import { createRevocationWorkflows } from './modules/revocation/revocation-workflows.ts';
import { redact } from './platform/log.ts';
import { connect } from './platform/postgres/client.ts';
import { pending } from './platform/postgres/migrate.ts';
import { createTemporalClient, quickly } from './platform/temporal/client.ts';
import { commandsFor } from './registry.ts';

/** How long calls in progress may still take when the process is asked to stop, in ms. */
const LAST_CALLS_MS = 10_000;
/** How long a connection may be silent, in ms, before it is closed: longer than any call takes. */
const SILENT_MS = 120_000;

async function serve(): Promise<void> {
  const config = readConfig();
  const { host, port, sessionSecret, publicUrl, temporalUiUrl } = config;
  if (sessionSecret === null)
    throw new Error('SESSION_SECRET is missing: set it to a random text of at least 32 characters.');
  const log = pino({
    level: config.logLevel,
    base: { process: 'server' },
    redact,
  });

  const sql = connect(config.databaseUrl, {
    max: 20,
    waitMs: 5_000,
    statementTimeoutMs: 30_000,
    idleTransactionTimeoutMs: 15_000,
    watched: true,
  });
  const missing = await pending(sql).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The database cannot be used: ${error.message || error.code}`, { cause: error });
  });
  if (missing.length > 0)
    throw new Error(
      `The schema lacks ${missing.map(({ name }) => name).join(', ')}: run the migrations first.`,
    );

  const { client } = createTemporalClient();
  const orderWorkflows = createOrderWorkflows({ sql, client, log });
  const importWorkflows = createImportWorkflows({ client, log });
  const revocationWorkflows = createRevocationWorkflows({ client, log });
  const notifiesStore = config.store !== null;
  const commands = commandsFor({ sql, orderWorkflows, notifiesStore });
  const now = () => new Date().toISOString();
  const vatRegister = createVies({ url: config.viesUrl });
  const documents = createDocuments();
  const renderer = await createRenderer();
  const admin = createAdmin({
    sql,
    documents,
    renderer,
    commands,
    vatRegister,
    revocationWorkflows,
    now,
    sessionSecret,
    secureCookies: publicUrl.startsWith('https:'),
    temporalUiUrl,
    namespace: client.options.namespace,
    log,
  });
  const reachTemporal = () => quickly(client, () => client.workflowService.getSystemInfo({}));
  const operations = config.operations && createOperations({ sql, reachTemporal });
  const app = createApp({
    ...(operations && { operations }),
    sql,
    commands,
    orderWorkflows,
    importWorkflows,
    revocationWorkflows,
    vatRegister,
    statementReader: createStatementReader(),
    documents,
    renderer,
    log,
    now,
    notifiesStore,
    reachTemporal,
    admin,
  });

  const servers = [app.listen(port, host)];
  if (operations) servers.push(createOperationsApp(operations).listen(config.operations));
  for (const server of servers) server.timeout = SILENT_MS;
  await Promise.all(servers.map((server) => once(server, 'listening')));
  log.info({ host, port, operations: config.operations }, 'server ready');

  const stopped = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await stopped;
  await Promise.all(servers.map(finishCalls));
  // Temporal's connection ends with the process: closing it during a retried call would throw.
  await sql.end({ timeout: 5 });
}

/** Accepts no new connections, waits for the calls in progress, and closes the remaining connections. */
async function finishCalls(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const impatience = setTimeout(() => server.closeAllConnections(), LAST_CALLS_MS);
  await closed;
  clearTimeout(impatience);
}

function explain(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use by another program: stop it, or set PORT or OPERATIONS_PORT to another one.`;
  if (code === 'EACCES')
    return `This user may not use port ${port}: set PORT or OPERATIONS_PORT to another one.`;
  return message || code || String(error);
}

try {
  await serve();
  process.exit(0);
} catch (error) {
  console.error(`The server did not start. ${explain(error)}`);
  process.exit(1);
}
