import { quantile } from './measure.ts';

/** Latencies in ms, rates per second. Failed calls count as errors, but not in the rate or the latencies. */
export type Load = {
  calls: number;
  concurrency: number;
  errors: number;
  /** The error of the first failed call. */
  firstError: string | null;
  rate: number;
  p50: number;
  p99: number;
  /** The instant of the last answer, in ms. */
  endedAt: number;
  /** Cores that the driver itself used: near 1, it would be the bottleneck. */
  driverCores: number;
};

/** Makes `calls` calls in a closed loop: each of `concurrency` callers begins its next call after the last answer. */
export async function load(
  { calls, concurrency }: { calls: number; concurrency: number },
  call: (index: number) => Promise<unknown>,
): Promise<Load> {
  const latencies: number[] = [];
  let next = 0;
  let errors = 0;
  let firstError: string | null = null;
  const caller = async () => {
    for (let index = next++; index < calls; index = next++) {
      const began = performance.now();
      try {
        await call(index);
        latencies.push(performance.now() - began);
      } catch (error) {
        errors += 1;
        firstError ??= (error as Error).message;
      }
    }
  };
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  return {
    calls,
    concurrency,
    errors,
    firstError,
    rate: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    endedAt: Date.now(),
    driverCores: (user + system) / 1e6 / seconds,
  };
}
