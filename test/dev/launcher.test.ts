import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiClient } from '../../src/dev/api-client.ts';
import { projectDir } from '../../src/dev/paths.ts';
import type { DevJson } from '../../src/dev/state.ts';

let state: string;
let devFile: string;
let launcher: Launcher;

type Launcher = { process: ChildProcess; output: () => string };

function start(): Launcher {
  const child = spawn(process.execPath, [join(projectDir, 'scripts/start.mjs')], {
    env: { ...process.env, NETTERMS_STATE: state, npm_lifecycle_event: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  return { process: child, output: () => output };
}

async function untilReady({ process: child, output }: Launcher): Promise<DevJson> {
  while (!existsSync(devFile)) {
    if (child.exitCode !== null) throw new Error(output());
    await sleep(100);
  }
  return JSON.parse(readFileSync(devFile, 'utf8')) as DevJson;
}

async function stop({ process: child }: Launcher, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = await once(child, 'exit');
  return code;
}

const mailsOf = async ({ mailboxApi }: DevJson) =>
  (await (await fetch(mailboxApi!)).json()) as { to: { address: string }[] }[];

/** The processes that were started with this test's state, as `pid command line`. */
function left(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`NETTERMS_STATE=${state}\0`)) return [];
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
    } catch {
      return [];
    }
  });
}

// Each test has a system with its own data.
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'netterms-state-'));
  chmodSync(state, 0o777);
  devFile = join(state, 'dev.json');
  launcher = start();
  await untilReady(launcher);
}, 120_000);
afterEach(async () => {
  await stop(launcher, 'SIGKILL');
  rmSync(state, { recursive: true, force: true });
});

test('npm start is ready when dev.json is there, for its owner only, and the sample order sends mail', async () => {
  const dev = JSON.parse(readFileSync(devFile, 'utf8')) as DevJson;
  expect(statSync(devFile).mode & 0o077).toBe(0);
  // Root's PostgreSQL runs as another user, whose group may pass through.
  expect(statSync(state).mode & 0o777).toBe(process.getuid!() === 0 ? 0o710 : 0o700);
  expect(existsSync(join(state, 'postgres'))).toBe(true);
  if (process.getuid!() === 0) {
    const nobody = { uid: 65_534, gid: 65_534 };
    for (const name of ['logs', 'mail', 'temporal.db', 'secrets.json'])
      expect(spawnSync('cat', [join(state, name)], nobody).stderr.toString()).toContain('Permission denied');
  }
  for (const origin of [dev.api, dev.admin, dev.temporalUi, dev.mailbox!])
    expect(origin).toBe(new URL(origin).origin);
  const read = apiClient(dev.api, dev.keys.read);
  const { items } = await read<{ items: { orderId: string }[] }>('GET', '/orders');
  expect(items).toEqual([expect.objectContaining({ orderId: expect.stringMatching(/^sample-/) })]);

  while ((await mailsOf(dev)).length === 0) await sleep(100);
  expect((await mailsOf(dev))[0]!.to[0]!.address).toBe('contabilita@bellandi.example');

  const told = async () => (await (await fetch(`${dev.store}/orders.json`)).json()).items;
  while ((await told()).length === 0) await sleep(100);
  expect(await told()).toEqual([expect.objectContaining({ orderId: items[0]!.orderId, status: 'paid' })]);
});

test('a second start on the same data says so in one sentence and changes nothing', async () => {
  const second = start();
  const [code] = await once(second.process, 'exit');
  expect(code).toBe(1);
  expect(second.output()).toMatch(/^\s*Netterms already runs on this data \(process \d+\)/);
  expect(existsSync(devFile)).toBe(true);
});

test('a worker that dies is named, and nothing stays behind', async () => {
  const worker = left().find((line) => line.includes('src/worker.ts'))!;
  process.kill(Number.parseInt(worker, 10), 'SIGKILL');
  await once(launcher.process, 'exit');
  expect(launcher.process.exitCode).toBe(1);
  expect(launcher.output()).toContain('The worker ended unexpectedly (SIGKILL)');
  expect(left()).toEqual([]);
});

test("the next start finds yesterday's orders, mails and keys; Ctrl-C leaves no process", async () => {
  const before = await untilReady(launcher);
  while ((await mailsOf(before)).length === 0) await sleep(100);
  expect(await stop(launcher, 'SIGINT')).toBe(0);
  launcher = start();
  const dev = await untilReady(launcher);
  const read = apiClient(dev.api, dev.keys.read);
  const { items } = await read<{ items: unknown[] }>('GET', '/orders');
  expect(items).toHaveLength(2);
  expect((await mailsOf(dev)).length).toBeGreaterThan(0);

  const began = Date.now();
  expect(await stop(launcher, 'SIGINT')).toBe(0);
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(left()).toEqual([]);
  expect(existsSync(devFile)).toBe(false);
}, 120_000);
