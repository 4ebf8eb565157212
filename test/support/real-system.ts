import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Child, untilReady } from '../../src/dev/child.ts';
import { startEntry } from '../../src/dev/entry.ts';
import { freePort } from '../../src/dev/ports.ts';
import { type RunningTemporal, startTemporal } from '../../src/dev/temporal.ts';
import { getTemporalCli } from '../../src/dev/temporal-cli.ts';
import { createApiKey } from '../../src/modules/access/api-keys.ts';
import { reconcile } from '../../src/modules/overview/reconcile.ts';
import { createTemporalClient } from '../../src/platform/temporal/client.ts';
import { freshDatabase } from './database.ts';
import { environment, webhookSecret } from './environment.ts';
import { startPostOffice } from './post-office.ts';
import { startStore } from './store-receiver.ts';

const quiet = () => {};

// biome-ignore lint/suspicious/noExplicitAny: the tests read what the API answers, whatever it is
export type Answer = { status: number; headers: Headers; body: any };

/**
 * The real system, in separate processes: PostgreSQL, Temporal, SMTP, a store, the server and the worker.
 * @param workerImport a file that the worker's process loads first
 */
export async function startRealSystem({ workerImport }: { workerImport?: URL } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'netterms-e2e-'));
  const cli = await getTemporalCli(quiet);
  const temporalPort = await freePort();
  const [database, postOffice, store, port] = await Promise.all([
    freshDatabase(),
    startPostOffice(),
    startStore(webhookSecret),
    freePort(),
  ]);
  const startTemporalHere = () =>
    startTemporal({ cli, dbFile: join(folder, 'temporal.db'), port: temporalPort, log: quiet });
  let temporal: RunningTemporal = await startTemporalHere();
  const { client, close } = createTemporalClient({ address: temporal.address, namespace: 'default' });
  const { key } = await createApiKey(
    database.sql,
    { name: 'tests', scopes: ['admin'] },
    new Date().toISOString(),
  );

  const env = {
    ...environment({
      databaseUrl: database.url,
      temporalAddress: temporal.address,
      smtpUrl: postOffice.url,
      storeUrl: store.url,
      port,
    }),
    MAIL_FROM: 'Forniture Bianchi <terms@forniture-bianchi.example>',
    WORKFLOW_BUNDLE: inject('workflowBundle'),
  };
  const url = `http://127.0.0.1:${port}`;
  const start = async (name: 'server' | 'worker', node: readonly string[] = []) => {
    const { child, isReady } = startEntry(name, { env, node });
    await untilReady(child, `the ${name}`, async () => isReady());
    return child;
  };
  const startWorker = () => start('worker', workerImport ? ['--import', workerImport.href] : []);
  let server = await start('server');
  let worker = await startWorker();

  return {
    sql: database.sql,
    client,
    postOffice,
    store,
    url,

    /** Calls the API; a body makes it a POST. A connection that breaks is an answer with status 0. */
    async call(
      path: string,
      body?: unknown,
      { method = body === undefined ? 'GET' : 'POST', headers = {} as Record<string, string> } = {},
    ): Promise<Answer> {
      try {
        const response = await fetch(`${url}/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, headers: response.headers, body: await response.json() };
      } catch {
        return { status: 0, headers: new Headers(), body: null };
      }
    },
    /** Sends a file to the API; a connection that breaks is an answer with status 0. */
    async sendFile(path: string, type: string, content: string): Promise<Answer> {
      try {
        const response = await fetch(`${url}/v1${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': type },
          body: content,
        });
        return { status: response.status, headers: response.headers, body: await response.json() };
      } catch {
        return { status: 0, headers: new Headers(), body: null };
      }
    },
    reconcile: () => reconcile(database.sql, client, new Date(Date.now() + 120_000).toISOString()),
    stopTemporal: () => temporal.stop(),
    async startTemporal() {
      temporal = await startTemporalHere();
    },
    async killWorker() {
      worker.process.kill('SIGKILL');
      await worker.ended;
    },
    async startWorker() {
      worker = await startWorker();
    },
    /** A further worker, which the caller stops. */
    startAnotherWorker: startWorker,
    /** The worker's process. */
    worker: (): Child => worker,
    async killServer() {
      server.process.kill('SIGKILL');
      await server.ended;
    },
    async startServer() {
      server = await start('server');
    },
    async stop() {
      await Promise.all([server.stop(), worker.stop()]);
      await Promise.all([close(), temporal.stop(), postOffice.stop(), store.stop()]);
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type RealSystem = Awaited<ReturnType<typeof startRealSystem>>;
