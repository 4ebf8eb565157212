import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { withDeathSignal } from './death-signal.ts';
import { explainLines, SetupError } from './setup-error.ts';

export type ChildOptions = {
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Runs as this user; needs root. */
  as?: { uid: number; gid: number };
  /** The signal that asks this program to shut down cleanly. */
  stopSignal: NodeJS.Signals;
  /** How long it may take to shut down before it is killed. */
  stopWithinMs?: number;
  log: (line: string) => void;
};

export type Child = {
  process: ChildProcess;
  /** Resolves when the process has ended, whatever the reason; never rejects. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The last lines that it printed, for an error message. */
  lastLines: () => string[];
  stop: () => Promise<void>;
};

/**
 * Starts a long-running program in its own session, so that Ctrl-C reaches only the launcher, which stops the parts in
 * order. On Linux the kernel ends the program when this process dies, even by SIGKILL.
 */
export function startChild(options: ChildOptions): Child {
  const [program, args] = withDeathSignal(options.program, options.args, options.stopSignal, options.as);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const last: string[] = [];
  const take = (line: string) => {
    last.push(line);
    if (last.length > 20) last.shift();
    options.log(line);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream! }).on('line', take);

  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', (error) => {
      take(error.message);
      resolve({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill(options.stopSignal);
    const timer = setTimeout(() => child.kill('SIGKILL'), options.stopWithinMs ?? 8_000);
    await ended;
    clearTimeout(timer);
  };
  return { process: child, ended, lastLines: () => [...last], stop };
}

/** Waits until `ready` is true; fails at once if the child has ended, or after `timeoutMs`. */
export async function untilReady(
  child: Child,
  name: string,
  ready: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  let ended = false;
  void child.ended.then(() => {
    ended = true;
  });
  const deadline = Date.now() + timeoutMs;
  while (!(await ready())) {
    if (ended) throw new SetupError(`${name} ended during its start: ${explainLines(child.lastLines())}`);
    if (Date.now() > deadline) {
      await child.stop();
      throw new SetupError(
        `${name} was not ready after ${timeoutMs / 1000} s: ${child.lastLines().at(-1) ?? ''}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
