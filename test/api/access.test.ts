import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { authenticate } from '../../src/api/auth.ts';
import { revokeApiKey, type Scope, scopes } from '../../src/modules/access/api-keys.ts';
import { eur } from '../support/builders.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const unauthenticated = { status: 401, body: { code: 'unauthenticated' } };

describe('a key', () => {
  it('is required; an unknown, expired or malformed key is refused', async () => {
    const expiring = await api.newKey(['admin'], '2027-03-01T10:00:01.000Z');
    const use = (headers: Record<string, string>) => api.call('/orders', undefined, { as: null, headers });
    expect((await use({ authorization: `Bearer ${expiring.key}` })).status).toBe(200);
    api.clock.now = '2027-03-01T10:00:01.000Z';
    const refused = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer nt_AAAAAAAAAAAAAAAAAAAAAA' },
      { authorization: `Bearer ${expiring.key}` },
      { authorization: `Basic ${btoa(`${api.keys.admin}:`)}` },
      { authorization: api.keys.admin },
      { 'x-api-key': api.keys.admin },
    ];
    for (const headers of refused as Record<string, string>[]) {
      const answer = await use(headers);
      expect(answer).toMatchObject(unauthenticated);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(await api.call('/nothing', undefined, { as: null })).toMatchObject(unauthenticated);
    api.clock.now = '2027-03-01T10:00:00.000Z';
  });

  it('is refused within seconds after it was revoked', async () => {
    const { id, key } = await api.newKey(['read']);
    expect((await api.call('/orders', undefined, { as: { key } })).status).toBe(200);
    await revokeApiKey(api.sql, id, api.clock.now);
    api.clock.now = '2027-03-01T10:00:04.000Z';
    expect(await api.call('/orders', undefined, { as: { key } })).toMatchObject(unauthenticated);
    api.clock.now = '2027-03-01T10:00:00.000Z';
  });

  it('is looked up once by calls that come together', async () => {
    let statements = 0;
    const sql = new Proxy(api.sql, {
      apply(target, self, args) {
        statements += 1;
        return Reflect.apply(target, self, args);
      },
    });
    const app = express().use(
      authenticate({ sql, now: () => api.clock.now }),
      (_req, res) => void res.json({}),
    );
    const server = app.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const headers = { authorization: `Bearer ${api.keys.read}` };
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url, { headers })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(statements).toBe(1);
  });

  it('may do what its scopes allow; an admin’s key may do everything', async () => {
    const may: Record<string, Scope[]> = {
      'PUT /customers/x': ['storefront'],
      'GET /customers': ['storefront', 'accounting', 'read'],
      'GET /customers/x': ['storefront', 'accounting', 'read'],
      'GET /customers/x/eligibility': ['storefront', 'accounting', 'read'],
      'POST /customers/import': ['storefront', 'accounting'],
      'GET /imports': ['storefront', 'accounting', 'read'],
      'GET /imports/x': ['storefront', 'accounting', 'read'],
      'GET /imports/x/rejected': ['storefront', 'accounting', 'read'],
      'POST /customers/x/revoke': [],
      'POST /customers/x/suspend': [],
      'POST /customers/x/grant': [],
      'POST /customers/x/use-rules': [],
      'POST /customers/x/insolvency': [],
      'GET /revocations/x': ['accounting', 'read'],
      'POST /customers/x/holds': [],
      'GET /customers/x/holds': ['accounting', 'read'],
      'POST /customers/x/holds/{holdId}/release': [],
      'POST /customers/x/promises': [],
      'GET /customers/x/promises': ['accounting', 'read'],
      'POST /customers/x/promises/{promiseId}/withdraw': [],
      'GET /customers/x/reminders': ['accounting', 'read'],
      'PUT /customers/x/reminders': [],
      'GET /letters': ['accounting', 'read'],
      'GET /letters/x': ['accounting', 'read'],
      'GET /letters/planned': ['accounting', 'read'],
      'POST /letters/x/approve': [],
      'POST /letters/x/resend': [],
      'POST /customers/x/letters': [],
      'GET /customers/x/letters/preview': ['accounting', 'read'],
      'POST /mail-events': ['storefront'],
      'POST /customers/x/undeliverable-addresses/lift': [],
      'POST /orders/x/disputes': [],
      'GET /orders/x/disputes': ['accounting', 'read'],
      'POST /orders/x/disputes/{disputeId}/resolve': [],
      'GET /orders/x/reminders': ['accounting', 'read'],
      'PUT /orders/x/reminders': [],
      'PUT /customers/x/credit': [],
      'PUT /customers/x/credit/raise': [],
      'GET /customers/x/credit/history': ['accounting', 'read'],
      'POST /customers/x/credit/adjustments': [],
      'PUT /customers/x/credit/group': [],
      'PUT /credit-groups/x': [],
      'GET /credit-groups': ['accounting', 'read'],
      'GET /credit-groups/x': ['accounting', 'read'],
      'PUT /customers/x/terms': [],
      'POST /customers/x/vat-check': ['storefront'],
      'GET /customers/x/vat-checks': ['accounting', 'read'],
      'GET /declines': ['accounting', 'read'],
      'GET /customers/x/statement': ['accounting', 'read'],
      'GET /receipts-entered': ['accounting', 'read'],
      'PUT /receipts-entered': [],
      'GET /reports/ageing': ['accounting', 'read'],
      'GET /reports/dso': ['accounting', 'read'],
      'GET /reports/average-days-late': ['accounting', 'read'],
      'GET /reports/expected-cash': ['accounting', 'read'],
      'GET /ledger/export': ['accounting', 'read'],
      'POST /customers/x/terms-requests': ['storefront'],
      'GET /tasks': ['accounting', 'read'],
      'GET /tasks/x': ['accounting', 'read'],
      'POST /tasks/x/close': [],
      'POST /orders': ['storefront'],
      'GET /orders': ['storefront', 'accounting', 'read'],
      'GET /orders/x': ['storefront', 'accounting', 'read'],
      'PATCH /orders/x': ['storefront'],
      'POST /orders/x/confirm': ['storefront'],
      'POST /orders/x/cancel': ['storefront'],
      'POST /orders/x/amend': ['storefront'],
      'POST /orders/x/fulfilled': ['storefront'],
      'GET /orders/x/ledger': ['accounting', 'read'],
      'GET /orders/x/timeline': ['accounting', 'read'],
      'GET /commands/x': ['accounting', 'read'],
      'POST /orders/x/payments': ['accounting'],
      'POST /orders/x/settle': [],
      'POST /payments/x/reverse': ['accounting'],
      'POST /payments/x/allocations': ['accounting'],
      'GET /payments/x': ['accounting', 'read'],
      'GET /payments': ['accounting', 'read'],
      'POST /customers/x/payments': ['accounting'],
      'GET /bank-lines': ['accounting', 'read'],
      'GET /bank-lines/x': ['accounting', 'read'],
      'POST /bank-lines/x/confirm': ['accounting'],
      'POST /bank-lines/x/ignore': ['accounting'],
      'POST /bank-lines/x/restore': ['accounting'],
      'POST /payments/import': ['accounting'],
      'POST /payments/import/analyse': ['accounting'],
      'GET /bank-accounts': ['accounting', 'read'],
      'GET /bank-accounts/x': ['accounting', 'read'],
      'PUT /bank-accounts/x': [],
      'POST /bank-accounts/x/withdraw': [],
      'PUT /customers/x/bank-account': [],
      'POST /customers/x/payment-references': ['storefront', 'accounting'],
      'POST /orders/x/apply-credit': ['accounting'],
      'POST /orders/x/instalments/{instalment}/collection': ['accounting'],
      'GET /orders/x/collections': ['accounting', 'read'],
      'POST /orders/x/chase': [],
      'POST /orders/x/extend': [],
      'POST /orders/x/credit-notes': ['accounting'],
      'POST /customers/x/refunds': ['accounting'],
      'POST /orders/x/write-off': [],
      'GET /orders/x/interest': ['accounting', 'read'],
      'POST /orders/x/interest': [],
      'POST /orders/x/waive': [],
      'POST /orders/x/instalment-plan': [],
      'GET /approvals': ['accounting', 'read'],
      'GET /approvals/x': ['accounting', 'read'],
      'POST /approvals/x/approve': [],
      'POST /approvals/x/reject': [],
      'PUT /invoices/x': ['accounting'],
      'GET /invoices': ['accounting', 'read'],
      'GET /invoices/x': ['accounting', 'read'],
      'POST /orders/x/retry-store': [],
      'GET /policies/eligibility': ['accounting', 'read'],
      'GET /policies/terms': ['accounting', 'read'],
      'GET /policies/dunning': ['accounting', 'read'],
      'GET /policies/late-interest': ['accounting', 'read'],
      'GET /policies/receipts': ['accounting', 'read'],
      'GET /settings': ['accounting', 'read'],
      ...Object.fromEntries(
        [
          'policies/eligibility',
          'policies/terms',
          'policies/dunning',
          'policies/late-interest',
          'policies/receipts',
          'settings',
        ].flatMap((document): [string, Scope[]][] => [
          [`GET /${document}/versions`, ['accounting', 'read']],
          [`GET /${document}/versions/x`, ['accounting', 'read']],
          [`GET /${document}/differences`, ['accounting', 'read']],
          [`POST /${document}/restore`, []],
        ]),
      ),
      'POST /policies/eligibility/simulate': ['accounting', 'read'],
      'PUT /policies/eligibility': [],
      'PUT /policies/terms': [],
      'PUT /policies/dunning': [],
      'PUT /policies/late-interest': [],
      'PUT /policies/receipts': [],
      'PUT /settings': [],
      'POST /terms/preview': ['accounting', 'read'],
      'POST /policies/dunning/preview': ['accounting', 'read'],
      'POST /interest/preview': ['accounting', 'read'],
      'GET /interest/reference-rates': ['accounting', 'read'],
    };
    const calls = api.endpoints.map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, 'x')}`,
    );
    expect(Object.keys(may).sort()).toEqual(calls.sort());
    for (const [call, allowed] of Object.entries(may)) {
      const [method, path] = call.split(' ') as [string, string];
      const passes: Scope[] = [];
      for (const as of scopes) {
        const { status, body } = await api.call(path, method === 'GET' ? undefined : {}, { as, method });
        if (body.code !== 'forbidden') passes.push(as);
        else expect(status).toBe(403);
      }
      expect([call, passes]).toEqual([
        call,
        [...allowed, 'admin'].sort((a, b) => scopes.indexOf(a as Scope) - scopes.indexOf(b as Scope)),
      ]);
    }
  });
});

it('figures, privilege and credit are shown only to keys that may read everything', async () => {
  const path = '/customers/rossi/eligibility?amount=122000&currency=EUR';
  const seen = (await api.call(path, undefined, { as: 'storefront' })).body;
  expect(seen).toMatchObject({ eligible: true, buyerMessage: expect.stringContaining('dilazionato') });
  expect(seen.checks).toContainEqual({ rule: 'minOrders', passed: true });
  expect(seen).not.toHaveProperty('credit');
  expect(seen.offers).toEqual([
    {
      termsCode: 'net30',
      label: 'Pagamento a 30 giorni',
      instalments: [{ dueOn: '2027-03-31', amount: eur(1220) }],
    },
    {
      termsCode: 'net60',
      label: 'Pagamento a 60 giorni',
      instalments: [{ dueOn: '2027-04-30', amount: eur(1220) }],
    },
    {
      termsCode: 'deposit',
      label: 'Acconto e due rate',
      instalments: [
        { dueOn: '2027-03-01', amount: eur(366) },
        { dueOn: '2027-03-31', amount: eur(366) },
        { dueOn: '2027-04-30', amount: eur(488) },
      ],
    },
    {
      termsCode: 'weekly',
      label: 'Two halves, a week apart',
      instalments: [
        { dueOn: '2027-03-31', amount: eur(610) },
        { dueOn: '2027-04-07', amount: eur(610) },
      ],
    },
    { termsCode: 'demo', label: 'A minute', instalments: [{ dueOn: '2027-03-01', amount: eur(1220) }] },
  ]);
  const { body } = await api.call(path, undefined, { as: 'read' });
  expect(body.checks).toContainEqual({
    rule: 'minOrders',
    passed: true,
    actual: '5',
    required: '3',
    message: 'Enough past orders.',
  });
  expect(body.credit).toEqual({
    limit: eur(10_000),
    exposure: eur(0),
    unapplied: eur(0),
    available: eur(10_000),
  });
  const customer = (await api.call('/customers/rossi', undefined, { as: 'storefront' })).body;
  expect(customer).not.toHaveProperty('credit');
  expect(customer).not.toHaveProperty('privilege');
});

it('a storefront can follow the commands that it gave, and no others', async () => {
  await api.call('/orders', { orderId: 'mine', customerId: 'rossi', total: eur(1) });
  const { body } = await api.ask('mine', 'cancel', { reason: 'left' }, { as: 'storefront' });
  const { commandId } = body.command;
  expect((await api.call(`/commands/${commandId}`, undefined, { as: 'storefront' })).status).toBe(200);
  const other = await api.newKey(['storefront']);
  expect((await api.call(`/commands/${commandId}`, undefined, { as: other })).body.code).toBe('forbidden');
});

it('the log has ids, but no person, key or query', async () => {
  const before = api.logged.length;
  const secret = 'Vincenzo Segreto';
  await api.call(
    '/customers/quiet',
    { name: secret, email: 'v@segreto.example', locale: 'it', country: 'IT' },
    { method: 'PUT' },
  );
  await api.call(`/orders?customerId=${encodeURIComponent(secret)}`);
  await api.send(`/v1/${encodeURIComponent(secret)}`, undefined, { headers: { 'x-request-id': 'req-77' } });
  const lines = api.logged.slice(before);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      method: 'PUT',
      route: '/v1/customers/{customerId}',
      ids: { customerId: 'quiet' },
      status: 201,
      key: expect.any(String),
    },
    { method: 'GET', route: '/v1/orders', status: 422 },
    { method: 'GET', status: 404, requestId: 'req-77' },
  ]);
  expect(lines.join('')).not.toMatch(/Segreto|nt_|segreto|127\.0\.0\.1|Bearer/);
});

it('a valid request id is echoed, otherwise one is made', async () => {
  const ask = async (id: string) =>
    (await api.call('/orders', undefined, { headers: { 'x-request-id': id } })).headers.get('x-request-id');
  expect(await ask('abc-1.2_3')).toBe('abc-1.2_3');
  for (const id of ['x'.repeat(101), 'a b', '<script>']) expect(await ask(id)).toMatch(/^[0-9a-f-]{36}$/);
});

it('failed attempts are limited by address, calls with a valid key are not', async () => {
  const fresh = await openApi();
  const call = (as: 'read' | null) => fresh.call('/orders', undefined, { as });
  const failed = await Promise.all(Array.from({ length: 40 }, () => call(null)));
  expect(failed.filter(({ body }) => body.code === 'unauthenticated')).toHaveLength(30);
  const limited = failed.filter(({ body }) => body.code === 'too-many-attempts');
  expect(limited).toHaveLength(10);
  expect(limited[0]).toMatchObject({ status: 429 });
  expect(limited[0]?.headers.get('retry-after')).toBe('60');
  const good = await Promise.all(Array.from({ length: 60 }, () => call('read')));
  expect(good.every(({ status }) => status === 200)).toBe(true);
  await fresh.close();
});
