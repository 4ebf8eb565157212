import { beforeEach, expect, it } from 'vitest';
import { createApiKey } from '../../src/modules/access/api-keys.ts';
import { countTotal } from '../../src/modules/eligibility/asked-totals.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Answer, useApi } from './harness.ts';

const api = useApi();

const START = '2027-03-01T10:00:00.000Z';
let count = 0;
let customerId: string;
let shop: { key: string };
/** Each test has a customer of its own, with a limit of 6,172.83 EUR, and a store's key of its own. */
beforeEach(async () => {
  api.clock.now = START;
  customerId = `asked-${++count}`;
  await addCustomer(api.sql, customerId);
  const limit = { limit: eur(6_172.83), reason: 'Agreed.' };
  const set = await api.call(`/customers/${customerId}/credit`, limit, { method: 'PUT' });
  expect(set.status).toBe(200);
  shop = await api.newKey(['storefront']);
});

type As = 'read' | 'admin' | { key: string };
const ask = (cents: number, as: As = shop): Promise<Answer> =>
  api.call(`/customers/${customerId}/eligibility?amount=${cents}&currency=EUR`, undefined, { as });
const checkout = (orderId: string, cents: number, as: As = shop): Promise<Answer> =>
  api.call('/orders', { orderId: `${customerId}-${orderId}`, customerId, total: eur(cents / 100) }, { as });
const refused = { status: 429, body: { code: 'too-many-totals' } };

it('a binary search over the totals is stopped long before it knows the credit', async () => {
  let [low, high] = [1, 2 ** 29];
  let answers = 0;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const { status, body } = await ask(middle);
    if (status === 429) break;
    answers += 1;
    if (body.eligible) low = middle;
    else high = middle - 1;
  }
  expect(answers).toBe(12);
  expect(high - low).toBeGreaterThan(100_000);
});

it('a total that was asked before is answered at any time, for each kind of goods', async () => {
  for (let total = 1; total <= 12; total++) expect((await ask(total * 100)).status).toBe(200);
  expect(await ask(1_300)).toMatchObject(refused);
  for (const more of ['', '&categories=tools', '&regime=agrifood&perishable=true']) {
    const path = `/customers/${customerId}/eligibility?amount=700&currency=EUR${more}`;
    expect(await api.call(path, undefined, { as: shop })).toMatchObject({ status: 200 });
  }
});

it('the refusal says when to ask again: an hour after the first total', async () => {
  for (let total = 1; total <= 12; total++) {
    await ask(total * 100);
    api.clock.now = new Date(Date.parse(api.clock.now) + 60_000).toISOString();
  }
  const { headers, body } = await ask(1_300);
  expect(headers.get('retry-after')).toBe('2880');
  expect(body).toMatchObject({ retryAfter: 2_880, detail: expect.stringContaining('12 different totals') });
  api.clock.now = '2027-03-01T10:59:59.999Z';
  expect(await ask(1_300)).toMatchObject(refused);
  api.clock.now = '2027-03-01T11:00:00.000Z';
  expect((await ask(1_300)).status).toBe(200);
  expect(await ask(1_400)).toMatchObject(refused);
});

it('is a limit for each customer and key; whoever may read the credit has none', async () => {
  for (let total = 1; total <= 12; total++) await ask(total * 100);
  expect(await ask(1_300)).toMatchObject(refused);
  const both = await api.newKey(['storefront', 'accounting']);
  for (const as of ['read', 'admin', await api.newKey(['storefront']), both] as const)
    expect((await ask(1_300, as)).status).toBe(200);
  for (let total = 1; total <= 30; total++) expect((await ask(total, both)).status).toBe(200);
  await addCustomer(api.sql, `${customerId}-other`);
  const other = `/customers/${customerId}-other/eligibility?amount=1300&currency=EUR`;
  expect((await api.call(other, undefined, { as: shop })).status).toBe(200);
});

it('what is declined at checkout or as a new total counts as well', async () => {
  for (let n = 1; n <= 5; n++) expect((await checkout(`d${n}`, 1_000_000 + n)).status).toBe(422);
  expect((await checkout('open', 100)).status).toBe(201);
  for (let n = 1; n <= 4; n++) {
    const body = { total: eur(20_000 + n) };
    const { status } = await api.ask(`${customerId}-open`, 'amend', body, { as: shop });
    expect(status).toBe(422);
  }
  for (let n = 1; n <= 3; n++) expect((await ask(n * 1_000)).status).toBe(200);
  expect(await ask(4_000)).toMatchObject(refused);
  expect((await ask(1_000_001)).status).toBe(200);
});

it('a checkout is decided at any time, and a declined one says so', async () => {
  for (let total = 1; total <= 12; total++) await ask(total * 100);
  expect(await ask(5_000)).toMatchObject(refused);
  expect((await checkout('good', 5_000)).status).toBe(201);
  for (let n = 1; n <= 14; n++)
    expect(await checkout(`bad-${n}`, 1_000_000 + n)).toMatchObject({
      status: 422,
      body: { code: 'not-eligible', buyerMessage: expect.any(String) },
    });
  expect((await checkout('better', 6_000)).status).toBe(201);
  const amended = await api.ask(`${customerId}-better`, 'amend', { total: eur(70) }, { as: shop });
  expect(amended.status).toBe(200);
});

it('of many questions at the same moment, over several processes, only twelve are answered', async () => {
  const { id } = await createApiKey(api.sql, { name: 'another process', scopes: ['storefront'] }, START);
  const count = (amount: number) =>
    countTotal(api.sql, { keyId: id, customerId, total: { amount, currency: 'EUR' }, now: START });
  const counted = await Promise.all(Array.from({ length: 40 }, (_, n) => count(n + 1)));
  expect(counted.filter((wait) => wait === null)).toHaveLength(12);
});

it('what is older than an hour is deleted, and more than twelve totals are never kept', async () => {
  await api.sql`truncate asked_totals`;
  for (let n = 1; n <= 30; n++) await checkout(`many-${n}`, 1_000_000 + n);
  const kept = async () => Number((await api.sql`select count(*) as n from asked_totals`)[0]!.n);
  expect(await kept()).toBe(12);
  api.clock.now = '2027-03-01T11:00:00.000Z';
  await ask(100);
  expect(await kept()).toBe(1);
});
