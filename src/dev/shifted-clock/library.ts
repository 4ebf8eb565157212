import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canInstallPackages, installPackages } from '../apt.ts';
import { onPath } from '../on-path.ts';
import type { Report } from '../report.ts';
import { run } from '../run.ts';
import { SetupError } from '../setup-error.ts';

const source = fileURLToPath(new URL('offset.c', import.meta.url));

/**
 * Compiles the library that shifts the wall clock of any program that loads it (`LD_PRELOAD`), by
 * NETTERMS_CLOCK_OFFSET seconds. Every user of the machine can read it, because PostgreSQL runs as its own user.
 * @throws SetupError if there is no C compiler, or if it cannot compile the library
 */
export async function makeClockLibrary(report: Report): Promise<{ path: string; remove: () => void }> {
  const compiler = await findCompiler(report);
  const dir = mkdtempSync(join(tmpdir(), 'netterms-clock-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  const path = join(dir, 'offset.so');
  const { code, output } = await run(compiler, ['-shared', '-fPIC', '-O2', '-o', path, source, '-ldl']);
  if (code !== 0) {
    remove();
    throw new SetupError(`${compiler} could not compile ${source}: ${output.trim()}`);
  }
  chmodSync(dir, 0o755);
  chmodSync(path, 0o755);
  return { path, remove };
}

async function findCompiler(report: Report): Promise<string> {
  const found = onPath('cc') ?? onPath('gcc');
  if (found) return found;
  if (canInstallPackages()) {
    await installPackages(['gcc', 'libc6-dev'], report);
    const installed = onPath('gcc');
    if (installed) return installed;
  }
  throw new SetupError(
    'A C compiler is needed to shift the clock: install one (Debian: apt-get install gcc libc6-dev).',
  );
}
