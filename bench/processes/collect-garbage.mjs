/**
 * Loaded into the worker's process before its own code, with `--expose-gc`: SIGUSR2 collects the garbage, so that what
 * is measured afterwards is what is held.
 */
process.on('SIGUSR2', () => {
  for (let times = 0; times < 4; times++) globalThis.gc?.();
});
