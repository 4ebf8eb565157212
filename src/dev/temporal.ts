import { Connection } from '@temporalio/client';
import { NtCustomerId, NtDueAt, NtStatus } from '../workflows/search-attributes.ts';
import { type Child, startChild, untilReady } from './child.ts';
import { freePort } from './ports.ts';

/** The search attributes, which must exist before a worker starts, with the CLI's names of their types. */
const searchAttributes = {
  [NtStatus.name]: 'Keyword',
  [NtCustomerId.name]: 'Keyword',
  [NtDueAt.name]: 'Datetime',
};

export type TemporalOptions = {
  /** The Temporal CLI's path. */
  cli: string;
  /** SQLite file that keeps the workflows; in memory if not given. */
  dbFile?: string;
  /** 0 or undefined: a free port. */
  port?: number;
  /** Without it there is no web UI. */
  uiPort?: number;
  log: (line: string) => void;
};

export type RunningTemporal = { address: string; uiUrl?: string; child: Child; stop: () => Promise<void> };

/** Starts a Temporal development server with the namespace `default` and the search attributes. */
export async function startTemporal({
  cli,
  dbFile,
  port,
  uiPort,
  log,
}: TemporalOptions): Promise<RunningTemporal> {
  const frontend = await freePort(port);
  const address = `127.0.0.1:${frontend}`;
  // In SQLite's default mode each write makes a full copy on disk: gigabytes within minutes.
  const storage = dbFile ? ['--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=wal'] : [];
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', `${uiPort}`];
  const attributes = Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const child = startChild({
    program: cli,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${frontend}`, '--log-level', 'warn'],
      ...storage,
      ...ui,
      ...attributes,
    ],
    stopSignal: 'SIGTERM',
    log,
  });
  await untilReady(child, 'the Temporal server', () => isReady(address), 60_000);
  const uiUrl = uiPort === undefined ? undefined : `http://localhost:${uiPort}`;
  return { address, ...(uiUrl ? { uiUrl } : {}), child, stop: child.stop };
}

async function isReady(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: 'default',
      });
      return Object.keys(searchAttributes).every((name) => name in (customAttributes ?? {}));
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
