import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem({ workerImport: new URL('../support/jumping-clock.mjs', import.meta.url) });
  await openMerchant(system.sql);
}, 120_000);
afterAll(() => system.stop());

it('a worker whose clock jumps a day ahead ends with a sentence, and takes no order away until tomorrow', async () => {
  const ids = Array.from({ length: 5 }, (_, n) => `ahead-${n}`);
  for (const orderId of ids)
    await system.call('/orders', {
      orderId,
      customerId: 'rossi',
      total: { amount: 10_000, currency: 'EUR' },
    });
  const episodes = async (episode: number) =>
    (await system.sql`select 1 from orders where episode = ${episode} and started_at is not null`).length;
  await eventually('the workflows run', async () => (await episodes(1)) === 5, 45_000);

  const worker = system.worker();
  worker.process.kill('SIGUSR2');
  await system.sql`update orders set wake_by = now()`; // as a day later
  expect(await worker.ended).toMatchObject({ code: 1 });
  // The last line of its log; Temporal's core writes elsewhere.
  const logged = worker.lastLines().filter((line) => line.startsWith('{'));
  expect(logged.at(-1)).toMatch(
    /"level":60.*This machine's clock is at least 8\d{4} seconds ahead of PostgreSQL's: set both by a time server/,
  );
  const [until] = await system.sql`
    select max(claimed_until) < now() + interval '1 minute' as claimed, max(wake_by) < now() + interval '25 hours' as asleep
    from orders`;
  expect(until).toEqual({ claimed: true, asleep: true });

  for (const id of ids) await system.client.workflow.getHandle(`order/${id}/1`).terminate('by an operator');
  await system.sql`update orders set wake_by = now()`;
  await system.startWorker();
  await eventually('new workflows follow the orders', async () => (await episodes(2)) === 5, 90_000);
}, 240_000);
