import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { projectDir } from '../../src/dev/paths.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'netterms-state-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

type Ended = { code: number; output: string };

/** Runs a script of the project as npm does, with this test's own state. */
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const given = { PATH: process.env.PATH, HOME: process.env.HOME, NETTERMS_STATE: state, ...env };
    execFile(process.execPath, [...args], { cwd: projectDir, env: given }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
/** When a process started, as the lock file says. */
const startOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
};
const reconcile = (env?: NodeJS.ProcessEnv) => run(['scripts/run.mjs', 'src/cli/reconcile.ts'], env);

test('a command says what to start if nothing runs', async () => {
  const { code, output } = await reconcile();
  expect(output).toMatch(/^Netterms is not running here: start it with `npm start`[^\n]*\n$/);
  expect(code).toBe(1);
});

test('what cannot be reached or is not set is named in a sentence, without a stack trace', async () => {
  const away = { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c', SMTP_URL: 'smtp://localhost' };
  const { code, output } = await reconcile(away);
  expect(output).toMatch(/^PostgreSQL cannot be reached \(ECONNREFUSED\)\. [^\n]*npm start[^\n]*\n$/);
  expect(code).toBe(1);
  const empty = await reconcile({ ...away, DATABASE_URL: inject('databaseUrl') });
  expect(empty.output).toMatch(/^The tables of Netterms are missing or outdated[^\n]*\n$/);
  const wrong = await reconcile({ DATABASE_URL: 'nonsense' });
  expect(wrong.output).toContain('DATABASE_URL');
  expect(wrong.output).not.toMatch(/\n\s+at /);
});

test('reset deletes what npm start keeps, and refuses while npm start runs', async () => {
  mkdirSync(join(state, 'mail'));
  writeFileSync(join(state, 'secrets.json'), '{}');
  writeFileSync(join(state, 'launcher.lock'), `${process.pid} ${startOf(process.pid)}`);
  const refused = await run(['scripts/reset.mjs']);
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Netterms already runs') });
  expect(readdirSync(state)).toContain('secrets.json');
  rmSync(join(state, 'launcher.lock'));
  expect(await run(['scripts/reset.mjs'])).toMatchObject({ code: 0, output: expect.stringContaining(state) });
  expect(() => readdirSync(state)).toThrow('ENOENT');
});
