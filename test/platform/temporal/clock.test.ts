import { NativeConnection } from '@temporalio/worker';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startTemporal } from '../../../src/dev/temporal.ts';
import { getTemporalCli } from '../../../src/dev/temporal-cli.ts';
import { createTemporalClient } from '../../../src/platform/temporal/client.ts';
import { temporalClockProblem } from '../../../src/platform/temporal/clock.ts';
import { createWorkers } from '../../../src/platform/temporal/workers.ts';
import { eventually } from '../../support/eventually.ts';

const quiet = () => {};
const by = (ms: number) => () => Date.now() + ms;

it('a worker whose clock differs from Temporal’s is told so: behind by a minute, or ahead by six', async () => {
  const temporal = await startTemporal({ cli: await getTemporalCli(quiet), log: quiet });
  onTestFinished(() => temporal.stop());
  const { address } = temporal;
  const { client, close } = createTemporalClient({ address, namespace: 'default' });
  onTestFinished(close);
  expect(await temporalClockProblem(client, by(86_400_000))).toBeNull(); // nothing has asked for work yet

  const connection = await NativeConnection.connect({ address });
  onTestFinished(() => connection.close());
  const workers = await createWorkers({
    ...{ connection, namespace: 'default', activities: { async nothing() {} }, maxCachedWorkflows: 10 },
    ...{ workflowBundle: { codePath: inject('workflowBundle') }, maxMailsPerSecond: 1, maxMailsAtOnce: 1 },
  });
  const ended = workers.run();
  onTestFinished(async () => {
    workers.shutdown();
    await ended;
  });
  expect(
    await eventually('the worker asks for work', () => temporalClockProblem(client, by(86_400_000))),
  ).toMatch(/^This machine's clock is at least 861\d\d seconds ahead of Temporal's: set both/);
  expect(await temporalClockProblem(client)).toBeNull();
  expect(await temporalClockProblem(client, by(-50_000))).toBeNull();
  expect(await temporalClockProblem(client, by(50_000))).toBeNull();
  expect(await temporalClockProblem(client, by(-90_000))).toMatch(
    /at least (8\d|90) seconds behind Temporal's/,
  );
});
