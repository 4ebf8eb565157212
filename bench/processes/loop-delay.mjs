import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Loaded into a process before its own code: SIGPIPE prints for how long its event loop was held at most since then. */
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  process.on('SIGPIPE', () => {
    process.stdout.write(`${JSON.stringify({ loopDelayMs: delay.max / 1e6 })}\n`);
    delay.reset();
  });
}
