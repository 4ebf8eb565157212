import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { addCustomer, openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
  await system.sql`update accounts set credit_limit = 1000000000`;
}, 120_000);
afterAll(() => system.stop());
afterEach(async () => {
  expect(await system.reconcile()).toEqual([]);
});

const euros = (units: number) => ({ amount: units * 100, currency: 'EUR' });
const place = (orderId: string) =>
  system.call('/orders', { orderId, customerId: 'rossi', total: euros(100), orderNumber: `N-${orderId}` });
const started = (orderId: string) =>
  eventually(
    `the workflow of ${orderId} runs`,
    async () => (await system.sql`select 1 from orders where id = ${orderId} and started_at is not null`)[0],
    45_000,
  );
const applied = (orderId: string) =>
  eventually(
    `the commands of ${orderId} are applied`,
    async () => {
      const [{ waiting } = { waiting: 1 }] = await system.sql<
        { waiting: number }[]
      >`select count(*)::int as waiting from commands where order_id = ${orderId} and outcome is null`;
      return waiting === 0;
    },
    45_000,
  );
const finished = (orderId: string) =>
  eventually(
    `${orderId} is finished`,
    async () => (await system.sql`select 1 from orders where id = ${orderId} and finished_at is not null`)[0],
    90_000,
  );

it('Temporal down at checkout: the order is accepted, a payment is kept, and both continue when Temporal is back', async () => {
  await place('warm');
  await started('warm');
  await system.stopTemporal();
  expect((await place('dark')).status).toBe(201);
  const paid = await system.call('/orders/dark/payments', { paymentId: 'dark-1', amount: euros(40) });
  expect(paid.status).toBe(202);
  expect(paid.headers.get('location')).toMatch(/^\/v1\/commands\/cmd_/);
  await system.startTemporal();
  await started('dark');
  await applied('dark');
  expect((await system.call('/orders/dark')).body).toMatchObject({ status: 'open', outstanding: euros(60) });
}, 120_000);

it('a payment after somebody terminated the workflow is booked once, and a new workflow continues the order', async () => {
  await place('ended');
  await started('ended');
  await system.client.workflow.getHandle('order/ended/1').terminate('by an operator');
  await system.call('/orders/ended/payments', { paymentId: 'ended-1', amount: euros(30) });
  await applied('ended');
  expect((await system.call('/orders/ended')).body).toMatchObject({
    outstanding: euros(70),
    workflowId: 'order/ended/2',
  });
  await system.call('/orders/ended/payments', { paymentId: 'ended-1', amount: euros(30) });
  expect((await system.call('/orders/ended')).body.outstanding).toEqual(euros(70));
}, 120_000);

it('payments that arrive while the order is closing are each booked once, as payment or as credit', async () => {
  await addCustomer(system.sql, 'closing');
  await system.call('/orders', { orderId: 'closing', customerId: 'closing', total: euros(100) });
  await started('closing');
  const pay = (n: number) =>
    system.call('/orders/closing/payments', { paymentId: `closing-${n}`, amount: euros(20) });
  const answers = await Promise.all([...Array(12).keys(), ...Array(12).keys()].map(pay));
  expect(answers.every(({ status }) => status === 200 || status === 202)).toBe(true);
  await applied('closing');
  await finished('closing');
  const [customer] = await system.sql`select exposure, unapplied from accounts where customer_id = 'closing'`;
  expect(customer).toEqual({ exposure: 0, unapplied: 14_000 });
}, 120_000);

it('kill -9 of the worker in the middle loses nothing and books nothing twice', async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `killed-worker-${n}`);
  await Promise.all(ids.map(place));
  const payments = ids.map((id) =>
    system.call(`/orders/${id}/payments`, { paymentId: `${id}-p`, amount: euros(100) }),
  );
  await system.killWorker();
  await Promise.all(payments);
  await system.startWorker();
  for (const id of ids) await finished(id);
  const [row] =
    await system.sql`select count(*)::int as entries, sum(amount)::bigint as total from ledger where kind = 'payment' and order_id like 'killed-worker-%'`;
  expect(row).toEqual({ entries: 20, total: -200_000 });
  // Each customer hears of the order: that it is confirmed, or only that it is settled, if that was first.
  const told = () =>
    ids.filter((id) => system.postOffice.mails.some(({ text }) => text?.includes(`N-${id}`))).length;
  await eventually('every order has a letter', () => told() === 20, 60_000);
}, 240_000);

