import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { letPass } from '../support/let-pass.ts';
import { openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
}, 120_000);
afterAll(() => system.stop());

const place = (orderId: string) =>
  system.call('/orders', {
    orderId,
    orderNumber: `N-${orderId}`,
    customerId: 'rossi',
    total: { amount: 10_000, currency: 'EUR' },
  });
const kinds = async (orderId: string): Promise<string[]> =>
  (await system.call(`/orders/${orderId}/timeline`)).body.items.map(({ kind }: { kind: string }) => kind);
const finished = (orderId: string) =>
  eventually(
    `${orderId} is finished`,
    async () => (await system.sql`select 1 from orders where id = ${orderId} and finished_at is not null`)[0],
    120_000,
  );

type Held = Awaited<ReturnType<typeof holdBack>>;

/** Holds back what the worker writes to an order's rows from now on. */
async function holdBack(table: string, orderId: string) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holding: Promise<unknown> = Promise.resolve();
  await new Promise<void>((locked) => {
    holding = system.sql.begin(async (tx) => {
      await tx`select 1 from ${tx(table)} where order_id = ${orderId} for update`;
      locked();
      await released;
    });
  });
  return {
    /** Ends the worker when it is about to write. */
    async kill() {
      const waiting = system.sql`from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await eventually('the worker wants to write', async () => (await system.sql`select 1 ${waiting}`)[0]);
      await system.killWorker();
      await system.sql`select pg_terminate_backend(pid) ${waiting}`; // else it writes what the worker had asked for
      release();
      await holding;
    },
  };
}

/** The next webhook is acknowledged, but the worker cannot write that it was. */
const nextWebhookHeldBack = () =>
  new Promise<Held>((resolve) => {
    system.store.answer = async ({ data }) => {
      system.store.answer = () => 204;
      resolve(await holdBack('webhook_deliveries', data.orderId));
      return 204;
    };
  });

it('killed between the store’s answer and its row, then cancelled: the notification is closed, and nothing is pending', async () => {
  const held = nextWebhookHeldBack();
  await place('told');
  await (await held).kill();
  await system.call('/orders/told/cancel', { reason: 'goods out of stock' });
  await system.startWorker();
  await finished('told');
  const told = (await kinds('told')).filter((kind) => kind.startsWith('store.'));
  expect(told.sort()).toEqual(['store.acknowledged', 'store.unacknowledged']);
  expect(await system.reconcile()).toEqual([]);
}, 240_000);

it('killed between the store’s answer and its row, then paid: the store is notified again, and acknowledges', async () => {
  const held = nextWebhookHeldBack();
  await place('paid');
  await (await held).kill();
  await system.call('/orders/paid/payments', {
    paymentId: 'paid-1',
    amount: { amount: 10_000, currency: 'EUR' },
  });
  await system.startWorker();
  await finished('paid');
  const told = (await kinds('paid')).filter((kind) => kind.startsWith('store.'));
  expect(told).toEqual(['store.acknowledged', 'store.acknowledged']);
  expect(await system.reconcile()).toEqual([]);
}, 240_000);

it('killed between the mail server’s 250 and its row: the same mail again, sent maybe twice', async () => {
  const held = new Promise<Held>((resolve) => {
    system.postOffice.beforeAnswer = async () => {
      system.postOffice.beforeAnswer = async () => {};
      resolve(await holdBack('mails', 'mailed'));
    };
  });
  await place('mailed');
  await (await held).kill();
  await system.startWorker();
  // The claim of the attempt, and the lease of the worker that is gone.
  await letPass(system.sql, 100);
  const state = async () => (await system.sql`select state from mails where order_id = 'mailed'`)[0]?.state;
  await eventually('it is sent again', async () => (await state()) === 'sent_maybe_twice', 60_000);
  const mails = system.postOffice.mails.filter(({ text }) => text?.includes('N-mailed'));
  expect(mails).toHaveLength(2);
  expect(mails[1]).toEqual(mails[0]);
}, 240_000);
