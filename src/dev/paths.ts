import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectDir = fileURLToPath(new URL('../../', import.meta.url));

/** Where downloaded or built programs are kept for this user, outside the repository. */
export function cacheDir(): string {
  const dir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'netterms');
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** A folder in the cache for unfinished work; deleted by `remove`, or at the latest when this process ends. */
export function unfinishedDir(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(cacheDir(), '.unfinished-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    dir,
    remove: () => {
      process.off('exit', remove);
      remove();
    },
  };
}