it('kill -9 of the API in the middle: what was answered is kept, and the store can safely repeat the rest', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `killed-api-${n}`);
  const first = ids.map(place);
  await eventually(
    'some are in',
    async () => (await system.sql`select 1 from orders where id like 'killed-api-%' limit 1`)[0],
  );
  await system.killServer();
  const answers = await Promise.all(first);
  await system.startServer();
  const [{ kept } = { kept: 0 }] = await system.sql<
    { kept: number }[]
  >`select count(*)::int as kept from orders where id like 'killed-api-%'`;
  expect(kept).toBeGreaterThanOrEqual(answers.filter(({ status }) => status === 201).length);
  const again = await Promise.all(ids.map(place));
  expect(again.every(({ status }) => status === 201)).toBe(true);
  for (const id of ids) await started(id);
  const [row] =
    await system.sql`select count(*)::int as charges from ledger where kind = 'charge' and order_id like 'killed-api-%'`;
  expect(row?.charges).toBe(40);
}, 120_000);

it('kill -9 of the worker and of the API in the middle of one transfer over twenty orders: nothing is lost or booked twice', async () => {
  await addCustomer(system.sql, 'transfer');
  await system.sql`update accounts set credit_limit = 1000000000 where customer_id = 'transfer'`;
  const ids = Array.from({ length: 20 }, (_, n) => `transfer-${n}`);
  for (const orderId of ids)
    await system.call('/orders', { orderId, customerId: 'transfer', total: euros(100) });
  for (const orderId of ids) await started(orderId);
  const body = { paymentId: 'transfer', amount: euros(2_010) };
  const asked = system.call('/customers/transfer/payments', body);
  await eventually(
    'some is allocated',
    async () =>
      (
        await system.sql`select 1 from ledger where payment_id = 'transfer' and kind = 'allocation' limit 1`
      )[0],
  );
  await Promise.all([system.killWorker(), system.killServer()]);
  await asked;
  await system.startServer();
  await system.startWorker();
  expect((await system.call('/customers/transfer/payments', body)).status).toBeLessThan(300);
  for (const orderId of ids) await finished(orderId);
  expect((await system.call('/payments/transfer')).body).toMatchObject({
    allocated: euros(2_000),
    unapplied: euros(10),
    pending: euros(0),
  });
  const [row] =
    await system.sql`select count(*)::int as receipts from ledger where payment_id = 'transfer' and kind = 'payment'`;
  expect(row?.receipts).toBe(1);
}, 240_000);

it('a mail server that refuses is tried again and shown, and does not delay the order', async () => {
  system.postOffice.open = false;
  await place('no-post');
  const state = async () =>
    (await system.sql`select state, last_error from mails where id = 'confirmation:no-post'`)[0];
  expect(
    await eventually('it is shown', async () => ((await state())?.lastError ? state() : null)),
  ).toMatchObject({ lastError: expect.stringContaining('451') });
  const events = (await system.call('/orders/no-post/timeline')).body.items;
  expect(events).toContainEqual(expect.objectContaining({ kind: 'mail.queued' }));
  expect(
    (await system.call('/orders/no-post/payments', { paymentId: 'no-post-1', amount: euros(50) })).status,
  ).toBe(200);
  system.postOffice.open = true;
  await eventually('it is sent after all', async () => (await state())?.state === 'sent', 45_000);
}, 120_000);

it('kill -9 of the worker while the mail server has not answered: the mail is repeated soon, with the same Message-ID', async () => {
  const confirmations = () => system.postOffice.mails.filter(({ text }) => text?.includes('N-silent-post'));
  system.postOffice.beforeAnswer = () => new Promise(() => {});
  await place('silent-post');
  await eventually('the server has it', () => confirmations().length === 1);
  await system.killWorker();
  system.postOffice.beforeAnswer = async () => {};
  await system.startWorker();
  // An attempt has 90 seconds; after that another one follows.
  await eventually('it is sent again', () => confirmations().length === 2, 130_000);
  expect(new Set(confirmations().map(({ messageId }) => messageId)).size).toBe(1);
}, 200_000);
