import { execFileSync } from 'node:child_process';
import type { RunningPostgres } from '../../src/dev/postgres.ts';

/** The server process, and after it its children. */
export function processesOf({ child }: RunningPostgres): number[] {
  const parent = child.process.pid!;
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', `${parent}`], { encoding: 'utf8' });
  return [parent, ...children.trim().split(/\s+/).filter(Boolean).map(Number)];
}

export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
}
