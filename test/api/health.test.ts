import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { isReady } from '../../src/api/health.ts';
import { startPostgres } from '../../src/dev/postgres.ts';
import { connect, type Sql } from '../../src/platform/postgres/client.ts';
import { migrate } from '../../src/platform/postgres/migrate.ts';
import { smallDisk } from '../support/small-disk.ts';

async function readiness(sql: Sql) {
  const app = express().get('/readyz', isReady({ sql, reachTemporal: async () => 'ok' }));
  const server = createServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`;
  return async () => {
    const response = await fetch(url);
    const { parts } = (await response.json()) as { parts: Record<string, string> };
    return { status: response.status, parts };
  };
}

const disk = smallDisk(160);
it.skipIf(disk === null)('a full disk of the database is named, and over once there is room', async () => {
  const home = join(disk!.folder, 'data');
  mkdirSync(home);
  const server = await startPostgres({
    dataDir: join(home, 'postgres'),
    durable: false,
    report: () => {},
    log: () => {},
  });
  await migrate(server.url);
  const sql = connect(server.url);
  onTestFinished(async () => {
    await sql.end({ timeout: 1 });
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
    disk!.remove();
  });
  const ready = await readiness(sql);
  expect(await ready()).toMatchObject({ status: 200, parts: { postgresql: 'ok' } });

  // Reading and connecting still work.
  disk!.fill();
  await sleep(2_100);
  expect(await ready()).toMatchObject({
    status: 503,
    parts: { postgresql: 'The disk of the database is full.', migrations: 'unknown', temporal: 'ok' },
  });
  expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);

  disk!.free();
  await sleep(2_100);
  expect(await ready()).toMatchObject({ status: 200, parts: { postgresql: 'ok' } });
});
