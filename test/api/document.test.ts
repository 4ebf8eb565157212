import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

it('the OpenAPI document has every call, and nothing in it points nowhere', async () => {
  const { headers, body } = await api.send('/openapi.json', undefined, { as: null });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Netterms' } });
  const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method} ${path}`),
  );
  expect(documented.sort()).toEqual(api.endpoints.map(({ method, path }) => `${method} /v1${path}`).sort());

  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(references.length).toBeGreaterThan(20);
  for (const path of references)
    expect(
      path.split('/').reduce((node, part) => node?.[part], body),
      path,
    ).toBeDefined();
});

it('the document says what a call takes, gives and refuses', async () => {
  const { paths } = (await api.send('/openapi.json', undefined)).body;
  const checkout = paths['/v1/orders'].post;
  expect(checkout.requestBody.content['application/json'].schema).toEqual({
    $ref: '#/components/schemas/NewOrder',
  });
  expect(checkout.responses['201'].content['application/json'].schema).toEqual({
    $ref: '#/components/schemas/Order',
  });
  expect(checkout.responses.default.content).toHaveProperty('application/problem+json');
  const settle = paths['/v1/orders/{orderId}/settle'].post;
  expect(Object.keys(settle.responses)).toEqual(['200', '202', 'default']);
  expect(
    settle.parameters.map(({ name, in: where }: { name: string; in: string }) => `${where} ${name}`),
  ).toEqual(['path orderId', 'header Idempotency-Key']);
  const list = paths['/v1/orders'].get.parameters;
  expect(list.map(({ name }: { name: string }) => name)).toEqual([
    'status',
    'customerId',
    'overdue',
    'limit',
    'cursor',
  ]);
  expect(list.every(({ required }: { required: boolean }) => !required)).toBe(true);
});

it('the page at /docs brings all it needs from here', async () => {
  expect((await api.send('/', undefined, { as: null })).headers.get('location')).toBe('/docs');
  const page = await api.send('/docs/', undefined, { as: null });
  expect(page.status).toBe(200);
  const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  expect(parts).toContain('./swagger-ui-init.js');
  for (const part of parts) {
    expect(part).toMatch(/^\.\//);
    expect((await api.send(`/docs/${part}`, undefined, { as: null })).status, part).toBe(200);
  }
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
  expect((await api.send('/docs/swagger-ui-init.js', undefined)).body).toContain('/openapi.json');
});

it('health says that the process lives, and readiness which part is missing', async () => {
  expect(await api.send('/healthz', undefined, { as: null })).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
  const parts = { postgresql: 'ok', migrations: 'ok', temporal: 'unreachable' };
  expect(await api.send('/readyz', undefined, { as: null })).toMatchObject({ status: 503, body: { parts } });
  await api.sql`delete from migrations`;
  expect((await api.send('/readyz', undefined)).body.parts.migrations).toBe('pending');
});

it('metrics count by route, without ids', async () => {
  await api.call('/orders/none');
  await api.call('/nothing');
  const { body } = await api.send('/metrics', undefined, { as: null });
  expect(body).toMatch(
    /http_request_duration_seconds_count\{method="GET",route="\/v1\/orders\/\{orderId\}",status="404"\} 1/,
  );
  expect(body).toMatch(/route="other",status="404"/);
  expect(body).not.toContain('/v1/orders/none');
});
