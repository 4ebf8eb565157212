import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertCommand } from '../../../src/modules/commands/tables.ts';
import { insertImport } from '../../../src/modules/imports/tables.ts';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import type { OrderWorkflows } from '../../../src/modules/orders/order-workflows.ts';
import { finishRevocation } from '../../../src/modules/revocation/tables.ts';
import { createPoller } from '../../../src/platform/temporal/poller.ts';
import { commandsFor, recoveriesOf } from '../../../src/registry.ts';
import { aCustomer, anOrder, eur } from '../../support/builders.ts';
import { commandsAlone, revoke } from '../../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { openMerchant } from '../../support/merchant.ts';

const placed = '2027-02-01T10:00:00.000Z';
const log = { warn() {}, info() {} };
const importWorkflows = { ensureRunning: async (_row: { id: string }): Promise<void> => {} };
const revocationWorkflows = { ensureRunning: async (_row: { id: string }): Promise<void> => {} };

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
  for (const orderId of ['a', 'b', 'c']) {
    await checkout(database.sql, anOrder({ orderId, total: eur(10) }), {
      now: placed,
      actor: 'key:test',
      notifiesStore: false,
    });
  }
  const command = {
    id: 'cmd_1',
    customerId: 'rossi',
    orderId: 'c',
    parentId: null,
    kind: 'settle' as const,
    body: {},
    fingerprint: 'f',
    actor: 'user:test',
    reason: null,
  };
  await insertCommand(database.sql, command, placed);
});
afterEach(() => database.drop());

/** What the poller asks of the orders' workflows; the workflow of `b` cannot be reached. */
function watched() {
  const looked: string[] = [];
  const orderWorkflows: OrderWorkflows = {
    startSoon() {},
    async ensureRunning({ id }) {
      looked.push(id);
      if (id === 'b') throw new Error('no word from Temporal');
    },
    async notify(orderId, kind) {
      looked.push(`${orderId} ${kind}`);
    },
  };
  return { looked, orderWorkflows };
}
const pollerAt = (
  orderWorkflows: OrderWorkflows,
  now: string,
  others: Partial<Parameters<typeof recoveriesOf>[0]> = {},
) =>
  createPoller({
    recoveries: recoveriesOf({
      ...{ sql: database.sql, orderWorkflows, importWorkflows, revocationWorkflows },
      commands: commandsFor({ sql: database.sql, orderWorkflows, notifiesStore: false }),
      ...others,
    }),
    log,
    everyMs: 3_600_000,
    now: () => now,
  });

it('leaves the start of a new order to the API, and looks at the order ten seconds later', async () => {
  const { looked, orderWorkflows } = watched();
  const early = pollerAt(orderWorkflows, '2027-02-01T10:00:04.000Z');
  await early.runOnce();
  expect(looked).toEqual([]);
  await early.stop();
});

it('takes care of the other orders and commands even if one of them fails, and then leaves them alone for a while', async () => {
  const { looked, orderWorkflows } = watched();
  const poller = pollerAt(orderWorkflows, '2027-02-01T10:00:11.000Z');
  await poller.runOnce();
  expect(looked.sort()).toEqual(['a', 'b', 'c', 'c settle']);
  await poller.runOnce();
  expect(looked).toHaveLength(4);
  await poller.stop();

  const later = pollerAt(orderWorkflows, '2027-02-01T10:02:00.000Z');
  await later.runOnce();
  expect(looked.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'c settle', 'c settle']);
  await later.stop();
});

it('starts imports that were not applied ten seconds after they came, and again a minute later', async () => {
  for (const id of ['stuck', 'waiting']) {
    const lines = async function* () {
      const facts = aCustomer();
      yield [{ number: 1, subject: 'x', facts, fingerprint: 'f', raw: null, errors: null }];
    };
    const given = { id, kind: 'customers', onRejected: 'skip', fingerprint: id, actor: 'key:test' } as const;
    await insertImport(database.sql, given, lines(), '2027-02-01T12:00:00.000Z');
  }
  const started: string[] = [];
  const importWorkflows = {
    async ensureRunning({ id }: { id: string }) {
      started.push(id);
      if (id === 'stuck') throw new Error('no word from Temporal');
    },
  };
  const { orderWorkflows } = watched();
  for (const [at, expected] of [
    ['2027-02-01T12:00:09.000Z', []],
    ['2027-02-01T12:00:10.000Z', ['stuck', 'waiting']],
    ['2027-02-01T12:00:20.000Z', ['stuck', 'waiting']],
    ['2027-02-01T12:01:10.000Z', ['stuck', 'stuck', 'waiting', 'waiting']],
  ] as const) {
    const poller = pollerAt(orderWorkflows, at, { importWorkflows });
    await poller.runOnce();
    await poller.stop();
    expect(started.sort()).toEqual(expected);
  }
});

it('starts a revocation that is not finished ten seconds after it was written, and again every minute', async () => {
  const at = (seconds: number) => new Date(Date.parse(placed) + seconds * 1_000).toISOString();
  for (const openOrders of ['demand', 'keep'] as const)
    await revoke(
      commandsAlone(database.sql),
      { customerId: 'rossi', revocationId: openOrders, openOrders },
      { now: placed },
    );
  const started: string[] = [];
  const pollAt = async (now: string) => {
    const revocationWorkflows = {
      ensureRunning: async ({ id }: { id: string }) => {
        started.push(`${id} ${now}`);
        throw new Error('no word from Temporal');
      },
    };
    const poller = pollerAt(watched().orderWorkflows, now, { revocationWorkflows });
    await poller.runOnce();
    await poller.stop();
  };
  for (const seconds of [9, 10, 40, 70, 100]) await pollAt(at(seconds));
  await finishRevocation(database.sql, 'demand', at(120));
  await pollAt(at(3_600));
  expect(started).toEqual([`demand ${at(10)}`, `demand ${at(70)}`]);
});
