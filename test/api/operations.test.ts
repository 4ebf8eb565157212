import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Child, startChild, untilReady } from '../../src/dev/child.ts';
import { freePort } from '../../src/dev/ports.ts';
import { tsx } from '../../src/dev/tsx.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { shiftedClock } from '../support/shifted-clock.ts';

let database: TestDatabase;
let server: Child;
let api: string;
let operations: string;

const isAlive = (origin: string) =>
  fetch(`${origin}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

beforeAll(async () => {
  database = await freshDatabase();
  const [apiPort, operationsPort] = [await freePort(), await freePort()];
  api = `http://127.0.0.1:${apiPort}`;
  operations = `http://127.0.0.2:${operationsPort}`;
  server = startChild({
    program: process.execPath,
    args: [...tsx, 'src/server.ts'],
    env: {
      ...shiftedClock(),
      ...{ PATH: process.env.PATH, DATABASE_URL: database.url, SMTP_URL: 'smtp://127.0.0.1:1' },
      ...{ TEMPORAL_ADDRESS: '127.0.0.1:1', SESSION_SECRET: 'a secret of the tests, long enough' },
      ...{ PORT: `${apiPort}`, OPERATIONS_PORT: `${operationsPort}`, OPERATIONS_HOST: '127.0.0.2' },
    },
    stopSignal: 'SIGTERM',
    log: () => {},
  });
  await untilReady(server, 'the server', async () => (await isAlive(api)) && (await isAlive(operations)));
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

it('with a port of their own, metrics and readiness are there and not with the API', async () => {
  for (const path of ['metrics', 'readyz']) expect((await fetch(`${api}/${path}`)).status).toBe(404);
  const ready = await fetch(`${operations}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    {
      status: 'not ready',
      parts: {
        postgresql: 'ok',
        migrations: 'ok',
        temporal: expect.stringMatching(/^(Temporal cannot be reached|It does not answer)\.$/),
      },
    },
  ]);
  const metrics = await fetch(`${operations}/metrics`);
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await metrics.text()).toMatch(
    /http_request_duration_seconds_count\{method="GET",route="other",status="404"\}/,
  );
});

it('that port has nothing else, and the process ends although it is open', async () => {
  for (const path of ['v1/orders', 'admin', 'docs', 'openapi.json'])
    expect((await fetch(`${operations}/${path}`)).status).toBe(404);
  await server.stop();
  expect(await server.ended).toEqual({ code: 0, signal: null });
});
