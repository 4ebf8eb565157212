import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
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
/** No customer of a file exists. */
beforeEach(async () => {
  await system.sql`delete from accounts where customer_id like 'c0%'`;
  await system.sql`delete from customers where id like 'c0%'`;
});

const send = (file: string) => system.sendFile('/customers/import', 'text/csv', file);
const importOf = async (id: string) => (await system.call(`/imports/${id}`)).body;
const done = (id: string) =>
  eventually(
    `import ${id} is done`,
    async () => {
      const found = await importOf(id);
      return found.state === 'done' && found;
    },
    120_000,
  );
async function count(table: 'customers' | 'imports' | 'import_lines'): Promise<number> {
  const [row] = await system.sql<{ count: number }[]>`
    select count(*)::int as count from ${system.sql(table)} where ${table === 'customers' ? system.sql`id like 'c0%'` : system.sql`true`}`;
  return row!.count;
}

it('a server killed while it receives a file keeps nothing of it, and accepts it when it is sent again', async () => {
  const kept = async () => [await count('imports'), await count('import_lines')];
  const before = await kept();
  const file = customerFile(20_000);
  const sent = send(file);
  await eventually('lines are being written', async () => {
    const [row] = await system.sql<{ writing: boolean }[]>`
      select count(*) > 0 as writing from pg_stat_activity where state <> 'idle' and query like '%insert into import_lines%'
        and pid <> pg_backend_pid()`;
    return row?.writing;
  });
  await system.killServer();
  expect((await sent).status).toBe(0);
  await system.startServer();
  expect(await kept()).toEqual(before);

  const { status, body } = await send(file);
  expect([status, body.lines]).toEqual([202, 20_000]);
  expect(await done(body.importId)).toMatchObject({ created: 20_000, rejected: 0 });
}, 180_000);

it('an import sent while Temporal is down is applied when it is back', async () => {
  await done((await send(customerFile(10, { name: 'Chiaro' }))).body.importId);
  await system.stopTemporal();
  const { status, body } = await send(customerFile(10, { name: 'Buio' }));
  expect([status, body.state]).toEqual([202, 'received']);
  await system.startTemporal();
  expect(await done(body.importId)).toMatchObject({ created: 0, updated: 10 });
}, 180_000);

it('an import of 100,000 lines whose worker is killed in the middle shows nothing, and everything after a restart', async () => {
  const file = customerFile(100_000, { wrong: (n) => n % 1_000 === 0 });
  const { status, body } = await send(file);
  expect([status, body]).toMatchObject([202, { state: 'received', lines: 100_000, rejected: 100 }]);
  const total = 99_900;
  await eventually('it is in the middle', async () => {
    const { progress } = await importOf(body.importId);
    return progress.done > 0 && progress.done < total;
  });
  await system.killWorker();
  expect(await count('customers')).toBe(0);
  expect(await importOf(body.importId)).toMatchObject({ state: 'applying', created: 0, finishedAt: null });

  await system.startWorker();
  expect(await done(body.importId)).toMatchObject({
    created: total,
    updated: 0,
    unchanged: 0,
    rejected: 100,
    progress: { done: total, total },
  });
  expect(await count('customers')).toBe(total);

  const again = await send(file);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect(again.body).toMatchObject({ importId: body.importId, state: 'done', created: total });
  expect(await system.reconcile()).toEqual([]);
}, 240_000);
