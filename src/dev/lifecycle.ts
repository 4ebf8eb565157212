import type { Child } from './child.ts';
import { explainLines } from './setup-error.ts';

/** How long the parts may take to stop before this process ends anyway; the remaining parts end with it. */
const STOP_WITHIN_MS = 15_000;

export type Lifecycle = {
  /** Registers how to stop a started part; the newest is stopped first. */
  onStop: (name: string, stop: () => Promise<void> | void) => void;
  /** Stops this part with the rest, and stops everything if the part ends unexpectedly. */
  guard: (name: string, child: Child, hint: string) => void;
  /** Prints the reason, stops everything, and ends this process with exit code 1. */
  fail: (message: string) => Promise<never>;
};

/** Stops the started parts in reverse order, at a signal or when a part dies. */
export function createLifecycle(): Lifecycle {
  const stops: { name: string; stop: () => Promise<void> | void }[] = [];
  let stoppingSince: number | null = null;

  const stopAll = async (code: number): Promise<never> => {
    stoppingSince = Date.now();
    setTimeout(() => process.exit(code || 1), STOP_WITHIN_MS).unref();
    for (const { name, stop } of stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        console.error(`${name} did not stop cleanly: ${(error as Error).message}`);
      }
    }
    process.exit(code);
  };

  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppingSince === null) {
      console.log(`\nStopping (${signal}) …`);
      void stopAll(0);
      // npm forwards a Ctrl-C a second time; a later one means: stop at once.
    } else if (Date.now() - stoppingSince > 1_500) process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // The terminal may be gone by now: a failed print must not leave things running.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  stopWithNpm(() => onSignal('SIGTERM'));

  const fail = async (message: string): Promise<never> => {
    if (stoppingSince !== null) return new Promise<never>(() => {});
    console.error(`\n${message}`);
    return stopAll(1);
  };
  return {
    onStop: (name, stop) => stops.push({ name, stop }),
    guard: (name, child, hint) => {
      stops.push({ name, stop: child.stop });
      void child.ended.then(({ code, signal }) => {
        if (stoppingSince !== null) return;
        void fail(
          `${name} ended unexpectedly (${signal ?? `code ${code}`}); stopping everything. ${hint}\n  ${explainLines(child.lastLines())}`,
        );
      });
    },
    fail,
  };
}

/** A killed npm cannot forward signals, but its child notices that its parent has changed. */
function stopWithNpm(stop: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 1_000);
  timer.unref();
}
