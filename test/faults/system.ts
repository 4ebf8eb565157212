import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../src/dev/child.ts';
import { startEntry } from '../../src/dev/entry.ts';
import { isFree } from '../../src/dev/ports.ts';
import { startPostgres } from '../../src/dev/postgres.ts';
import { startTemporal } from '../../src/dev/temporal.ts';
import { getTemporalCli } from '../../src/dev/temporal-cli.ts';
import { tsx } from '../../src/dev/tsx.ts';
import { createApiKey } from '../../src/modules/access/api-keys.ts';
import { connect, type Sql } from '../../src/platform/postgres/client.ts';
import { migrate } from '../../src/platform/postgres/migrate.ts';
import { environment, webhookSecret } from '../support/environment.ts';
import { eventually } from '../support/eventually.ts';
import { makeWorkflowBundle } from '../support/workflow-bundle.ts';
import { type Ending, type Part, supervise } from './part.ts';

export type System = Awaited<ReturnType<typeof startSystem>>;

/**
 * The whole system in processes of its own, each of which is started again when it ends: a durable PostgreSQL, Temporal
 * on a file, an SMTP server and a store that keep what they acknowledge, the API and two workers.
 * @param databaseFolder holds PostgreSQL's data; `folder` all the rest
 */
export async function startSystem({
  folder,
  databaseFolder,
  prepare,
  report,
}: {
  folder: string;
  databaseFolder: string;
  /** Fills the empty database before the API and the workers start. */
  prepare: (sql: Sql) => Promise<void>;
  report: (line: string) => void;
}) {
  const parts: Part[] = [];
  const endings: Ending[] = [];
  const logTo = (name: string) => {
    const file = createWriteStream(join(folder, `${name.replace(' ', '-')}.log`), { flags: 'a' });
    return (line: string) => file.write(`${line}\n`);
  };
  const run = async (name: string, start: Parameters<typeof supervise>[1]): Promise<Part> => {
    const part = await supervise(name, start, (ending) => endings.push(ending));
    parts.push(part);
    return part;
  };
  const stop = async () => {
    for (const part of parts.toReversed()) await part.stop();
  };

  try {
    const [postgresPort, temporalPort, smtpPort, storePort, port] = await lastingPorts(5);
    await mkdir(databaseFolder, { recursive: true });
    let databaseUrl = '';
    const postgres = await run('PostgreSQL', async () => {
      const dataDir = join(databaseFolder, 'postgres');
      const log = logTo('postgresql');
      const { child, url } = await startPostgres({ dataDir, port: postgresPort, report, log });
      databaseUrl = url;
      return { child, isReady: () => true };
    });
    await migrate(databaseUrl);
    const sql = connect(databaseUrl, { max: 4 });
    await prepare(sql);
    const { key } = await createApiKey(sql, { name: 'faults', scopes: ['admin'] }, new Date().toISOString());

    const cli = await getTemporalCli(report);
    let temporalAddress = '';
    const temporal = await run('Temporal', async () => {
      const dbFile = join(folder, 'temporal.db');
      const { child, address } = await startTemporal({
        cli,
        dbFile,
        port: temporalPort,
        log: logTo('temporal'),
      });
      temporalAddress = address;
      return { child, isReady: () => true };
    });

    /** A process of `processes/`, which keeps a journal. */
    const runHelper = (name: string, file: string, ...args: string[]) =>
      run(name, async () => {
        let ready = false;
        const log = logTo(file);
        const child = startChild({
          program: process.execPath,
          args: [...tsx, fileURLToPath(new URL(`processes/${file}.ts`, import.meta.url)), ...args],
          stopSignal: 'SIGTERM',
          log: (line) => {
            ready ||= line === 'ready';
            log(line);
          },
        });
        return { child, isReady: () => ready };
      });
    const journals = { mails: join(folder, 'mails.jsonl'), webhooks: join(folder, 'webhooks.jsonl') };
    const smtp = await runHelper('SMTP server', 'smtp-server', `${smtpPort}`, journals.mails);
    const store = await runHelper('store', 'store', `${storePort}`, journals.webhooks, webhookSecret);

    const env = {
      ...environment({
        databaseUrl,
        temporalAddress,
        smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
        storeUrl: `http://127.0.0.1:${storePort}/webhooks`,
        port: port!,
      }),
      WORKFLOW_BUNDLE: await makeWorkflowBundle(folder),
    };
    const api = await run('API', async () => startEntry('server', { env, log: logTo('api') }));
    const clock = fileURLToPath(new URL('../support/jumping-clock.mjs', import.meta.url));
    const runWorker = (name: string) =>
      run(name, async () => startEntry('worker', { env, node: ['--import', clock], log: logTo(name) }));
    const workers = [await runWorker('worker 1'), await runWorker('worker 2')] as const;
    await eventually('all parts are ready', () => parts.every((part) => part.isReady()), 90_000);

    return {
      ...{ postgres, temporal, smtp, store, api, workers },
      url: `http://127.0.0.1:${port}`,
      ...{ key, sql, temporalAddress, journals },
      /** All parts. */
      parts,
      /** Processes that have ended by themselves. */
      endings,
      async stop() {
        await sql.end({ timeout: 5 });
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ports that a connection does not take by chance while their server is down: below the range for these. */
async function lastingPorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}
