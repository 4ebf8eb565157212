import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { readConfig } from '../src/config.ts';
import { type Child, untilReady } from '../src/dev/child.ts';
import { startEntry } from '../src/dev/entry.ts';
import { projectDir } from '../src/dev/paths.ts';
import { freePort } from '../src/dev/ports.ts';
import { startPostgres } from '../src/dev/postgres.ts';
import { startTemporal } from '../src/dev/temporal.ts';
import { getTemporalCli } from '../src/dev/temporal-cli.ts';
import { createApiKey } from '../src/modules/access/api-keys.ts';
import { connect, type Sql } from '../src/platform/postgres/client.ts';
import { migrate } from '../src/platform/postgres/migrate.ts';
import { createTemporalClient } from '../src/platform/temporal/client.ts';
import { environment } from '../test/support/environment.ts';
import { type Helper, startHelper } from './helper.ts';
import { until, untilIdle } from './measure.ts';
import { openMerchant } from './merchant.ts';
import type { Driver } from './processes/driver.ts';
import type { Sinks } from './processes/sinks.ts';

export const resultsDir = join(projectDir, 'bench', 'results');

/** The configuration's default; the bare worker of the comparison uses the same value. */
export const MAX_CACHED_WORKFLOWS = readConfig({
  DATABASE_URL: 'postgres://nowhere',
  SMTP_URL: 'smtp://nowhere',
}).maxCachedWorkflows;
/** More than can be reached here: the limit protects the merchant's mail server, and is not what we measure. */
export const MAX_MAILS_PER_SECOND = 10_000;

export type World = {
  sql: Sql;
  databaseUrl: string;
  client: Client;
  temporalAddress: string;
  smtpUrl: string;
  /** A separate database on the same server for checkouts without HTTP, so that no poller starts their workflows. */
  directDatabaseUrl: string;
  api: { url: string; key: string };
  sinks: Helper<Sinks>;
  http: Helper<Driver<'http'>>;
  workerPid(): number;
  serverPid: number;
  /** For how long the event loops of the server and the worker were held at most since the last call, in ms. */
  loopDelays(): Promise<{ server: number; worker: number }>;
  /** Starts a new worker, which has no workflow in its cache. */
  renewWorker(settings: { maxCachedWorkflows: number }): Promise<void>;
  /** Waits until every order is asleep: workflow running, store notified, mails sent, worker idle. */
  untilAsleep(): Promise<void>;
  /** Rejects if a server ends by itself. */
  broken: Promise<never>;
  stop(): Promise<void>;
};

/**
 * Starts a fresh system in separate processes on this machine: PostgreSQL and Temporal on files, with their usual
 * durability. Mail and store notifications go to sinks. The server and the worker run as in development.
 * @param profile writes CPU profiles of the server and the worker into the results' folder when they stop
 */
