import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createActivities } from '../../src/activities/activities.ts';
import { createRenderer } from '../../src/modules/dunning/letters/render.ts';
import { createMailWorkflows } from '../../src/modules/mail/mail-workflows.ts';
import { createSender } from '../../src/modules/mail/sender.ts';
import { tryAgain } from '../../src/modules/mail/try-again.ts';
import { type OrderRow, workflowIdOf } from '../../src/modules/orders/tables.ts';
import { reconcile } from '../../src/modules/overview/reconcile.ts';
import type { StoreEvent } from '../../src/modules/storefronts/storefront.ts';
import type { Mail } from '../../src/platform/smtp/mailer.ts';
import { createPoller } from '../../src/platform/temporal/poller.ts';
import { createWorkers } from '../../src/platform/temporal/workers.ts';
import { commandsFor, mailDefinitionsOf, recoveriesOf } from '../../src/registry.ts';
import { type Api, openApi } from '../api/harness.ts';
import { eventually } from '../support/eventually.ts';
import { fromDelivery, offerMore } from '../support/merchant.ts';
import { life, live, type Workers } from './lives.ts';

/** `MODEL_RUNS=1000 npx vitest run --project servers test/model` runs that many lives. */
const RUNS = Number(process.env.MODEL_RUNS ?? 5);

Runtime.install({ logger: new DefaultLogger('ERROR') });

let api: Api;
let stop: () => Promise<void>;
const sent: Mail[] = [];
const notified: StoreEvent[] = [];

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  api = await openApi({ temporalAddress });
  await offerMore(api.sql, fromDelivery);
  const { sql, orderWorkflows } = api;
  const commands = commandsFor({ sql, orderWorkflows, notifiesStore: true });
  const connection = await NativeConnection.connect({ address: temporalAddress });
  const mailer = { send: async (mail: Mail) => void sent.push(mail) };
  const storefront = {
    async notify(event: StoreEvent) {
      notified.push(event);
      return { kind: 'acknowledged', status: 200 } as const;
    },
  };
  const mailWorkflows = createMailWorkflows({ client: api.client, log: { warn() {} } });
  const definitions = mailDefinitionsOf(await createRenderer(), { notifiesStore: true });
  const now = () => new Date().toISOString();
  const sender = createSender({
    ...{ sql, mailer, definitions, now, from: 'Netterms <terms@merchant.example>', log: { warn() {} } },
    ...{ perSecond: 1_000, atOnce: 5, retry: mailWorkflows.retry },
  });
  const workers = await createWorkers({
    connection,
    namespace: 'default',
    activities: createActivities({
      ...{ sql, storefront, commands, nudge: () => sender.nudge() },
      tryMailAgain: async (mailId, at) => {
        const state = await tryAgain(sql, definitions, { mailId, now: at });
        sender.nudge();
        return state;
      },
    }),
    workflowBundle: { codePath: inject('workflowBundle') },
    maxCachedWorkflows: 10, // fewer than there are orders, so that they are also replayed
  });
  const ended = workers.run();
  const others = { ensureRunning: async () => {} };
  const recoveries = recoveriesOf({
    ...{ sql, commands, orderWorkflows, importWorkflows: others, revocationWorkflows: others },
    mailWorkflows,
  });
  const poller = createPoller({ recoveries, log: { warn() {} } });
  stop = async () => {
    workers.shutdown();
    await ended;
    await Promise.all([poller.stop(), sender.stop()]);
    await connection.close();
    await api.close();
    await api.client.connection.close();
  };
});
afterAll(() => stop());

/** The orders' own workflows, in real time. */
const workers: Workers = {
  async answered(orderIds, calls) {
    const answers = await Promise.all(calls);
    await eventually('all commands are applied or refused', async () => {
      const [waiting] =
        await api.sql`select 1 from commands where order_id = any(${orderIds}) and outcome is null`;
      return !waiting;
    });
    return answers;
  },
  tick: () => new Date().toISOString(),
};

/** An order's workflow has ended with the order, notified the store in sequence, and written each mail once. */
async function inAgreement(orderId: string): Promise<void> {
  const order = await eventually(`the process of ${orderId} is where the order is`, async () => {
    const [row] = await api.sql<OrderRow[]>`
      select id, episode, status, finished_at from orders
      where id = ${orderId} and started_at is not null and (finished_at is not null or status in ('reserved', 'open'))`;
    return row;
  });
  const { status } = await api.client.workflow.getHandle(workflowIdOf(order)).describe();
  if (order.finishedAt === null) expect(status.name).toBe('RUNNING');
  else {
    expect(await api.client.workflow.getHandle(workflowIdOf(order)).result()).toEqual({
      status: order.status,
    });
    const last = notified.filter((event) => event.orderId === orderId).at(-1);
    expect(last?.type).toBe(order.status === 'cancelled' ? 'order.cancelled' : 'order.settled');
  }
  const sequences = notified.filter((event) => event.orderId === orderId).map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
}

it(
  `${RUNS} lives with real workflows end as a simple model says, in Temporal too`,
  async () => {
    let lives = 0;
    const property = fc.asyncProperty(life, async (given) => {
      const orders = await live(api, workers, `mw${lives++}`, given);
      for (const orderId of orders) await inAgreement(orderId);
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: false });
    const ids = sent.map(({ messageId }) => messageId);
    expect(ids).toHaveLength(new Set(ids).size);
    const later = new Date(Date.now() + 120_000).toISOString();
    expect(await reconcile(api.sql, api.client, later)).toEqual([]);
  },
  60_000 + RUNS * 20_000,
);
