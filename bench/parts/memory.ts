import { setTimeout as sleep } from 'node:timers/promises';
import { residentKib } from '../measure.ts';
import type { Findings } from '../report.ts';
import { MAX_CACHED_WORKFLOWS, type World } from '../world.ts';

/**
 * How the memory of a new worker grows while orders that it has begun sleep. The base is taken when its first 50 orders
 * are asleep: its code is loaded and warm, and its cache of workflows mostly still to be filled, which counts as growth.
 */
export async function measureMemory(world: World, quick: boolean): Promise<Findings> {
  // When it must be quick, as many orders to a place in the cache, but so few that the heap's own growth blurs the figure.
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
        figure: 'of it, once the cache is full',
        value: (all - filled) / (orders - maxCachedWorkflows),
        unit: 'KiB',
      },
    ],
    wanted: [{ name: 'memory-per-order-kib', measured: growth, bound: 'at most', wanted: 20 }],
    errors: 0,
    details: { base, filled, all, orders, maxCachedWorkflows },
  };
}
