import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into each thread of the worker's process before its own code, with `--expose-gc`. SIGUSR2 collects the garbage
 * of all threads (the workflows run in their own), so that only memory in use is measured afterwards.
 */
const channel = new BroadcastChannel('collect-garbage');
channel.onmessage = collect;
channel.unref();
if (isMainThread)
  process.on('SIGUSR2', () => {
    channel.postMessage(null);
    collect();
  });

function collect() {
  for (let times = 0; times < 4; times++) globalThis.gc?.();
}
