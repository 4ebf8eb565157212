import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { projectDir } from '../../../src/dev/paths.ts';
import { type RunningPostgres, startPostgres } from '../../../src/dev/postgres.ts';
import { type ConnectOptions, connect, type Sql } from '../../../src/platform/postgres/client.ts';
import { eventually } from '../../support/eventually.ts';
import { processesOf, signal } from '../../support/postgres-processes.ts';

// A server of its own: it is killed, frozen and started again.
let server: RunningPostgres;
const folder = mkdtempSync(join(tmpdir(), 'netterms-outages-'));
const start = async () => {
  const port = server === undefined ? undefined : Number(new URL(server.url).port);
  server = await startPostgres({
    dataDir: join(folder, 'postgres'),
    ...(port === undefined ? {} : { port }),
    report: () => {},
    log: () => {},
  });
};

const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);
beforeAll(async () => {
  process.on('uncaughtExceptionMonitor', note);
  await start();
  const sql = connect(server.url);
  await sql`create table entries (id int generated always as identity primary key, transfer text not null, amount int not null)`;
  await sql.end();
});
afterEach(() => {
  expect(uncaught).toEqual([]);
});
afterAll(async () => {
  process.off('uncaughtExceptionMonitor', note);
  await server.stop();
  rmSync(server.dataDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** A pool that ends with the test. */
function pool(options: ConnectOptions = {}): Sql {
  const sql = connect(server.url, options);
  onTestFinished(() => sql.end({ timeout: 1 }));
  return sql;
}

const codeOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

it('PostgreSQL is killed twenty times under load: each transaction is booked whole or not at all, and none that was answered is lost', async () => {
  const sql = pool({ max: 8, waitMs: 2_000 });
  const answered: string[] = [];
  const codes = new Set<string>();
  let stop = false;
  let number = 0;
  const transfer = async (): Promise<void> => {
    while (!stop) {
      const id = `t${number++}`;
      const code = await codeOf(
        sql.begin(async (tx) => {
          await tx`insert into entries (transfer, amount) values (${id}, 1)`;
          // As work does that does not let one failure stop it.
          await tx`select pg_sleep(0.002)`.catch(() => {});
          await tx`insert into entries (transfer, amount) values (${id}, -1)`;
        }),
      );
      if (code === 'done') answered.push(id);
      else {
        codes.add(code);
        await sleep(25);
      }
    }
  };
  const users = Array.from({ length: 24 }, transfer);
  for (let kill = 0; kill < 20; kill++) {
    await sleep(150);
    if (kill % 2 === 0) signal(processesOf(server), 'SIGKILL');
    else signal(processesOf(server).slice(0, 1), 'SIGQUIT');
    await server.child.ended;
    await start();
  }
  const before = answered.length;
  await sleep(500);
  stop = true;
  await Promise.all(users);
  // It works again, with every connection.
  expect(answered.length).toBeGreaterThan(before + 100);
  const halves =
    await sql`select transfer from entries group by transfer having count(*) <> 2 or sum(amount) <> 0`;
  expect(halves).toEqual([]);
  const kept = await sql<{ transfer: string }[]>`select distinct transfer from entries`;
  const all = new Set(kept.map((row) => row.transfer));
  expect(answered.filter((id) => !all.has(id))).toEqual([]);
  expect(
    [...codes].filter((code) => !/^(57P|08|ECONN|CONNECTION_CLOSED|CONNECT_TIMEOUT|EPIPE)/.test(code)),
  ).toEqual([]);
}, 120_000);

it('what is left of a transaction whose connection ended never runs inside another one', async () => {
  const sql = pool({ max: 1, idleTransactionTimeoutMs: 200 });
  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let late = Promise.resolve('');
  const slow = codeOf(
    sql.begin(async (tx) => {
      await tx`insert into entries (transfer, amount) values ('slow', 1)`;
      await waiting;
      late = codeOf(tx`insert into entries (transfer, amount) values ('slow', 2)`.then());
      await late;
    }),
  );
  expect(await slow).toMatch(/CONNECTION_CLOSED/);
  await sql.begin(async (tx) => {
    await tx`insert into entries (transfer, amount) values ('other', 1)`;
    goOn();
    await sleep(50);
    await tx`insert into entries (transfer, amount) values ('other', 2)`;
  });
  const rows =
    await sql`select transfer, amount from entries where transfer in ('slow', 'other') order by id`;
  expect(rows).toEqual([
    { transfer: 'other', amount: 1 },
    { transfer: 'other', amount: 2 },
  ]);
});

it('a statement that comes after its transaction is over is refused', async () => {
  const sql = pool({ max: 1 });
  let kept: Sql | null = null;
  await sql.begin(async (tx) => {
    kept = tx as unknown as Sql;
  });
  expect(() => kept!`select 1`).toThrow('the transaction is over');
});

it('nobody waits for ever: for a connection, for a statement, or for a lock', async () => {
  const sql = pool({ max: 1, waitMs: 300, statementTimeoutMs: 600, lockTimeoutMs: 100 });
  const slow = codeOf(sql`select pg_sleep(5)`);
  expect(await codeOf(sql`select 1`)).toBe('POOL_TIMEOUT');
  expect(await slow).toBe('57014');
  const other = pool({ max: 1 });
  await other.begin(async (tx) => {
    await tx`lock table entries`;
    expect(await codeOf(sql`select * from entries`)).toBe('55P03');
  });
  expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
});

it('a process that is stopped between the halves of a statement does not keep its locks', async () => {
  const sql = pool({ max: 2, watched: true, idleTransactionTimeoutMs: 1_000 });
  await sql`insert into entries (transfer, amount) values ('stopped', 1)`;
  const script = `
    import postgres from 'postgres';
    const sql = postgres(process.argv[1], { max: 1, fetch_types: false });
    sql.begin(async (tx) => {
      await tx\`select 1 from entries where transfer = 'stopped' for update\`;
      tx\`select \${1}::int\`.execute();
      // After the statement is written, which happens soon, and before its answer is read.
      for (let turn = 0; turn < 20; turn++) await null;
      setImmediate(() => process.kill(process.pid, 'SIGSTOP'));
      await new Promise(() => {});
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, server.url], {
    cwd: projectDir,
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const isLocked = async () =>
    (await sql`select 1 from entries where transfer = 'stopped' for update skip locked`).length === 0;
  const stuck = () =>
    sql`select 1 from pg_stat_activity where state = 'active' and wait_event = 'ClientRead'`;
  await eventually(
    'it has the lock, and is silent',
    async () => (await isLocked()) && (await stuck()).length === 1,
  );
  await eventually('the lock is free', async () => !(await isLocked()), 10_000);
});

it('PostgreSQL is frozen: everything in progress fails within five seconds, and goes on afterwards', async () => {
  const sql = pool({ max: 4, watched: true });
  await Promise.all([sql`select 1`, sql`select 2`]);
  await sleep(1_500);
  const frozen = processesOf(server);
  signal(frozen, 'SIGSTOP');
  const began = Date.now();
  const codes = await Promise.all([
    codeOf(sql`select 1`),
    codeOf(sql.begin(async (tx) => tx`select 1`)),
    ...Array.from({ length: 8 }, () => codeOf(sql`select 1`)),
  ]);
  const took = Date.now() - began;
  const late = Date.now();
  const refusal = await codeOf(sql`select 1`);
  const refusedAfter = Date.now() - late;
  signal(frozen, 'SIGCONT');
  expect(codes.filter((code) => !/^(CONNECTION_CLOSED|CONNECT_TIMEOUT)$/.test(code))).toEqual([]);
  expect(took).toBeLessThan(5_000);
  // Whoever calls meanwhile is refused at once.
  expect([refusal, refusedAfter < 500]).toEqual(['CONNECTION_CLOSED', true]);
  await eventually('it answers again', async () => (await codeOf(sql`select 1`)) === 'done', 3_000);
});

it('statements that take long are no reason to think that PostgreSQL is frozen', async () => {
  const sql = pool({ max: 2, watched: true });
  expect(await Promise.all([codeOf(sql`select pg_sleep(5)`), codeOf(sql`select pg_sleep(5)`)])).toEqual([
    'done',
    'done',
  ]);
});

it('arrays, parts of statements and lists of rows are taken by every connection', async () => {
  const sql = pool({ max: 3 });
  const one = () => sql<{ n: number }[]>`
    select count(*)::int as n from generate_series(1, 10) n
    where n = any(${[1, 2, 3]}::int[]) and ${sql`n > ${1}`} and n::text in ${sql(['2', '3', '4'])}`;
  const all = await Promise.all(Array.from({ length: 9 }, one));
  expect(all.flat().map(({ n }) => n)).toEqual(Array(9).fill(2));
  expect(() => sql`select 1`.cursor(10)).toThrow('page by page');
});
