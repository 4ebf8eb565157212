import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { getChromium } from '../../src/dev/chromium.ts';
import { startPostgres } from '../../src/dev/postgres.ts';
import type { Report } from '../../src/dev/report.ts';
import { startTemporal } from '../../src/dev/temporal.ts';
import { getTemporalCli } from '../../src/dev/temporal-cli.ts';
import { getTestServer } from '../../src/dev/temporal-test-server.ts';
import { makeTemplate } from './database.ts';
import { makeWorkflowBundle } from './workflow-bundle.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's address of the test run's PostgreSQL; tests create their own databases with it. */
    databaseUrl: string;
    /** A Temporal dev server, in memory, with the search attributes. */
    temporalAddress: string;
    /** The workflows' code, bundled once for the whole run. */
    workflowBundle: string;
    /** The time-skipping server's program. */
    testServerPath: string;
    chromiumPath: string;
  }
}

const quiet = () => {};

/** Gets the programs and starts the servers, one of each for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'netterms-test-'));
  chmodSync(dir, 0o755);
  const stops: (() => Promise<void> | void)[] = [() => rmSync(dir, { recursive: true, force: true })];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const report = say('PostgreSQL');
    const database = await startPostgres({
      dataDir: join(dir, 'postgres'),
      durable: false,
      report,
      log: quiet,
    });
    stops.push(database.stop, () => rmSync(database.dataDir, { recursive: true, force: true }));
    await makeTemplate(database.url);
    project.provide('databaseUrl', database.url);

    const cli = await getTemporalCli(say('Temporal'));
    const temporal = await startTemporal({ cli, log: quiet });
    stops.push(temporal.stop);
    project.provide('temporalAddress', temporal.address);

    project.provide('workflowBundle', await makeWorkflowBundle(dir));

    project.provide('testServerPath', await getTestServer(say('time-skipping server')));
    project.provide('chromiumPath', await getChromium(say('Chromium')));
    console.log(`Test servers are ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
    return stopAll;
  } catch (error) {
    await stopAll();
    throw error;
  }
}

const say =
  (what: string): Report =>
  (line) =>
    console.log(`${what}: ${line}`);
