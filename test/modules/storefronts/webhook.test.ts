import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { type StoreEvent, StoreUnavailable } from '../../../src/modules/storefronts/storefront.ts';
import { createWebhookStorefront } from '../../../src/modules/storefronts/webhook.ts';
import { isPublic } from '../../../src/platform/http/public-address.ts';

const secret = `whsec_${Buffer.from('a key of the tests, 32 bytes long').toString('base64')}`;

const paid: StoreEvent = {
  type: 'order.marked_paid',
  webhookId: 'order-1042.paid',
  sequence: 1,
  orderId: '1042',
  orderNumber: 'A-7',
  customerId: 'acme',
  total: { amount: 122_000, currency: 'EUR' },
  occurredAt: '2026-11-25T08:00:00.000Z',
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A store on a free port, and what it received. */
async function aStore(listener: RequestListener) {
  const heard: { headers: IncomingMessage['headers']; method: string; path: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    heard.push({ headers: request.headers, method: request.method!, path: request.url!, body });
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  return { heard, port, url: `http://127.0.0.1:${port}/hooks?shop=1` };
}

const storefront = (url: string, options: { allowPrivate?: boolean; timeoutMs?: number } = {}) =>
  createWebhookStorefront({ url, secret, allowPrivate: true, ...options });

const answering = (status: number, body = '', headers: Record<string, string> = {}) =>
  aStore((_, response) => response.writeHead(status, headers).end(body));

async function failure(promise: Promise<unknown>): Promise<StoreUnavailable> {
  const error = await promise.then(
    () => expect.unreachable('the store should not have answered'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreUnavailable);
  return error as StoreUnavailable;
}

test('a store verifies the signature and reads ids and amounts, no more', async () => {
  const store = await answering(204);

  expect(await storefront(store.url).notify(paid)).toEqual({ kind: 'acknowledged', status: 204 });

  const [{ headers, method, path, body }] = store.heard as [(typeof store.heard)[number]];
  expect([method, path, headers['content-type'], headers['webhook-id']]).toEqual([
    'POST',
    '/hooks?shop=1',
    'application/json',
    'order-1042.paid',
  ]);
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
    type: 'order.marked_paid',
    timestamp: '2026-11-25T08:00:00.000Z',
    data: {
      orderId: '1042',
      orderNumber: 'A-7',
      customerId: 'acme',
      sequence: 1,
      total: { amount: 122_000, currency: 'EUR' },
    },
  });
});

test('a retry carries the same id and body, signed at its own time', async () => {
  const store = await answering(200);
  const shop = storefront(store.url);
  await shop.notify(paid);
  await shop.notify(paid);
  const [first, second] = store.heard;
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(second!.body).toBe(first!.body);
  for (const { headers } of store.heard)
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
});

test.each([200, 201, 202, 204, 299])('%i acknowledges', async (status) => {
  const { url } = await answering(status);
  expect(await storefront(url).notify(paid)).toEqual({ kind: 'acknowledged', status });
});

test.each([409, 422])('%i with the code order-unknown says that the order does not exist', async (status) => {
  const { url } = await answering(status, '{"code":"order-unknown"}');
  expect(await storefront(url).notify(paid)).toEqual({ kind: 'order-unknown', status });
});

test.each([
  [409, ''],
  [409, 'null'],
  [409, '{"code":"locked"}'],
  [409, 'order-unknown'],
  [409, `{"code":"order-unknown","padding":"${'x'.repeat(70_000)}"}`],
  [422, '{"error":"order-unknown"}'],
  [404, '{"code":"order-unknown"}'],
  [410, '{"code":"order-unknown"}'],
  [400, ''],
  [401, ''],
  [429, ''],
  [500, ''],
  [503, ''],
])('%i %.40s is a reason to try again', async (status, body) => {
  const { url } = await answering(status, body);
  const error = await failure(storefront(url).notify(paid));
  expect(error).toMatchObject({ status, message: `the store answered ${status}` });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const elsewhere = await answering(200);
  const store = await answering(status, '', { location: elsewhere.url });
  expect(await failure(storefront(store.url).notify(paid))).toMatchObject({ status });
  expect(elsewhere.heard).toEqual([]);
});

test('a store that does not answer in time is abandoned, and so is one that never ends its answer', async () => {
  const silent = await aStore(() => {});
  const error = await failure(storefront(silent.url, { timeoutMs: 50 }).notify(paid));
  expect(error).toMatchObject({ status: null, message: 'the store did not answer within 50 ms' });

  const endless = await aStore((_, response) => {
    response.writeHead(409);
    response.write('{"code":');
  });
  expect((await failure(storefront(endless.url, { timeoutMs: 200 }).notify(paid))).message).toBe(
    'the store did not answer within 200 ms',
  );
});

test('a store that is down gives an error with a code and a cause, without the address', async () => {
  const { url, port } = await answering(200);
  await new Promise((resolve) => servers.pop()!.close(resolve));
  const error = await failure(storefront(url).notify(paid));
  expect(error.message).toBe('the store could not be reached: ECONNREFUSED');
  expect(error.message).not.toContain(String(port));
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
});

test('a connection that breaks before the answer is a reason to try again', async () => {
  const { url } = await aStore((request) => request.socket.destroy());
  expect((await failure(storefront(url).notify(paid))).message).toBe(
    'the store could not be reached: ECONNRESET',
  );
});

test.each([
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '127.0.0.1.',
  'localhost',
  'LOCALHOST',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '0.0.0.0',
  '[::]',
])('without permission the store’s own machine is not reached as %s', async (host) => {
  const { heard, port } = await answering(200);
  const error = await failure(storefront(`http://${host}:${port}/`, { allowPrivate: false }).notify(paid));
  expect(error.message).toBe('the store could not be reached: ADDRESS_NOT_PUBLIC');
  expect(heard).toEqual([]);
});

test.each([
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  'fe80::1',
  'fe80::1%eth0',
  'fd00::1',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '::10.0.0.1',
])('%s is not a public address', (address) => {
  expect(isPublic(address)).toBe(false);
});

test.each(['93.184.216.34', '8.8.8.8', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
  '%s is a public address',
  (address) => {
    expect(isPublic(address)).toBe(true);
  },
);

test.each([
  ['ftp://shop.example/', 'https://'],
  ['file:///etc/passwd', 'https://'],
  ['https://user:hunter2@shop.example/', 'user name or password'],
])('%s is not an address for a webhook', (url, why) => {
  const create = () => storefront(url);
  expect(create).toThrow(why);
  expect(create).not.toThrow('hunter2');
});

test('a malformed secret is refused at the start, without being repeated', () => {
  const create = () =>
    createWebhookStorefront({ url: 'https://shop.example/', secret: 'whsec_%%%', allowPrivate: false });
  expect(create).toThrow('base64');
  expect(create).not.toThrow('%%%');
});
