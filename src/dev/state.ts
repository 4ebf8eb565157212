import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { projectDir } from './paths.ts';
import { SetupError } from './setup-error.ts';

/** Where data is kept between starts: databases, mails, logs, secrets. NETTERMS_STATE sets another folder. */
export const stateDir = resolve(process.env.NETTERMS_STATE || join(projectDir, '.netterms'));
const lockFile = join(stateDir, 'launcher.lock');
const secretsFile = join(stateDir, 'secrets.json');
const devFile = join(stateDir, 'dev.json');
/** The environment of the API and the worker, for commands that a user runs in parallel (scripts/run.mjs). */
const envFile = join(stateDir, 'dev.env');

/** A start writes tens of megabytes (database files, write-ahead logs); less free space counts as a full disk. */
const NEEDED_MB = 256;

export type KeyName = 'storefront' | 'accounting' | 'read' | 'admin';

/** The content of `.netterms/dev.json` while the system runs: origins without a path, and the keys. */
export type DevJson = {
  api: string;
  admin: string;
  temporalUi: string;
  /** Null if SMTP_URL was given: then there is no mailbox. */
  mailbox: string | null;
  /** Lists all mails as JSON. */
  mailboxApi: string | null;
  database: string;
  /** The sample store; null if STORE_WEBHOOK_URL was given. */
  store: string | null;
  keys: Record<KeyName, string>;
};

/**
 * Opens the state folder exclusively for this process; `close` releases it. It is private: it holds keys, and what the
 * sample customers owe.
 */
export function openState(): { close: () => void } {
  mkdirSync(stateDir, { recursive: true });
  const { bavail, bsize } = statfsSync(stateDir);
  const freeMb = Math.floor((bavail * bsize) / 1e6);
  if (freeMb < NEEDED_MB)
    throw new SetupError(
      `The disk is full: ${freeMb} MB are free at ${stateDir}, and ${NEEDED_MB} MB are needed. Free some space.`,
    );
  takeLock();
  chmodSync(stateDir, 0o700);
  for (const stale of [devFile, envFile]) rmSync(stale, { force: true });
  mkdirSync(join(stateDir, 'logs'), { recursive: true });
  return {
    close: () => {
      for (const path of [devFile, envFile, lockFile]) rmSync(path, { force: true });
    },
  };
}

/** The lock contains a process id and when that process began: a later process with the same id must not match. */
function takeLock(): void {
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lockFile, mine, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid, start] = readFileSync(lockFile, 'utf8').split(' ');
    if (isAlive(Number(pid)) && startOf(Number(pid)) === start)
      throw new SetupError(
        `Netterms already runs on this data (process ${pid}): stop it first, or start a second one from another clone.`,
      );
    rmSync(lockFile, { force: true });
  }
  throw new SetupError(
    `Another start is in progress on this data (${lockFile}): wait until it has finished.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Clock ticks from boot to the start of the process, from /proc; "?" if that is not available. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '?';
  } catch {
    return '?';
  }
}

export type Secrets = {
  sessionSecret: string;
  webhookSecret: string;
  /** The API keys of earlier starts; the database may no longer contain them. */
  keys: Partial<Record<KeyName, string>>;
};

export function readSecrets(): Secrets {
  if (existsSync(secretsFile)) return JSON.parse(readFileSync(secretsFile, 'utf8')) as Secrets;
  const secrets = {
    sessionSecret: randomBytes(32).toString('base64url'),
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    keys: {},
  };
  writeSecrets(secrets);
  return secrets;
}

export const writeSecrets = (secrets: Secrets): void => writePrivately(secretsFile, asJson(secrets));

/** Announces that everything is ready: `dev.json` is written last. */
export function writeDevFiles(dev: DevJson, env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  writePrivately(envFile, lines.join(''));
  writePrivately(devFile, asJson(dev));
}

/** The running system's addresses and keys. */
export function readDevJson(): DevJson {
  if (!existsSync(devFile))
    throw new SetupError('Netterms is not running here: run `npm start` in another terminal.');
  return JSON.parse(readFileSync(devFile, 'utf8')) as DevJson;
}

/** Writes a file atomically, readable only by its owner. */
function writePrivately(path: string, content: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

const asJson = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;
