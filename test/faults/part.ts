import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../src/dev/child.ts';

/** How long after its end a process is started again. */
const RESTART_AFTER_MS = 1_500;

/** A process that was started; `isReady`: it has begun to work. */
export type Started = { child: Child; isReady: () => boolean };

/** A process has ended by itself, while it was starting or later. */
export type Ending = { part: string; at: number; starting: boolean; said: string };

/** A part of the system, in processes of its own. */
export type Part = {
  name: string;
  isReady(): boolean;
  /** Ends it and all that it has started at once, as a loss of power does. */
  kill(): Promise<void>;
  /** To the process and all that it has started. */
  signal(which: NodeJS.Signals): void;
  stop(): Promise<void>;
};

/**
 * Keeps a part running: whatever ended is started again a moment later, as Docker's `restart: unless-stopped` does.
 * Throws if the first start fails.
 */
export async function supervise(
  name: string,
  start: () => Promise<Started>,
  note: (ending: Ending) => void,
): Promise<Part> {
  let running: Started | null = await start();
  let killed = false;
  let stopping = false;
  const endedByItself = (starting: boolean, said: string) => {
    if (!killed && !stopping) note({ part: name, at: Date.now(), starting, said });
  };

  const keepRunning = async () => {
    while (!stopping) {
      if (running) {
        const { child, isReady } = running;
        await child.ended;
        endedByItself(!isReady(), child.lastLines().join(' · '));
      }
      running = null;
      killed = false;
      await sleep(RESTART_AFTER_MS);
      if (stopping) return;
      running = await start().catch((error: Error) => {
        endedByItself(true, error.message);
        return null;
      });
    }
  };
  const over = keepRunning();
  const signal = (which: NodeJS.Signals) => {
    if (running) signalFamily(running.child.process.pid!, which);
  };

  return {
    name,
    isReady: () => running?.isReady() ?? false,
    async kill() {
      killed = running !== null;
      // A parent that is frozen does not see its children die, and starts no others.
      signal('SIGSTOP');
      signal('SIGKILL');
      await running?.child.ended;
    },
    signal,
    async stop() {
      stopping = true;
      signal('SIGCONT');
      await running?.child.stop();
      await over;
      await running?.child.stop();
    },
  };
}

/** Signals a process and its children: those of PostgreSQL are in sessions of their own. */
function signalFamily(pid: number, signal: NodeJS.Signals): void {
  if (signal === 'SIGSTOP') send(pid, signal);
  for (const each of [...childrenOf(pid), pid]) send(each, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((entry) => parentOf(entry) === pid);

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