export async function startWorld({ profile }: { profile: boolean }): Promise<World> {
  const stops: (() => Promise<unknown> | unknown)[] = [];
  let stopping = false;
  let stopped: Promise<void> | null = null;
  const undoAll = async () => {
    stopping = true;
    for (const undo of stops.reverse()) await undo();
  };
  const stop = () => {
    stopped ??= undoAll();
    return stopped;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(130)));
  let breaks: (error: Error) => void;
  const broken = new Promise<never>((_, reject) => {
    breaks = reject;
  });
  broken.catch(() => {});
  const guard = (name: string, child: Child) => {
    void child.ended.then(() => {
      if (!stopping && !replaced.has(child))
        breaks(new Error(`${name} ended unexpectedly: ${child.lastLines().slice(-5).join(' · ')}`));
    });
  };
  const replaced = new Set<Child>();

  try {
    const report = (line: string) => console.log(`  ${line}`);
    mkdirSync(resultsDir, { recursive: true });
    const folder = mkdtempSync(join(resultsDir, 'data-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));

    const database = await startPostgres({ dataDir: join(folder, 'postgres'), report, log: quiet });
    stops.push(() => rmSync(database.dataDir, { recursive: true, force: true }), database.stop);
    guard('PostgreSQL', database.child);
    const sql = connect(database.url, { max: 4 });
    stops.push(() => sql.end({ timeout: 5 }));
    await sql`create database direct`;
    const directDatabaseUrl = database.url.replace(/netterms$/, 'direct');
    for (const url of [database.url, directDatabaseUrl]) {
      await migrate(url);
      const here = connect(url, { max: 1 });
      await openMerchant(here);
      await here.end();
    }

    const cli = await getTemporalCli(report);
    const temporal = await startTemporal({ cli, dbFile: join(folder, 'temporal.db'), log: quiet });
    stops.push(temporal.stop);
    guard('Temporal', temporal.child);
    const { client, close } = createTemporalClient({ address: temporal.address, namespace: 'default' });
    stops.push(close);

    const sinks = await startHelper<Sinks>('sinks');
    stops.push(sinks.stop);
    const { smtpUrl, storeUrl } = await sinks.call('listen');

    const now = new Date().toISOString();
    const { key } = await createApiKey(sql, { name: 'bench', scopes: ['storefront', 'accounting'] }, now);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = {
      ...environment({
        databaseUrl: database.url,
        temporalAddress: temporal.address,
        smtpUrl,
        storeUrl,
        port,
      }),
      NODE_ENV: 'production',
      MAX_MAILS_PER_SECOND: `${MAX_MAILS_PER_SECOND}`,
      MAX_CACHED_WORKFLOWS: `${MAX_CACHED_WORKFLOWS}`,
    };
    const profiling = profile
      ? ['--cpu-prof', '--cpu-prof-interval', '5000', '--cpu-prof-dir', join(resultsDir, 'profiles')]
      : [];
    const start = (name: 'server' | 'worker', node: readonly string[], settings: NodeJS.ProcessEnv = {}) => {
      const loopDelayMs: number[] = [];
      const entry = startEntry(name, {
        env: { ...env, ...settings },
        node: [...profiling, '--import', processFile('loop-delay.mjs'), ...node],
        stopWithinMs: 20_000,
        log: (line) => {
          if (line.startsWith('{"loopDelayMs"')) loopDelayMs.push(JSON.parse(line).loopDelayMs);
        },
      });
      guard(`the ${name}`, entry.child);
      return { ...entry, loopDelayMs };
    };

    let worker: ReturnType<typeof start>;
    const startWorker = async (settings?: NodeJS.ProcessEnv) => {
      const garbage = processFile('collect-garbage.mjs');
      worker = start('worker', ['--expose-gc', '--import', garbage], settings);
      await untilReady(worker.child, 'the worker', async () => worker.isReady(), 60_000);
    };
    stops.push(() => worker?.child.stop());
    await startWorker();
    const server = start('server', []);
    stops.push(server.child.stop);
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await untilReady(server.child, 'the server', isReady, 60_000);
    const http = await startHelper<Driver<'http'>>('driver', 'http', url, key);
    stops.push(http.stop);

    return {
      sql,
      databaseUrl: database.url,
      client,
      temporalAddress: temporal.address,
      smtpUrl,
      directDatabaseUrl,
      api: { url, key },
      sinks,
      http,
      serverPid: server.child.process.pid!,
      workerPid: () => worker.child.process.pid!,
      async loopDelays() {
        const ask = async ({ child, loopDelayMs }: typeof server) => {
          child.process.kill('SIGPIPE');
          await until('a process to tell its delays', async () => loopDelayMs.length > 0);
          return loopDelayMs.splice(0).at(-1)!;
        };
        const [ofServer, ofWorker] = await Promise.all([ask(server), ask(worker)]);
        return { server: ofServer, worker: ofWorker };
      },
      async renewWorker(settings) {
        replaced.add(worker.child);
        await worker.child.stop();
        await startWorker({ MAX_CACHED_WORKFLOWS: `${settings.maxCachedWorkflows}` });
      },
      async untilAsleep() {
        await until('every order to be asleep', async () => {
          const [row] = await sql<{ awake: number }[]>`
            select count(*) as awake from orders where finished_at is null and (started_at is null or paid_in_store <> 'marked'
              or not exists (select 1 from mails where order_id = orders.id and kind = 'confirmation' and state = 'sent'))`;
          return row!.awake === 0;
        });
        await untilIdle(worker.child.process.pid!);
      },
      broken,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const quiet = () => {};
const processFile = (name: string): string => fileURLToPath(new URL(`./processes/${name}`, import.meta.url));
