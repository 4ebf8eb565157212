import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startPostgres } from '../../src/dev/postgres.ts';
import { connect } from '../../src/platform/postgres/client.ts';
import { migrate } from '../../src/platform/postgres/migrate.ts';
import { eventually } from '../support/eventually.ts';
import { processesOf, signal } from '../support/postgres-processes.ts';
import { operationsOf, requestOf } from './documented.ts';
import { openApi } from './harness.ts';

/** The API with a PostgreSQL of its own, with which it is connected as the server is. */
async function openOnItsOwn() {
  const folder = mkdtempSync(join(tmpdir(), 'netterms-frozen-'));
  const server = await startPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    report: () => {},
    log: () => {},
  });
  await migrate(server.url);
  const sql = connect(server.url, { max: 20, waitMs: 5_000, watched: true });
  const api = await openApi({ database: { sql, drop: () => sql.end({ timeout: 1 }) } });
  onTestFinished(async () => {
    signal(processesOf(server), 'SIGCONT');
    await api.close();
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return { api, server };
}

it('PostgreSQL is frozen: every call of the API is answered within five seconds, also one that waits for its order', async () => {
  const { api, server } = await openOnItsOwn();
  await api.place('waits');
  const operations = await operationsOf(api);
  const extend = { dueOn: '2027-06-30', reason: 'agreed' };
  const waiting = api.call('/orders/waits/extend', extend);
  await sleep(1_000);

  const frozen = processesOf(server);
  signal(frozen, 'SIGSTOP');
  const began = performance.now();
  const timed = async (asked: Promise<{ status: number }>, name: string) => {
    const { status } = await asked;
    return { name, status, ms: performance.now() - began };
  };
  const answers = await Promise.all([
    timed(waiting, 'waiting'),
    ...operations.map((operation) => timed(api.send(...requestOf(operation)), operation.operationId)),
  ]);
  expect(answers.filter(({ ms }) => ms > 5_000)).toEqual([]);
  // What never changes once it is written has been read before.
  const others = answers.filter(({ name, status }) => status !== 503 && !/^read\w+Version$/.test(name));
  expect(others).toEqual([]);
  signal(frozen, 'SIGCONT');
  await eventually('it goes on', async () => (await api.call('/orders/waits')).status === 200, 5_000);
});

it('PostgreSQL takes no new connections: a command is kept on one that there is, and its caller does not wait longer than usual', async () => {
  const { api, server } = await openOnItsOwn();
  await api.place('kept');
  await Promise.all(Array.from({ length: 10 }, () => api.sql`select pg_sleep(0.2)`));
  // Outcomes are listened for on a connection of its own, which the first command opens.
  signal(processesOf(server).slice(0, 1), 'SIGSTOP');
  const began = performance.now();
  const { status } = await api.call('/orders/kept/extend', { dueOn: '2027-06-30', reason: 'agreed' });
  expect(status).toBe(202);
  expect(performance.now() - began).toBeLessThan(2_800);
});
