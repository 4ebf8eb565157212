import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { findCustomer } from '../../src/modules/customers/tables.ts';
import { createImportWorkflows } from '../../src/modules/imports/import-workflows.ts';
import { getImport, insertImport, workflowIdOfImport } from '../../src/modules/imports/tables.ts';
import { aCustomer } from '../support/builders.ts';
import { later, MINUTE } from '../support/instants.ts';
import { openWorld, type World } from '../support/workflow-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

async function received(id: string, { sql, clock } = world) {
  const lines = async function* () {
    const facts = aCustomer();
    yield [{ number: 1, subject: `of-${id}`, facts, fingerprint: id, raw: null, errors: null }];
  };
  const given = { id, kind: 'customers', onRejected: 'skip', fingerprint: id, actor: 'key:test' } as const;
  return (await insertImport(sql, given, lines(), await clock())).row;
}
const handle = (id: string, { env } = world) => env.client.workflow.getHandle(workflowIdOfImport(id));
const imports = ({ env } = world) =>
  createImportWorkflows({ client: env.client, log: { warn() {}, info() {} } });

it('applies the file and reports the outcome; only the import’s id is in its history', async () => {
  const row = await received('plain');
  await imports().ensureRunning(row);
  await imports().ensureRunning(row); // a second start changes nothing
  expect(await handle('plain').result()).toEqual({ state: 'done', lines: 1, rejected: 0 });
  expect(await findCustomer(world.sql, 'of-plain')).not.toBeNull();
  const { events } = await handle('plain').fetchHistory();
  expect(JSON.stringify(events)).not.toContain('of-plain');
});

it('waits while PostgreSQL blocks it, and continues by itself', async () => {
  const row = await received('stubborn');
  await world.sql`alter table customers rename to away`;
  await imports().ensureRunning(row);
  await world.until(later(await world.clock(), 60 * MINUTE));
  expect((await getImport(world.sql, 'stubborn')).state).toBe('applying');
  const { raw } = await handle('stubborn').describe();
  const [attempted] = raw.pendingActivities ?? [];
  expect(attempted?.lastFailure?.message).toBe('the import could not be applied (42P01)');
  await world.sql`alter table away rename to customers`;
  expect(await handle('stubborn').result()).toMatchObject({ state: 'done' });
});

it('is started again after an operator terminated it', async () => {
  // In a separate world: after a terminate with an activity under way, the skipping server no longer skips.
  const own = await openWorld();
  onTestFinished(() => own.close());
  const row = await received('ended', own);
  await own.sql`alter table customers rename to away`;
  await imports(own).ensureRunning(row);
  await handle('ended', own).terminate('by an operator');
  await own.sql`alter table away rename to customers`;
  await imports(own).ensureRunning(row);
  expect(await handle('ended', own).result()).toMatchObject({ state: 'done' });
});
