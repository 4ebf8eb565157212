import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkout } from '../../../src/modules/ordering/checkout.ts';
import {
  beginDelivery,
  deliveriesOf,
  endDelivery,
  giveUpDeliveries,
} from '../../../src/modules/storefronts/tables.ts';
import { anOrder } from '../../support/builders.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { openMerchant } from '../../support/merchant.ts';

const NOW = '2027-03-01T10:00:00.000Z';
const id = 'order-o.paid';

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
  await openMerchant(database.sql);
  const by = { now: NOW, actor: 'key:test', notifiesStore: true };
  await checkout(database.sql, anOrder({ orderId: 'o' }), by);
});
afterEach(() => database.drop());

const begin = () =>
  database.sql.begin((tx) => beginDelivery(tx, { id, orderId: 'o', type: 'order.marked_paid', now: NOW }));
const giveUp = () => database.sql.begin((tx) => giveUpDeliveries(tx, 'o', NOW));
const row = async () => (await deliveriesOf(database.sql, 'o'))[0];

it('an acknowledgement stands, whatever an earlier attempt or the end of the order brings afterwards', async () => {
  await begin();
  await begin();
  await giveUp();
  expect(await row()).toMatchObject({ deliveredAt: null, givenUpAt: NOW });
  await endDelivery(database.sql, id, { status: 204, error: null, deliveredAt: NOW });
  await endDelivery(database.sql, id, { status: null, error: 'no answer', deliveredAt: null });
  expect(await row()).toMatchObject({ deliveredAt: NOW, lastStatus: 204, lastError: null });
});

it('what was given up is pending again when it is tried again', async () => {
  await begin();
  await giveUp();
  expect(await begin()).toMatchObject({ attempts: 2, givenUpAt: null });
});
