import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import postgres from 'postgres';
import { type Child, startChild, untilReady } from './child.ts';
import { freePort } from './ports.ts';
import {
  getPostgresPrograms,
  isReachable,
  type PostgresPrograms,
  type PostgresUser,
  SHARED_DIR,
} from './postgres-programs.ts';
import type { Report } from './report.ts';
import { explainLines, SetupError } from './setup-error.ts';

export type PostgresOptions = {
  /** Kept between starts; created if missing. */
  dataDir: string;
  /** 0 or undefined: a free port. */
  port?: number;
  /** False trades durability in a crash for speed: for tests. */
  durable?: boolean;
  report: Report;
  log: (line: string) => void;
};

/** The file with the superuser's password, generated at the first start; PostgreSQL ignores unknown files. */
const PASSWORD = 'netterms.password';

export type RunningPostgres = { url: string; dataDir: string; child: Child; stop: () => Promise<void> };

/** Starts the embedded PostgreSQL on the loopback interface, with a superuser role and the database `netterms`. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const programs = await getPostgresPrograms(options.report);
  const dataDir = prepareHome(resolve(options.dataDir), programs, options.report);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(dataDir, programs, options);
  const password = readFileSync(join(dataDir, PASSWORD), 'utf8');

  const port = await freePort(options.port);
  const child = await startServer(dataDir, port, programs, options);
  const server = `postgres://netterms:${password}@127.0.0.1:${port}`;
  await createDatabase(`${server}/postgres`);
  return { url: `${server}/netterms`, dataDir, child, stop: child.stop };
}

/** The folder itself, or a folder under /var/lib that user `postgres` owns, if it cannot reach the first one. */
function prepareHome(wanted: string, { user }: PostgresPrograms, report: Report): string {
  const parent = dirname(wanted);
  mkdirSync(parent, { recursive: true });
  if (!user) return wanted;
  if ((statSync(parent).mode & 0o777) === 0o700) letThrough(parent, user);
  if (isReachable(parent, user)) return wanted;
  const dir = sharedDataDir(wanted);
  report(`user postgres cannot access ${parent}, so PostgreSQL keeps its data in ${dir}`);
  mkdirSync(dirname(dir), { recursive: true, mode: 0o755 });
  return dir;
}

/** Lets the user's group through a private folder; what is in it cannot be listed. */
function letThrough(dir: string, { gid }: PostgresUser): void {
  chownSync(dir, process.getuid!(), gid);
  chmodSync(dir, 0o710);
}

/** Where the data of `wanted` is kept if user `postgres` cannot reach that folder. */
export function sharedDataDir(wanted: string): string {
  const id = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  return join(SHARED_DIR, 'data', `${basename(wanted)}-${id}`);
}

/** Initialises a temporary folder and renames it at the end, so that an aborted start leaves no half-made cluster. */
async function initialise(
  dataDir: string,
  { initdb, user }: PostgresPrograms,
  { report, log }: PostgresOptions,
): Promise<void> {
  report('creating the database cluster (a second or two)');
  const temporary = `${dataDir}.new`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { mode: 0o700 });
  const passwordFile = `${temporary}.password`;
  writeFileSync(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  if (user) for (const path of [temporary, passwordFile]) chownSync(path, user.uid, user.gid);
  const child = startChild({
    program: initdb,
    args: [
      `--pgdata=${temporary}`,
      '--username=netterms',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-sync',
    ],
    as: user,
    cwd: '/',
    stopSignal: 'SIGTERM',
    log,
  });
  const { code } = await child.ended;
  if (code !== 0) {
    for (const path of [temporary, passwordFile]) rmSync(path, { recursive: true, force: true });
    throw new SetupError(`PostgreSQL's data could not be created in ${dataDir}: ${reason(child, dataDir)}`);
  }
  renameSync(passwordFile, join(temporary, PASSWORD));
  renameSync(temporary, dataDir);
}

async function startServer(
  dataDir: string,
  port: number,
  { postgres: program, user }: PostgresPrograms,
  { durable = true, log }: PostgresOptions,
): Promise<Child> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    lc_messages: 'C',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const deadline = Date.now() + 15_000;
  for (;;) {
    let ready = false;
    const child = startChild({
      program,
      args: [
        '-D',
        dataDir,
        '-p',
        `${port}`,
        ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      as: user,
      cwd: '/',
      stopSignal: 'SIGINT',
      log: (line) => {
        if (line.includes('ready to accept connections')) ready = true;
        log(line);
      },
    });
    try {
      await untilReady(child, 'PostgreSQL', async () => ready);
      return child;
    } catch {
      await child.stop();
      // A PostgreSQL that is still stopping (its launcher was killed) holds the data for a moment.
      const held = child.lastLines().some((line) => line.includes('postmaster.pid'));
      if (!held || Date.now() > deadline)
        throw new SetupError(`PostgreSQL did not start on ${dataDir}: ${reason(child, dataDir)}`);
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

function reason(child: Child, dataDir: string): string {
  const lines = child.lastLines().join('\n');
  if (/postmaster.pid/.test(lines)) return 'another PostgreSQL runs on the same data: stop it first.';
  if (/incompatible|initialized by PostgreSQL version/.test(lines))
    return `the data was written by another version of PostgreSQL: move ${dataDir} away to start with an empty database.`;
  return explainLines(child.lastLines());
}

async function createDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`select 1 from pg_database where datname = 'netterms'`;
    if (!found) await sql`create database netterms`;
  } finally {
    await sql.end();
  }
}
