import { setTimeout as sleep } from 'node:timers/promises';
import { residentKib } from '../measure.ts';
import type { Findings } from '../report.ts';
import { MAX_CACHED_WORKFLOWS, type World } from '../world.ts';

/**
 * How the memory of a new worker grows while orders that it has started sleep. The base is measured when its first 50
 * orders are asleep: its code is loaded and warm, but its cache of workflows is mostly empty, so that filling the cache
 * counts as growth.
 */
export async function measureMemory(world: World, quick: boolean): Promise<Findings> {
  // A quick run has the same number of orders per place in the cache, but with so few orders the heap's own growth
  // distorts the figure.
  const orders = quick ? 100 : 2_000;
  const maxCachedWorkflows = MAX_CACHED_WORKFLOWS * (orders / 2_000);
  const first = 50;
  await world.renewWorker({ maxCachedWorkflows });
  let asleep = 0;
  const residentWith = async (count: number): Promise<number> => {
    const { errors, firstError } = await world.http.call('placeOrders', {
      calls: count - asleep,
      concurrency: 8,
      prefix: `memory-${count}`,
    });
    if (errors > 0) throw new Error(`orders were not accepted: ${firstError}`);
    asleep = count;
    await world.untilAsleep();
    process.kill(world.workerPid(), 'SIGUSR2');
    await sleep(2_000);
    return residentKib(world.workerPid());
  };
  const base = await residentWith(first);
  const filled = await residentWith(first + maxCachedWorkflows);
  const all = await residentWith(first + orders);
  const growth = (all - base) / orders;
  return {
    rows: [
      { figure: `worker with ${first} orders asleep`, value: base / 1024, unit: 'MiB' },
      {
        figure: `worker with ${first + maxCachedWorkflows}`,
        value: filled / 1024,
        unit: 'MiB',
        note: `its cache of ${maxCachedWorkflows} workflows is full`,
      },
      { figure: `worker with ${first + orders}`, value: all / 1024, unit: 'MiB' },
      { figure: 'growth per order', value: growth, unit: 'KiB' },
      {
        figure: 'growth per order, once the cache is full',
        value: (all - filled) / (orders - maxCachedWorkflows),
        unit: 'KiB',
      },
    ],
    wanted: [{ name: 'memory-per-order-kib', measured: growth, bound: 'at most', wanted: 20 }],
    errors: 0,
    details: { base, filled, all, orders, maxCachedWorkflows },
  };
}
