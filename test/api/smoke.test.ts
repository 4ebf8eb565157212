import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, openApi } from './harness.ts';
let api: Api;
beforeAll(async () => { api = await openApi(); });
afterAll(() => api.close());
it('smoke', async () => {
  const t = async (p: string, b?: unknown, o = {}) => { const a = await api.call(p, b, o); console.log(p, a.status, JSON.stringify(a.body).slice(0, 900)); return a; };
  await t('/customers/rossi');
  await t('/customers/rossi', undefined, { as: 'storefront' });
  await t('/customers/rossi/eligibility?amount=1000&currency=EUR', undefined, { as: 'storefront' });
  await t('/customers/rossi/eligibility?amount=1000&currency=EUR');
  await t('/orders', { orderId: 'a', customerId: 'rossi', total: { amount: 5, currency: 'EUR' } });
  await t('/orders', { orderId: 'a', customerId: 'rossi', total: { amount: 5, currency: 'EUR' } });
  await t('/orders', { orderId: 'a', customerId: 'rossi', total: { amount: -5.5, currency: 'E' }, x: 1 });
  await t('/orders/a/payments', { paymentId: 'p', amount: { amount: 5, currency: 'EUR' } });
  await api.work('a');
  await t('/orders/a/payments', { paymentId: 'p', amount: { amount: 5, currency: 'EUR' } });
  await t('/orders/a/ledger'); await t('/orders/a/timeline'); await t('/orders?limit=1'); await t('/customers?limit=1');
  await t('/policies/eligibility'); await t('/policies/terms'); await t('/policies/dunning'); await t('/settings');
  await t('/terms/preview', { terms: { kind: 'net', days: 90 }, placedOn: '2027-01-31', total: { amount: 5, currency: 'EUR' } });
  await t('/policies/dunning/preview', { termsCode: 'net30', placedOn: '2027-01-31', total: { amount: 5, currency: 'EUR' } });
  for (const p of ['/healthz', '/readyz', '/', '/docs/', '/openapi.json', '/metrics', '/nope', '/v1/nope', '/v1/orders/%E0%A4%A', '/v1/orders/%00', '/v1/orders/%2e%2e']) {
    const a = await api.send(p, undefined); console.log(p, a.status, JSON.stringify(a.body).slice(0, 300));
  }
  console.log(api.logged.slice(0, 3).join(''));
  expect(1).toBe(1);
});
