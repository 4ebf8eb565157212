import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { insertCommand } from '../../../src/modules/commands/tables.ts';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import { advance } from '../../../src/modules/orders/advance.ts';
import type { CommandKind } from '../../../src/modules/orders/rules/order-state.ts';
import { getOrder } from '../../../src/modules/orders/tables.ts';
import { reconcileBalances } from '../../../src/modules/overview/reconcile-balances.ts';
import { reversePayment } from '../../../src/modules/payments/reverse-payment.ts';
import { insertPayment } from '../../../src/modules/payments/tables.ts';
import { anOrder, aPass, eur } from '../../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { addCustomer, openMerchant } from '../../support/merchant.ts';

const now = '2027-02-01T10:00:00.000Z';
const undo = { reason: 'entered on the wrong order', actor: 'user:test', now };

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
    told: true,
  });
}

async function ask(
  orderId: string,
  kind: CommandKind,
  payment?: { paymentId: string; units: number },
): Promise<void> {
  const { sql } = database;
  const id = `${orderId}-${kind}-${payment?.paymentId}`;
  const body = payment ? { paymentId: payment.paymentId } : {};
  await insertCommand(
    sql,
    { id, orderId, kind, body, fingerprint: id, actor: 'user:test', reason: null },
    now,
  );
  if (payment) {
    const { amount, currency } = eur(payment.units);
    await insertPayment(sql, {
      ...{
        paymentId: payment.paymentId,
        customerId: orderId,
        orderId,
        amount,
        currency,
        receivedOn: '2027-02-01',
        method: null,
      },
      ...{ reference: null, fingerprint: id, commandId: id, actor: 'user:test', createdAt: now },
    });
  }
  const { episode } = await getOrder(sql, orderId);
  await advance(sql, aPass(orderId, now, { episode }), { told: true });
}

it('gives the balance of an open order back, once', async () => {
  await place('part');
  await ask('part', 'recordPayment', { paymentId: 'part-1', units: 500 });
  expect(await reversePayment(database.sql, 'part-1', undo)).toMatchObject({
    reopened: [],
    replayed: false,
  });
  expect(await getOrder(database.sql, 'part')).toMatchObject({ outstanding: 122_000 });
  expect(await reversePayment(database.sql, 'part-1', undo)).toMatchObject({
    replayed: true,
  });
  expect(await getOrder(database.sql, 'part')).toMatchObject({ outstanding: 122_000 });
  expect(await account('part')).toEqual({ exposure: 122_000, unapplied: 0 });
});

it('opens a settled order again, in a new episode, and takes back what was paid over', async () => {
  await place('settled');
  await ask('settled', 'recordPayment', { paymentId: 'settled-1', units: 220 });
  await ask('settled', 'recordPayment', { paymentId: 'settled-2', units: 1_100 });
  expect(await account('settled')).toEqual({ exposure: 0, unapplied: 10_000 });
  const { reopened } = await reversePayment(database.sql, 'settled-2', undo);
  expect(reopened).toEqual(['settled']);
  expect(await getOrder(database.sql, 'settled')).toMatchObject({
    status: 'open',
    outstanding: 100_000,
    episode: 2,
    startedAt: null,
    finishedAt: null,
  });
  expect(await account('settled')).toEqual({ exposure: 100_000, unapplied: 0 });
});

it('takes back the credit that a payment on a cancelled order had become', async () => {
  await place('cancelled');
  await ask('cancelled', 'recordPayment', { paymentId: 'cancelled-1', units: 100 });
  await ask('cancelled', 'recordPayment', { paymentId: 'cancelled-2', units: 200 });
  await ask('cancelled', 'cancel');
  expect(await account('cancelled')).toEqual({ exposure: 0, unapplied: 30_000 });
  const { reopened } = await reversePayment(database.sql, 'cancelled-2', undo);
  expect(reopened).toEqual([]);
  expect(await getOrder(database.sql, 'cancelled')).toMatchObject({ status: 'cancelled', outstanding: 0 });
  expect(await account('cancelled')).toEqual({ exposure: 0, unapplied: 10_000 });
});
