import { readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { cacheDir, unfinishedDir } from './paths.ts';
import type { Report } from './report.ts';
import { tsx } from './tsx.ts';

/** How long the download may make no progress before it is given up. */
const STALL_MS = 10_000;

/**
 * Downloads one of Temporal's servers into the cache, through Temporal's SDK.
 * @returns the program's path, or null if the download failed, such as without access to the internet
 */
export async function downloadBySdk(
  server: 'dev-server' | 'time-skipping',
  version: string,
  name: string,
  report: Report,
): Promise<string | null> {
  const { dir, remove } = unfinishedDir();
  try {
    const child = startChild({
      program: process.execPath,
      args: [
        ...tsx,
        fileURLToPath(new URL('sdk-download-process.ts', import.meta.url)),
        server,
        version,
        dir,
      ],
      stopSignal: 'SIGKILL',
      log: () => {},
    });
    let moved = Date.now();
    let size = 0;
    const timer = setInterval(() => {
      const now = sizeOf(dir);
      if (now > size) {
        report(`downloading (${Math.round(now / 1e6)} MB so far)`);
        size = now;
        moved = Date.now();
      }
      if (Date.now() - moved > STALL_MS) void child.stop();
    }, 500);
    const { code } = await child.ended;
    clearInterval(timer);
    const file = readdirSync(dir).find((entry) => !entry.endsWith('.downloading'));
    if (code !== 0 || !file) return null;
    renameSync(join(dir, file), join(cacheDir(), name));
    return join(cacheDir(), name);
  } finally {
    remove();
  }
}

function sizeOf(dir: string): number {
  return readdirSync(dir).reduce((sum, entry) => sum + statSync(join(dir, entry)).size, 0);
}
