import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  appliedPayment,
  eligibleCustomer,
  paidOrder,
  placedOrder,
} from '../../src/api/schemas/answer-examples.ts';
import { eligibility } from '../../src/api/schemas/eligibility.ts';
import { command, order, orderAfterCommand } from '../../src/api/schemas/order.ts';
import { apiClient } from '../../src/dev/api-client.ts';
import { seedSampleData } from '../../src/dev/sample-data.ts';
import { applyImport } from '../../src/modules/imports/apply-import.ts';
import { importAppliers } from '../../src/registry.ts';
import { type Operation, operationsOf, requestOf } from './documented.ts';
import { type Answer, type Api, openApi } from './harness.ts';

let api: Api;
let operations: Operation[];
beforeAll(async () => {
  api = await openApi();
  operations = await operationsOf(api);
});
afterAll(() => api.close());

const operationOf = (name: string) => operations.find(({ operationId }) => operationId === name)!;
const endpointOf = (name: string) => api.endpoints.find(({ operationId }) => operationId === name)!;

/** Calls to make one after the other in a separate shop: the preparing calls, and the call that is tried after them. */
function sequencesOf(tried: readonly Operation[]): [calls: readonly string[], names: string[]][] {
  const readings = new Map<string, string[]>();
  const sequences: [readonly string[], string[]][] = [];
  for (const { operationId, method } of tried) {
    const { after = [] } = endpointOf(operationId).tryOut;
    if (method !== 'GET') sequences.push([after, [operationId]]);
    else if (readings.has(after.join())) readings.get(after.join())!.push(operationId);
    else {
      const names = [operationId];
      readings.set(after.join(), names);
      sequences.push([after, names]);
    }
  }
  return sequences;
}

/** Empties the database except for its keys, and seeds the sample data as `npm start` does. */
async function openAnew({ sql, origin, keys }: Api): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const tables = await tx<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('migrations', 'api_keys')`;
    for (const { name } of tables) await tx`delete from ${tx(name)}`;
    await tx`select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) from pg_sequences`;
  });
  await seedSampleData(apiClient(origin, keys.admin));
}

/** Sends what the page at `/docs` fills in. */
async function tryOut(shop: Api, operation: Operation): Promise<Answer> {
  const answer = await shop.working(shop.send(...requestOf(operation)));
  if (operation.path.endsWith('/import') && answer.status === 202)
    await applyImport(shop.sql, answer.body.importId, { appliers: importAppliers, now: shop.clock.now });
  return answer;
}

it('the OpenAPI document has every call, and each of its references has a target', async () => {
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

it('the document says what a call takes, returns and refuses', async () => {
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

it('each call has a unique name, made of a verb and a noun, and describes its parameters', async () => {
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
  const known = new Set(names);
  for (const { operationId, tryOut } of api.endpoints)
    expect(
      (tryOut.after ?? []).filter((name) => !known.has(name)),
      operationId,
    ).toEqual([]);
  for (const { operationId, parameters } of operations)
    for (const { name, description } of parameters)
      expect(description, `${operationId} ${name}`).toMatch(/^\S.{10,}\.$/s);
});

it('each body has an example that the call itself can read, and each path one that fits', () => {
  for (const { operationId, content, parameters } of operations) {
    for (const [type, { example }] of Object.entries(content)) {
      expect(example, `${operationId} ${type}`).toBeDefined();
      if (type !== 'application/json') continue;
      const { body } = endpointOf(operationId);
      expect(body.safeParse(example), operationId).toMatchObject({ success: true });
    }
    for (const { name, in: place, required, schema } of parameters)
      if (place === 'path' || required) {
        expect(schema.example, `${operationId} ${name}`).toBeDefined();
        if (schema.pattern) expect(String(schema.example), operationId).toMatch(new RegExp(schema.pattern));
      }
  }
});

it('each example works on the sample data, after the calls that its description names', async () => {
  const works = operations.filter(({ operationId }) => !endpointOf(operationId).tryOut.needs);
  expect(operations.length - works.length).toBe(9);
  const shop = await openApi({ merchant: false });
  const refused: unknown[] = [];
  try {
    for (const [calls, names] of sequencesOf(works)) {
      await openAnew(shop);
      for (const name of [...calls, ...names]) {
        const { status, body } = await tryOut(shop, operationOf(name));
        if (status < 200 || status > 299) refused.push({ name, after: calls, body });
      }
    }
  } finally {
    await shop.close();
  }
  expect(refused).toEqual([]);
});

it('the page at /docs loads everything from this server', async () => {
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

it('health says that the process is alive, and readiness says which part is missing', async () => {
  expect(await api.send('/healthz', undefined, { as: null })).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
  const parts = { postgresql: 'ok', migrations: 'ok', temporal: 'Temporal cannot be reached.' };
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

it('the examples of answers look like those that the API gives', () => {
  for (const [schema, example] of [
    [order, placedOrder],
    [command, appliedPayment],
    [orderAfterCommand, paidOrder],
    [eligibility, eligibleCustomer],
  ] as const)
    expect(schema.parse(example)).toEqual(example);
});
