import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath } from '../on-path.ts';
import { cacheDir, unfinishedDir } from '../paths.ts';
import type { Report } from '../report.ts';
import { run } from '../run.ts';
import { SetupError } from '../setup-error.ts';
import { buildWithGo, GO_VERSION, works } from '../temporal-cli.ts';

/** Uses the installed Go and not another version that the module asks for: the overlay is made from its files. */
const theInstalledGo = { GOTOOLCHAIN: 'local' };

/**
 * Gets a Temporal CLI whose clock is shifted by NETTERMS_CLOCK_OFFSET. A Go program reads the clock from the kernel and
 * not through a library, so the CLI is built with a `time.Now` that adds the offset. It is kept in the cache.
 * @returns the program's path
 * @throws SetupError if Go is missing or cannot build it
 */
export async function getShiftedTemporal(report: Report): Promise<string> {
  const target = join(cacheDir(), `temporal-${GO_VERSION}-shifted`);
  if (await works(target)) return target;
  const { dir, remove } = unfinishedDir();
  try {
    await buildWithGo(target, report, { flags: ['-overlay', await writeOverlay(dir)], env: theInstalledGo });
    return target;
  } finally {
    remove();
  }
}

/** Replaces files of Go's standard library in one build: https://pkg.go.dev/cmd/go, `-overlay`. */
async function writeOverlay(dir: string): Promise<string> {
  const env = { ...process.env, ...theInstalledGo };
  const { code, output } = await run(onPath('go') ?? 'go', ['env', 'GOROOT'], { cwd: dir, env });
  if (code !== 0)
    throw new SetupError('Go is needed to shift the clock: install it (https://go.dev/doc/install).');
  const time = join(output.trim(), 'src', 'time');
  const original = readFileSync(join(time, 'time.go'), 'utf8');
  const now = /^func Now\(\) Time \{\n\tsec, nsec, mono := \w+\(\)\n/m;
  if (!now.test(original))
    throw new SetupError(`Now() in ${time}/time.go is not written as expected: use another version of Go.`);
  const shifted = join(dir, 'time.go');
  writeFileSync(shifted, original.replace(now, '$&\tsec += clockOffset\n'));
  const overlay = join(dir, 'overlay.json');
  const offset = fileURLToPath(new URL('offset.go', import.meta.url));
  const replaced = { [join(time, 'time.go')]: shifted, [join(time, 'netterms_offset.go')]: offset };
  writeFileSync(overlay, JSON.stringify({ Replace: replaced }));
  return overlay;
}
