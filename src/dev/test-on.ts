import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { getChromium } from './chromium.ts';
import { withDeathSignal } from './death-signal.ts';
import { projectDir } from './paths.ts';
import { getPostgresPrograms } from './postgres-programs.ts';
import { run } from './run.ts';
import { explain, SetupError } from './setup-error.ts';
import { makeClockLibrary } from './shifted-clock/library.ts';
import { getShiftedTemporal } from './shifted-clock/temporal.ts';
import { getTestServer } from './temporal-test-server.ts';

const usage = `npm run test:on -- INSTANT [arguments of npm test …], such as
npm run test:on -- 2027-12-31T23:30+01:00 test/e2e

runs the tests as if the machine's clock had been set to that instant, which must include its offset from UTC (or Z).
The machine's own clock is unchanged: Node, Java, PostgreSQL and Chromium load a library that shifts the wall clock, and
the Temporal server is built with a shifted one. Waiting and measuring work as always.
It needs Linux, a C compiler (as root, Debian's is installed) and Go 1.21 or later.`;

const [instant = '', ...args] = process.argv.slice(2);
try {
  process.exitCode = await testOn(begin(instant), args);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

function begin(text: string): Date {
  const complete = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (!complete || Number.isNaN(Date.parse(text))) throw new SetupError(usage);
  if (process.platform !== 'linux')
    throw new SetupError(`The clock can be shifted only on Linux.\n\n${usage}`);
  return new Date(text);
}

/** Downloads come first, because certificates are valid only at the real time. */
async function testOn(at: Date, args: readonly string[]): Promise<number> {
  const report = (line: string) => console.log(line);
  await getPostgresPrograms(report);
  await getTestServer(report);
  await getChromium(report);
  const temporal = await getShiftedTemporal(report);
  const library = await makeClockLibrary(report);
  try {
    const seconds = Math.round((at.getTime() - Date.now()) / 1000);
    const env = {
      ...process.env,
      NETTERMS_CLOCK_OFFSET: `${seconds}`,
      LD_PRELOAD: [library.path, process.env.LD_PRELOAD].filter(Boolean).join(':'),
      TEMPORAL_CLI: temporal,
      TEST_WORLD_BEGINS: at.toISOString(),
    };
    const { output } = await run(process.execPath, ['-p', 'Date.now()'], { env });
    if (!(Math.abs(Number(output) - at.getTime()) < 60_000))
      throw new SetupError(`The clock could not be shifted: in Node it is ${output.trim()}.`);
    console.log(`The clock is set to ${at.toISOString()}, ${seconds} s from the machine's clock.`);
    return await runTests(args, env);
  } finally {
    library.remove();
  }
}

function runTests(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const script = join(projectDir, 'scripts', 'test.mjs');
  const [program, programArgs] = withDeathSignal(process.execPath, [script, ...args], 'SIGTERM');
  const tests = spawn(program, programArgs, { env, stdio: 'inherit' });
  // Ctrl-C reaches the tests directly; this process ends after them.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => tests.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    tests.once('error', reject);
    tests.once('exit', (code) => resolve(code ?? 1));
  });
}
