import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import type { OrderCommandKind } from '../../../src/modules/orders/rules/order-state.ts';
import { getOrder } from '../../../src/modules/orders/tables.ts';
import { reconcileBalances } from '../../../src/modules/overview/reconcile-balances.ts';
import { aLook, anOrder, eur } from '../../support/builders.ts';
import { askOf, commandsAlone, keep, reverse } from '../../support/commands.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { addCustomer, openMerchant } from '../../support/merchant.ts';

const now = '2027-02-01T10:00:00.000Z';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
});
afterAll(() => database.drop());
afterEach(async () => {
  expect(await reconcileBalances(database.sql)).toEqual([]);
});

const account = async (id: string) =>
  (await database.sql`select exposure, unapplied from accounts where customer_id = ${id}`)[0];

async function place(orderId: string): Promise<void> {
  await addCustomer(database.sql, orderId);
  await checkout(database.sql, anOrder({ orderId, customerId: orderId }), {
    now,
    actor: 'key:test',
    notifiesStore: false,
  });
}

async function ask(
  orderId: string,
  kind: OrderCommandKind,
  payment?: { paymentId: string; units: number },
): Promise<void> {
  const { sql } = database;
  const commands = commandsAlone(sql);
  const { paymentId, units } = payment ?? { paymentId: null, units: 0 };
  const body = payment ? { paymentId, ...eur(units), receivedOn: '2027-02-01' } : {};
  await keep(sql, (within) => askOf(within, orderId, kind, { body, now }));
  const { episode } = await getOrder(sql, orderId);
  await commands.advance(aLook(orderId, now, { episode }));
}

const undo = (paymentId: string) =>
  reverse(commandsAlone(database.sql), { paymentId, now, reason: 'entered on the wrong order' });

it('restores the balance of an open order, once', async () => {
  await place('part');
  await ask('part', 'recordPayment', { paymentId: 'part-1', units: 500 });
  expect(await undo('part-1')).toMatchObject({ changedOrders: ['part'], replayed: false });
  expect(await getOrder(database.sql, 'part')).toMatchObject({ outstanding: 122_000 });
  expect(await undo('part-1')).toMatchObject({ replayed: true });
  expect(await getOrder(database.sql, 'part')).toMatchObject({ outstanding: 122_000 });
  expect(await account('part')).toEqual({ exposure: 122_000, unapplied: 0 });
});

it('opens a settled order again, in a new episode, and withdraws what was overpaid', async () => {
  await place('settled');
  await ask('settled', 'recordPayment', { paymentId: 'settled-1', units: 220 });
  await ask('settled', 'recordPayment', { paymentId: 'settled-2', units: 1_100 });
  expect(await account('settled')).toEqual({ exposure: 0, unapplied: 10_000 });
  await undo('settled-2');
  expect(await getOrder(database.sql, 'settled')).toMatchObject({
    status: 'open',
    outstanding: 100_000,
    episode: 2,
    startedAt: null,
    finishedAt: null,
  });
  expect(await account('settled')).toEqual({ exposure: 100_000, unapplied: 0 });
});

it('withdraws the credit that a payment on a cancelled order had become', async () => {
  await place('cancelled');
  await ask('cancelled', 'recordPayment', { paymentId: 'cancelled-1', units: 100 });
  await ask('cancelled', 'recordPayment', { paymentId: 'cancelled-2', units: 200 });
  await ask('cancelled', 'cancel');
  expect(await account('cancelled')).toEqual({ exposure: 0, unapplied: 30_000 });
  await undo('cancelled-2');
  expect(await getOrder(database.sql, 'cancelled')).toMatchObject({ status: 'cancelled', outstanding: 0 });
  expect(await account('cancelled')).toEqual({ exposure: 0, unapplied: 10_000 });
});
