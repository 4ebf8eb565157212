import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Router } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, openApi } from './harness.ts';

/* What every answer says to browsers, and what is taken from the line and the head of a request. */

let api: Api;
beforeAll(async () => {
  const admin = Router();
  admin.get('/', (_req, res) => {
    res.type('html').send('<!doctype html>');
  });
  api = await openApi({ admin });
});
afterAll(() => api.close());

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${api.origin}${path}`, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${api.keys.admin}`, ...headers },
  });

/** What the server answers to these bytes, until it closes the connection. */
async function answerTo(bytes: string): Promise<string> {
  const { hostname, port } = new URL(api.origin);
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

const places = [
  ...['/v1/orders', '/v1/orders/none', '/v1/nothing', '/v1/reports/ageing?format=csv', '/admin', '/nothing'],
  ...['/', '/docs/', '/docs/swagger-ui.css', '/openapi.json', '/healthz', '/readyz', '/metrics'],
];

it.each(places)(
  '%s tells browsers to use TLS, to believe the type, to load nothing foreign, and to embed it nowhere',
  async (path) => {
    for (const key of [api.keys.admin, 'nt_wrong']) {
      const answer = await ask(path, { authorization: `Bearer ${key}` });
      const given = Object.fromEntries(answer.headers);
      expect(given).toMatchObject({
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(given).not.toHaveProperty('x-powered-by');
      const policy = given['content-security-policy']!.split(';');
      expect(policy).toEqual(
        expect.arrayContaining([
          ...["default-src 'self'", "base-uri 'none'", "form-action 'self'"],
          ...["frame-ancestors 'none'", "object-src 'none'"],
        ]),
      );
      expect(policy.filter((directive) => /script|unsafe-eval|\*|https?:/.test(directive))).toEqual([]);
      if ((await answer.text()) !== '')
        expect(given['content-type']).toMatch(/^(?:text|application)\/[\w+.-]+(?:;.*)?; charset=utf-8/);
    }
  },
);

it('no page of another site can read an answer or call with a browser’s help', async () => {
  const origin = 'https://evil.example';
  const asked = await ask('/v1/orders', { origin });
  const preflight = await ask('/v1/orders', { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
  for (const { headers } of [asked, preflight])
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect(preflight.ok).toBe(false);
});

it('an answer of the API is kept by no cache, a refusal included', async () => {
  for (const path of ['/v1/orders', '/v1/orders/none', '/v1/customers/rossi/statement?format=pdf'])
    expect((await ask(path)).headers.get('cache-control'), path).toBe('no-store');
});

it('TRACE repeats nothing of what was sent, and no call of the API knows it', async () => {
  for (const path of ['/v1/orders', '/v1/nothing', '/admin', '/docs/', '/healthz']) {
    const sent = request(`${api.origin}${path}`, {
      method: 'TRACE',
      headers: { authorization: `Bearer ${api.keys.admin}`, 'x-mine': 'echo-me' },
    }).end();
    const [answer] = await once(sent, 'response');
    let body = '';
    for await (const part of answer.setEncoding('utf8')) body += part;
    if (path.startsWith('/v1')) expect(answer.statusCode, path).toBeGreaterThanOrEqual(404);
    expect(body).not.toMatch(/echo-me|nt_/);
  }
});

it('a request whose end can be read in two ways is refused, and nothing behind it is taken for another one', async () => {
  const head = `POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.admin}\r\nContent-Type: application/json\r\n`;
  const hidden = `GET /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.admin}\r\nConnection: close\r\n\r\n`;
  for (const lengths of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\nContent-Length: 6\r\n',
    'Transfer-Encoding: chunked, identity\r\n',
    'Content-Length : 5\r\n',
  ])
    expect(
      (await answerTo(`${head}${lengths}\r\n0\r\n\r\n${hidden}`)).match(/HTTP\/1\.1 \d+/g),
      lengths,
    ).toEqual(['HTTP/1.1 400']);
});

it('an address that the caller only claims gives no further attempts', async () => {
  const fresh = await openApi();
  try {
    const attempt = (n: number) =>
      fresh.call('/orders', undefined, {
        as: null,
        headers: {
          'x-forwarded-for': `192.0.2.${n}`,
          'x-real-ip': `192.0.2.${n}`,
          forwarded: `for=192.0.2.${n}`,
        },
      });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => attempt(n)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  } finally {
    await fresh.close();
  }
});

it('refusals are in the log: a key without the scope by its id and the call, an unknown key by the status alone', async () => {
  const { id, key } = await api.newKey(['storefront']);
  const before = api.logged.length;
  await api.call('/orders/none/settle', { reason: 'mine' }, { as: { key } });
  await api.call('/orders', undefined, { as: { key: 'nt_guessed' } });
  const lines = api.logged.slice(before).map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { method: 'POST', route: '/v1/orders/{orderId}/settle', key: id, status: 403, time: expect.any(Number) },
    { method: 'GET', status: 401, requestId: expect.any(String) },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/nt_|mine/);
});

it('an unexpected error is logged whole under its request id, and answered without any detail', async () => {
  const fresh = await openApi();
  try {
    await fresh.sql`alter table orders rename to away`;
    const { status, headers, body } = await fresh.call('/orders');
    const requestId = headers.get('x-request-id');
    expect({ status, body }).toEqual({
      status: 500,
      body: {
        ...{
          type: 'urn:netterms:problem:internal',
          title: expect.any(String),
          status: 500,
          code: 'internal',
        },
        ...{ detail: 'The error is logged under this request id.', instance: '/v1/orders', requestId },
      },
    });
    const logged = fresh.logged.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'a call failed');
    expect(logged).toMatchObject({ requestId, err: { message: expect.stringContaining('"orders"') } });
    expect(logged.err.stack).toContain('.ts');
  } finally {
    await fresh.close();
  }
});
