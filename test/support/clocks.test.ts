import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { createTemporalClient } from '../../src/platform/temporal/client.ts';
import { freshDatabase } from './database.ts';
import { MINUTE } from './instants.ts';
import { shiftedClock } from './shifted-clock.ts';
import { startSkipping } from './workflow-world.ts';

const run = promisify(execFile);

/** What the wall clock of each of the other programs shows, in milliseconds. */
const clocks = {
  async PostgreSQL() {
    const { sql, drop } = await freshDatabase();
    const [row] = await sql<[{ at: Date | string }]>`select now() as at`;
    await drop();
    return new Date(row.at).getTime();
  },
  async Temporal() {
    const { client, close } = createTemporalClient({
      address: inject('temporalAddress'),
      namespace: 'default',
    });
    const handle = await client.workflow.start('nobody', {
      workflowId: randomUUID(),
      taskQueue: randomUUID(),
    });
    const { startTime } = await handle.describe();
    await handle.terminate();
    await close();
    return startTime.getTime();
  },
  async 'the time-skipping server'() {
    const env = await startSkipping();
    const now = await env.currentTimeMs();
    await env.teardown();
    return now;
  },
  async Chromium() {
    const browser = await chromium.launch({
      executablePath: inject('chromiumPath'),
      args: ['--headless', '--no-sandbox'],
    });
    const now = await (await browser.newPage()).evaluate(() => Date.now());
    await browser.close();
    return now;
  },
  async 'a process with variables of its own'() {
    const { stdout } = await run(process.execPath, ['-p', 'Date.now()'], {
      env: { PATH: process.env.PATH, ...shiftedClock() },
    });
    return Number(stdout);
  },
};

test.each(Object.entries(clocks))('the clock of %s is that of the tests', async (_name, read) => {
  const before = Date.now();
  const now = await read();
  expect(now).toBeGreaterThan(before - MINUTE);
  expect(now).toBeLessThan(Date.now() + MINUTE);
});
