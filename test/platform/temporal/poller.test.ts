import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { insertCommand } from '../../../src/modules/commands/tables.ts';
import { insertImport } from '../../../src/modules/imports/tables.ts';
import { noteRefused, tryMailAgain } from '../../../src/modules/mail/tables.ts';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import type { OrderWorkflows } from '../../../src/modules/orders/order-workflows.ts';
import { finishRevocation } from '../../../src/modules/revocation/tables.ts';
import { createPoller } from '../../../src/platform/temporal/poller.ts';
import { commandsFor, recoveriesOf } from '../../../src/registry.ts';
import { aCustomer, anOrder, eur } from '../../support/builders.ts';
import { commandsAlone, revoke } from '../../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { letPass } from '../../support/let-pass.ts';
import { openMerchant } from '../../support/merchant.ts';

const placed = '2027-02-01T10:00:00.000Z';
const log = { warn() {}, info() {} };
const importWorkflows = { ensureRunning: async (_row: { id: string }): Promise<void> => {} };
const revocationWorkflows = { ensureRunning: async (_row: { id: string }): Promise<void> => {} };
const mailWorkflows = { ensureRunning: async (_mailId: string): Promise<void> => {} };

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
type Watchers = Omit<Parameters<typeof recoveriesOf>[0], 'orderWorkflows'> & {
  orderWorkflows: OrderWorkflows;
};

async function poll(others: Partial<Watchers>): Promise<void> {
  const none = { importWorkflows, revocationWorkflows, mailWorkflows };
  const given = { sql: database.sql, ...watched(), ...none, ...others };
  const commands = commandsFor({ ...given, notifiesStore: false });
  const poller = createPoller({ recoveries: recoveriesOf({ commands, ...given }), log, everyMs: 3_600_000 });
  await poller.runOnce();
  await poller.stop();
}

it('leaves a new order and a new command to the API, and looks at them some seconds later', async () => {
  const { looked, orderWorkflows } = watched();
  await poll({ orderWorkflows });
  expect(looked).toEqual([]);
  await letPass(database.sql, 5);
  await poll({ orderWorkflows });
  expect(looked).toEqual(['c settle']);
  await letPass(database.sql, 5);
  await poll({ orderWorkflows });
  expect(looked.sort()).toEqual(['a', 'b', 'c', 'c settle', 'c settle']);
});

it('takes care of the other orders and commands even if one of them fails, and then leaves them alone for a while', async () => {
  const { looked, orderWorkflows } = watched();
  await letPass(database.sql, 11);
  await poll({ orderWorkflows });
  expect(looked.sort()).toEqual(['a', 'b', 'c', 'c settle']);
  await poll({ orderWorkflows });
  expect(looked).toHaveLength(4);

  await letPass(database.sql, 60);
  await poll({ orderWorkflows });
  expect(looked.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'c settle', 'c settle']);
});

it('a worker whose clock is a day ahead takes orders for a minute, as any other', async () => {
  await letPass(database.sql, 11);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
  onTestFinished(() => void vi.useRealTimers());
  await poll({});
  vi.useRealTimers();
  const { looked, orderWorkflows } = watched();
  await letPass(database.sql, 55);
  await poll({ orderWorkflows });
  expect(looked).toEqual(['c settle']);
  await letPass(database.sql, 5);
  await poll({ orderWorkflows });
  expect(looked.sort()).toEqual(['a', 'b', 'c', 'c settle']);
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
  for (const [seconds, expected] of [
    [5, []],
    [5, ['stuck', 'waiting']],
    [10, ['stuck', 'waiting']],
    [50, ['stuck', 'stuck', 'waiting', 'waiting']],
  ] as const) {
    await letPass(database.sql, seconds);
    await poll({ importWorkflows });
    expect(started.sort()).toEqual(expected);
  }
});

it('starts a revocation that is not finished ten seconds after it was written, and again every minute', async () => {
  for (const openOrders of ['demand', 'keep'] as const)
    await revoke(
      commandsAlone(database.sql),
      { customerId: 'rossi', revocationId: openOrders, openOrders },
      { now: placed },
    );
  const started: string[] = [];
  const pollAfter = async (seconds: number) => {
    await letPass(database.sql, seconds);
    const revocationWorkflows = {
      ensureRunning: async ({ id }: { id: string }) => {
        started.push(id);
        throw new Error('no word from Temporal');
      },
    };
    await poll({ revocationWorkflows });
    return started;
  };
  expect(await pollAfter(5)).toEqual([]);
  expect(await pollAfter(5)).toEqual(['demand']);
  expect(await pollAfter(50)).toEqual(['demand']);
  expect(await pollAfter(10)).toEqual(['demand', 'demand']);
  await finishRevocation(database.sql, 'demand', placed);
  expect(await pollAfter(3_600)).toEqual(['demand', 'demand']);
});

it('starts the workflow of a mail that the server refused a minute ago and nobody tries again, and again every minute', async () => {
  const { sql } = database;
  const id = 'confirmation:a';
  await sql.begin((tx) => noteRefused(tx, { id, inDoubt: false }, { error: '451', again: 'by-workflow' }));
  const started: string[] = [];
  const mailWorkflows = {
    async ensureRunning(mailId: string) {
      started.push(mailId);
      throw new Error('no word from Temporal');
    },
  };
  const pollAfter = async (seconds: number) => {
    await letPass(sql, seconds);
    await poll({ mailWorkflows });
    return started.length;
  };
  expect(await pollAfter(55)).toBe(0);
  expect(await pollAfter(5)).toBe(1);
  expect(await pollAfter(55)).toBe(1);
  expect(await pollAfter(5)).toBe(2);
  await sql.begin((tx) => tryMailAgain(tx, id));
  expect(await pollAfter(3_600)).toBe(2);
  expect(started).toEqual([id, id]);
});
