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

/** What survives from start to start: databases, mails, logs, secrets. NETTERMS_STATE puts it elsewhere. */
export const stateDir = resolve(process.env.NETTERMS_STATE || join(projectDir, '.netterms'));
const lockFile = join(stateDir, 'launcher.lock');
const secretsFile = join(stateDir, 'secrets.json');
const devFile = join(stateDir, 'dev.json');
/** The environment of the API and the worker, for commands that a user runs beside them (scripts/run.mjs). */
const envFile = join(stateDir, 'dev.env');

/** A start writes tens of megabytes (the database's files, the write-ahead logs); less than this is a full disk. */
const NEEDED_MB = 256;

export type KeyName = 'storefront' | 'accounting' | 'read' | 'admin';

/** What others find in `.netterms/dev.json` while the system runs: origins without a path, and the keys. */
export type DevJson = {
  api: string;
  admin: string;
  temporalUi: string;
  /** Null where SMTP_URL was given: there is no mailbox then. */
  mailbox: string | null;
  /** Lists all mails as JSON. */
  mailboxApi: string | null;
  database: string;
  /** The sample store; null where STORE_WEBHOOK_URL was given. */
  store: string | null;
  keys: Record<KeyName, string>;
};

/** Opens the state's folder for this process alone; `close` gives it free again. */
export function openState(): { close: () => void } {
  mkdirSync(stateDir, { recursive: true });
  const { bavail, bsize } = statfsSync(stateDir);
  const freeMb = Math.floor((bavail * bsize) / 1e6);
  if (freeMb < NEEDED_MB)
    throw new SetupError(
      `The disk is full: ${freeMb} MB are free at ${stateDir}, and ${NEEDED_MB} MB are needed. Free some space.`,
    );
  takeLock();
  for (const stale of [devFile, envFile]) rmSync(stale, { force: true });
  mkdirSync(join(stateDir, 'logs'), { recursive: true });
  return {
    close: () => {
      for (const path of [devFile, envFile, lockFile]) rmSync(path, { force: true });
    },
  };
}

/** The lock names a process and when it began, so that another that got its number later is not taken for it. */
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
        `Netterms runs already on this data (process ${pid}): stop it first, or start a second one from another clone.`,
      );
    rmSync(lockFile, { force: true });
  }
  throw new SetupError(`Another start is under way on this data (${lockFile}).`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Clock ticks from boot to the process's start, where /proc tells them. */
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
  /** The API keys of yesterday; the database may have forgotten them. */
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

/** Says that all is ready: `dev.json` is written last. */
export function writeDevFiles(dev: DevJson, env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  writePrivately(envFile, lines.join(''));
  writePrivately(devFile, asJson(dev));
}

/** The running system's addresses and keys. */
export function readDevJson(): DevJson {
  if (!existsSync(devFile))
    throw new SetupError('Netterms does not run here: `npm start` in another terminal.');
  return JSON.parse(readFileSync(devFile, 'utf8')) as DevJson;
}

/** At once and whole, and for its owner's eyes only. */
function writePrivately(path: string, content: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

const asJson = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;
