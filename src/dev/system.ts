import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { createApiKey, findApiKey } from '../modules/access/api-keys.ts';
import { createSignInLink } from '../modules/access/sessions.ts';
import { connect } from '../platform/postgres/client.ts';
import { migrate } from '../platform/postgres/migrate.ts';
import { wakeAll } from '../registry.ts';
import { apiClient } from './api-client.ts';
import { untilReady } from './child.ts';
import { startEntry } from './entry.ts';
import type { Lifecycle } from './lifecycle.ts';
import { logPath, openLog } from './logs.ts';
import { startMailbox } from './mailbox.ts';
import { freePort, isFree } from './ports.ts';
import { startPostgres } from './postgres.ts';
import type { Report } from './report.ts';
import { placeSampleOrder, seedSampleData } from './sample-data.ts';
import { startSampleStore } from './sample-store.ts';
import { explain, SetupError } from './setup-error.ts';
import { type DevJson, type KeyName, readSecrets, stateDir, writeSecrets } from './state.ts';
import { startTemporal } from './temporal.ts';
import { getTemporalCli } from './temporal-cli.ts';
import { setOtherDataAside } from './temporal-data.ts';

/** The running system, complete when all steps are done. */
export type Running = {
  dev: DevJson;
  /** The environment variables of the API and the worker. */
  env: Record<string, string>;
  signInLink: string;
  /** Null if the sample company's credit is used up. */
  sampleOrder: string | null;
  /** Notes for the user: ports that were in use, folders that were moved. */
  notes: string[];
};

type Step = { title: string; work: (report: Report) => Promise<void> };

/** The default ports; a port that is in use is replaced by a free one. */
const ports = {
  api: 3000,
  temporal: 7233,
  ui: 8233,
  smtp: 1025,
  mailbox: 1080,
  postgres: 54329,
  store: 3100,
};

const keyNames: readonly KeyName[] = ['storefront', 'accounting', 'read', 'admin'];

