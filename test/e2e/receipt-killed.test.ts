import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { letPass } from '../support/let-pass.ts';
import { openMerchant } from '../support/merchant.ts';
import { type RealSystem, startRealSystem } from '../support/real-system.ts';

const ids = Array.from({ length: 12 }, (_, n) => `paid-${n}`);
const euros = (units: number) => ({ amount: units * 100, currency: 'EUR' });

let system: RealSystem;
beforeAll(async () => {
  system = await startRealSystem();
  await openMerchant(system.sql);
}, 120_000);
afterAll(() => system.stop());

const settled = async () =>
  (await system.sql`select 1 from orders where id = any(${ids}) and status = 'settled'`).length;

it('kill -9 of the worker while orders take their parts of a payment: one receipt, which names them all', async () => {
  for (const orderId of ids) {
    const placed = await system.call('/orders', {
      ...{ orderId, orderNumber: `N-${orderId}.`, customerId: 'rossi', total: euros(10) },
    });
    expect(placed.status).toBe(201);
  }
  await eventually('all are confirmed', () => system.postOffice.mails.length === ids.length, 60_000);

  const receivedOn = new Date().toISOString().slice(0, 10);
  const payment = { paymentId: 'all', amount: euros(120), receivedOn };
  const asked = system.call('/customers/rossi/payments', {
    ...payment,
    allocations: ids.map((orderId) => ({ orderId, amount: euros(10) })),
  });
  await eventually('the first is settled', async () => (await settled()) > 0, 60_000);
  await system.killWorker();
  expect((await asked).status).toBeLessThan(300);
  const before = await settled();
  expect(before).toBeLessThan(ids.length);
  expect(system.postOffice.mails).toHaveLength(ids.length);

  await letPass(system.sql, 60);
  await system.startWorker();
  await eventually('all are settled', async () => (await settled()) === ids.length, 120_000);
  const receipts = () => system.sql<{ id: string; state: string; messageId: string | null }[]>`
    select id, state, message_id from mails where kind = 'settled'`;
  await eventually('the receipt left', async () => (await receipts())[0]?.state === 'sent', 60_000);
  const [receipt, ...more] = await receipts();
  expect(more).toEqual([]);
  const arrived = system.postOffice.mails.slice(ids.length);
  expect(arrived.map(({ messageId }) => messageId)).toEqual([receipt!.messageId]);
  for (const id of ids) expect(arrived[0]!.text).toContain(`N-${id}.`);
}, 300_000);
