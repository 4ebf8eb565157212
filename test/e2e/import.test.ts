import { afterAll, beforeAll, expect, it } from 'vitest';
import { customerFile } from '../support/customer-file.ts';
import { eventually } from '../support/eventually.ts';
import { openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
}, 120_000);
afterAll(() => system.stop());

const CSV = 'text/csv';
const importOf = async (id: string) => (await system.call(`/imports/${id}`)).body;
const done = (id: string, withinMs = 120_000) =>
  eventually(
    `import ${id} is done`,
    async () => {
      const found = await importOf(id);
      return found.state === 'done' && found;
    },
    withinMs,
  );
const customers = async (): Promise<number> => {
  const [row] = await system.sql<
    { count: number }[]
  >`select count(*)::int as count from customers where id like 'c0%'`;
  return row!.count;
};

it('a worker killed in the middle of 100,000 lines leaves nothing half, and all of them are there after its restart', async () => {
  const file = customerFile(100_000, { wrong: (n) => n % 1_000 === 0 });
  let t = Date.now();
  const lap = (what: string) => {
    console.log(what, Date.now() - t);
    t = Date.now();
  };
  const { status, body } = await system.sendFile('/customers/import', CSV, file);
  lap(`received ${file.length}`);
  expect([status, body]).toMatchObject([202, { state: 'received', lines: 100_000, rejected: 100 }]);
  await eventually('it is in the middle', async () => {
    const { done } = (await importOf(body.importId)).progress;
    return done > 0 && done < 99_900;
  });
  await system.killWorker();
  lap('killed');
  expect(await customers()).toBe(0);
  expect(await importOf(body.importId)).toMatchObject({ state: 'applying', created: 0, finishedAt: null });

  await system.startWorker();
  const result = await done(body.importId);
  lap('done');
  expect(result).toMatchObject({
    created: 99_900,
    updated: 0,
    unchanged: 0,
    rejected: 100,
    progress: { done: 99_900, total: 99_900 },
  });
  expect(await customers()).toBe(99_900);
  const again = await system.sendFile('/customers/import', CSV, file);
  lap('again');
  expect(again.status).toBe(200);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const file2 = customerFile(100_000, { name: 'Altro' });
  const two = await system.sendFile('/customers/import', CSV, file2);
  lap('second file received');
  console.log(await done(two.body.importId));
  lap('second done');
}, 240_000);