/** The steps that start the system, in order; they fill `running`. */
export function startSystem(running: Partial<Running>, lifecycle: Lifecycle): Step[] {
  const env = process.env;
  const notes: string[] = [];
  const secrets = readSecrets();
  const parts = {
    databaseUrl: env.DATABASE_URL ?? '',
    smtpUrl: env.SMTP_URL ?? '',
    mailbox: null as { webUrl: string; apiUrl: string } | null,
    temporalUi: env.TEMPORAL_UI_URL ?? 'http://localhost:8233',
    temporalEnv: {} as Record<string, string>,
    storeUrl: null as string | null,
    storeEnv: {} as Record<string, string>,
    api: '',
    keys: {} as Record<KeyName, string>,
    cli: '',
    /** Where the data of another Temporal version was moved; null if there was no such data. */
    setAside: null as string | null,
  };

  /** The default port, or a free one with a note about it. */
  const portFor = async (name: string, wanted: number): Promise<number> => {
    const port = await freePort(wanted);
    if (port !== wanted) notes.push(`Port ${wanted} is in use: ${name} is on ${port}.`);
    return port;
  };

  const temporalGiven = Boolean(env.TEMPORAL_ADDRESS || env.TEMPORAL_PROFILE || env.TEMPORAL_CONFIG_FILE);
  const steps: Step[] = [];

  if (!temporalGiven)
    steps.push({
      title: 'Temporal CLI',
      work: async (report) => {
        parts.cli = await getTemporalCli(report);
        report(parts.cli);
      },
    });

  steps.push({
    title: 'PostgreSQL',
    work: async (report) => {
      if (env.DATABASE_URL) {
        await checkDatabase(env.DATABASE_URL);
        return report('the one of DATABASE_URL');
      }
      const database = await startPostgres({
        dataDir: join(stateDir, 'postgres'),
        port: await portFor('PostgreSQL', ports.postgres),
        report,
        log: openLog('postgres'),
      });
      lifecycle.guard('PostgreSQL', database.child, `Its log: ${logPath('postgres')}`);
      if (!database.dataDir.startsWith(stateDir))
        notes.push(`User postgres cannot access this folder: PostgreSQL's data is in ${database.dataDir}.`);
      parts.databaseUrl = database.url;
    },
  });

  steps.push({
    title: 'Temporal server and web UI',
    work: async (report) => {
      if (temporalGiven) {
        await checkTemporal();
        return report(`the one of ${env.TEMPORAL_ADDRESS ?? 'the configuration given'}`);
      }
      const dbFile = join(stateDir, 'temporal.db');
      parts.setAside = await setOtherDataAside(parts.cli, dbFile);
      if (parts.setAside)
        notes.push(
          `Temporal's data was written by another version of its server and was set aside (${parts.setAside}); ` +
            'the workflows of all open orders have been started again from PostgreSQL.',
        );
      const temporal = await startTemporal({
        cli: parts.cli,
        dbFile,
        port: await portFor('Temporal', ports.temporal),
        uiPort: await portFor("Temporal's web UI", ports.ui),
        log: openLog('temporal'),
      });
      lifecycle.guard('The Temporal server', temporal.child, `Its log: ${logPath('temporal')}`);
      parts.temporalUi = temporal.uiUrl!;
      parts.temporalEnv = {
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: 'default',
        TEMPORAL_CONFIG_FILE: emptyTemporalConfig(),
      };
    },
  });

  steps.push({
    title: 'Mailbox',
    work: async (report) => {
      if (env.SMTP_URL) return report('none: mails go to SMTP_URL');
      const mailbox = await startMailbox({
        smtpPort: await portFor('SMTP', ports.smtp),
        webPort: await portFor('the mailbox', ports.mailbox),
        directory: join(stateDir, 'mail'),
        log: openLog('mailbox'),
      });
      lifecycle.guard('The mailbox', mailbox.child, `Its log: ${logPath('mailbox')}`);
      parts.smtpUrl = mailbox.smtpUrl;
      parts.mailbox = mailbox;
    },
  });

  steps.push({
    title: 'Database schema',
    work: async (report) => {
      const applied = await migrate(parts.databaseUrl).catch((error: Error) => {
        if (!/was changed after it was applied|does not know/.test(error.message)) throw error;
        throw new SetupError(
          `The data here is from another development version (${error.message}). No version has been released yet, so ` +
            'it cannot be migrated: delete it with `npm run reset`, then run `npm start` again.',
          error,
        );
      });
      report(applied.length > 0 ? applied.join(', ') : 'up to date');
      if (!parts.setAside) return;
      const sql = connect(parts.databaseUrl, { max: 1 });
      await wakeAll(sql).finally(() => sql.end());
    },
  });

  steps.push({
    title: 'Sample store',
    work: async (report) => {
      if (env.STORE_WEBHOOK_URL) return report('none: the store is at STORE_WEBHOOK_URL');
      const port = await portFor('the sample store', ports.store);
      const store = await startSampleStore({ port, secret: secrets.webhookSecret });
      lifecycle.onStop('The sample store', store.stop);
      parts.storeUrl = store.url;
      parts.storeEnv = {
        STORE_WEBHOOK_URL: store.webhookUrl,
        STORE_WEBHOOK_SECRET: secrets.webhookSecret,
        STORE_WEBHOOK_ALLOW_PRIVATE: 'true',
      };
    },
  });

  steps.push({
    title: 'API, back office and worker',
    work: async (report) => {
      if (env.PORT && !(await isFree(Number(env.PORT))))
        throw new SetupError(
          `Port ${env.PORT} (PORT) is in use by another program: stop it, or set PORT to another one.`,
        );
      const port = env.PORT ? Number(env.PORT) : await portFor('the API', ports.api);
      parts.api = `http://localhost:${port}`;
      running.env = {
        ...parts.temporalEnv,
        ...parts.storeEnv,
        DATABASE_URL: parts.databaseUrl,
        SMTP_URL: parts.smtpUrl,
        PORT: `${port}`,
        PUBLIC_URL: env.PUBLIC_URL || parts.api,
        TEMPORAL_UI_URL: parts.temporalUi,
        SESSION_SECRET: env.SESSION_SECRET || secrets.sessionSecret,
      };
      const processEnv = {
        ...(temporalGiven ? env : withoutTemporal(env)),
        ...running.env,
        // Whether the API is ready is asked at its own port.
        OPERATIONS_PORT: '',
      };
      report('starting (a few seconds)');
      const worker = startEntry('worker', { env: processEnv, log: openLog('worker') });
      lifecycle.guard('The worker', worker.child, `Its log: ${logPath('worker')}`);
      const server = startEntry('server', { env: processEnv, log: openLog('server') });
      lifecycle.guard('The API', server.child, `Its log: ${logPath('server')}`);
      await untilReady(server.child, 'The API', () => isReady(parts.api), 60_000);
      await untilReady(worker.child, 'The worker', async () => worker.isReady(), 60_000);
    },
  });

  steps.push({
    title: 'Keys, sample merchant, sample order',
    work: async (report) => {
      const sql = connect(parts.databaseUrl, { max: 1 });
      try {
        const now = new Date().toISOString();
        for (const name of keyNames) {
          const known = secrets.keys[name];
          const valid = known !== undefined && (await findApiKey(sql, known, now)) !== null;
          parts.keys[name] = valid
            ? known
            : (await createApiKey(sql, { name: `${name} (npm start)`, scopes: [name] }, now)).key;
        }
        writeSecrets({ ...secrets, keys: parts.keys });
        const token = await createSignInLink(sql, { userId: 'admin' }, now);
        running.signInLink = `${env.PUBLIC_URL || parts.api}/admin/sign-in?token=${token}`;
      } finally {
        await sql.end();
      }
      report('seeding six companies');
      await seedSampleData(apiClient(parts.api, parts.keys.admin));
      running.sampleOrder = await placeSampleOrder(apiClient(parts.api, parts.keys.storefront), new Date());
      running.notes = notes;
      running.dev = {
        api: parts.api,
        admin: parts.api,
        temporalUi: parts.temporalUi.replace(/\/$/, ''),
        mailbox: parts.mailbox?.webUrl ?? null,
        mailboxApi: parts.mailbox?.apiUrl ?? null,
        database: parts.databaseUrl,
        store: parts.storeUrl,
        keys: parts.keys,
      };
    },
  });
  return steps;
}

/** Replaces the user's own configuration file, which is for other servers. Without a profile envconfig fails. */
function emptyTemporalConfig(): string {
  const path = join(stateDir, 'temporal.toml');
  writeFileSync(path, '[profile.default]\n');
  return path;
}

/** Settings that the user keeps for other Temporal servers must not reach the embedded one. */
function withoutTemporal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function isReady(api: string): Promise<boolean> {
  try {
    return (await fetch(`${api}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function checkDatabase(url: string): Promise<void> {
  const sql = connect(url, { max: 1 });
  try {
    await sql`select 1`;
  } catch (error) {
    throw new SetupError(`PostgreSQL at DATABASE_URL cannot be reached: ${explain(error)}`, error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function checkTemporal(): Promise<void> {
  const { connectionOptions } = loadClientConnectConfig();
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: 5_000 });
    await connection.close();
  } catch (error) {
    throw new SetupError(
      `The Temporal server at ${connectionOptions.address} cannot be reached: ${explain(error)}`,
      error,
    );
  }
}
