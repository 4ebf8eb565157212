import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SampleStore, startSampleStore } from '../../src/dev/sample-store.ts';

const secret = `whsec_${Buffer.from('a secret of the sample store').toString('base64')}`;
let store: SampleStore;
beforeEach(async () => {
  store = await startSampleStore({ secret });
});
afterEach(() => store.stop());

async function tell(type: string, sequence: number, signedWith = secret): Promise<number> {
  const id = `order-1042.${sequence}`;
  const at = new Date();
  const body = JSON.stringify({
    type,
    timestamp: at.toISOString(),
    data: {
      orderId: '1042',
      orderNumber: '<b>A-1042</b>',
      customerId: 'acme',
      sequence,
      total: { amount: 122_000, currency: 'EUR' },
    },
  });
  const { status } = await fetch(store.webhookUrl, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
      'webhook-signature': new Webhook(signedWith).sign(id, at, body),
    },
    body,
  });
  return status;
}

const orders = async () => (await (await fetch(`${store.url}/orders.json`)).json()).items;

test('the sample store accepts only signed webhooks', async () => {
  const stranger = `whsec_${Buffer.from('a secret of somebody else').toString('base64')}`;
  expect(await tell('order.cancelled', 1, stranger)).toBe(401);
  expect(await orders()).toEqual([]);
});

test('a delivery that comes twice or late does not change what the newest one said', async () => {
  expect(await tell('order.settled', 2)).toBe(204);
  expect(await tell('order.marked_paid', 1)).toBe(204);
  expect(await tell('order.marked_paid', 1)).toBe(204);
  const [order] = await orders();
  expect(order).toMatchObject({
    orderId: '1042',
    status: 'settled',
    total: { amount: 122_000, currency: 'EUR' },
  });
  expect(order.events.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 2]);
});

test('its page escapes what it shows', async () => {
  await tell('order.marked_paid', 1);
  const page = await (await fetch(store.url)).text();
  expect(page).toContain('A-1042');
  expect(page).not.toContain('<b>A-1042');
});
