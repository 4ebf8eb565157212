import { afterEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Answer, useApi } from './harness.ts';

const api = useApi();
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const usd = (units: number) => ({ amount: units * 100, currency: 'USD' });
const storefront = { as: 'storefront' } as const;
const put = (path: string, body: object) => api.call(path, body, { method: 'PUT' });
const putGroup = (id: string, limits: object[], name = `Group ${id}`) =>
  put(`/credit-groups/${id}`, { name, limits });
const readGroup = async (id: string) =>
  (await api.call(`/credit-groups/${id}`, undefined, { as: 'read' })).body;
const join = (customerId: string, groupId: string | null) =>
  put(`/customers/${customerId}/credit/group`, { groupId, reason: 'bought up' });
const place = (orderId: string, customerId: string, fields: object = {}) =>
  api.call('/orders', { orderId, customerId, total: eur(100), ...fields }, storefront);
const accepted = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 201);
const times = <T>(count: number, of: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => of(n));

/** A group of four customers; each one's own limit covers everything that the tests order. */
async function aGroup(id: string, limits: object[]): Promise<string[]> {
  await putGroup(id, limits);
  const members = times(4, (n) => `${id}-${n}`);
  for (const member of members) {
    await addCustomer(api.sql, member);
    await put(`/customers/${member}/credit`, { limit: usd(10_000) });
    expect((await join(member, id)).status).toBe(200);
  }
  return members;
}

describe('a group of companies', () => {
  it('is created, written again without a change, changed, read and listed', async () => {
    const written = await putGroup('acme', [eur(1_000), usd(500)], 'Acme');
    expect(written).toMatchObject({
      status: 201,
      body: { groupId: 'acme', name: 'Acme', members: [], used: [], available: [eur(1_000), usd(500)] },
    });
    const same = await putGroup('acme', [eur(1_000), usd(500)], 'Acme');
    expect(same).toMatchObject({ status: 200, body: written.body });
    expect(same.headers.get('idempotent-replayed')).toBe('true');
    const changed = await putGroup('acme', [eur(2_000)], 'Acme');
    expect(changed).toMatchObject({ status: 200, body: { available: [eur(2_000)] } });
    expect(changed.headers.get('idempotent-replayed')).toBeNull();
    const second = await putGroup('acme-2', []);
    const listed: Answer['body'][] = [];
    let cursor = '';
    do {
      const { body } = await api.call(`/credit-groups?limit=1${cursor}`, undefined, { as: 'read' });
      expect(body.items).toHaveLength(1);
      listed.push(...body.items);
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(listed.filter(({ groupId }) => groupId.startsWith('acme'))).toEqual([changed.body, second.body]);
    const audited = await api.sql`select detail from audit where subject = 'credit-group/acme' order by id`;
    expect(audited.map(({ detail }) => detail.before?.limits ?? null)).toEqual([
      null,
      [eur(1_000), usd(500)],
    ]);
    expect(await api.call('/credit-groups/nobody')).toMatchObject({
      status: 404,
      body: { code: 'credit-group-not-found' },
    });
  });

  it.each([
    [{ name: 'A', limits: [eur(1), eur(2)] }, '/limits'],
    [{ name: ' ', limits: [] }, '/name'],
    [{ name: 'A', limits: [{ amount: -1, currency: 'EUR' }] }, '/limits/0/amount'],
    [{ name: 'A' }, '/limits'],
  ])('with %j is refused at %s', async (body, pointer) => {
    expect(await put('/credit-groups/bad', body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });

  it('that many create at the same time is created once', async () => {
    const answers = await Promise.all(times(10, (n) => putGroup('first', [eur(n)])));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
  });

  it('is joined and left by a customer, and shows what its members owe together', async () => {
    const [one, two] = (await aGroup('shown', [eur(300)])) as [string, string];
    await place('shown-a', one, { total: eur(100) });
    await place('shown-b', two, { total: eur(100), confirm: 'later' });
    await place('shown-c', two, { total: usd(7) });
    await api.call(`/customers/${one}/credit/adjustments`, {
      adjustmentId: 'shown',
      amount: eur(30),
      reason: 'a bonus',
    });
    expect(await readGroup('shown')).toMatchObject({
      members: ['shown-0', 'shown-1', 'shown-2', 'shown-3'],
      used: [eur(170), usd(7)],
      available: [eur(130)],
    });
    const customer = (await api.call(`/customers/${one}`, undefined, { as: 'read' })).body;
    expect(customer.creditGroup).toEqual({ groupId: 'shown', name: 'Group shown' });
    const ask = async (as: 'read' | 'storefront') =>
      (await api.call('/customers/shown-3/eligibility?amount=13001&currency=EUR', undefined, { as })).body;
    expect(await ask('read')).toMatchObject({ eligible: false, credit: { available: eur(10_000) } });
    expect((await ask('read')).checks.at(-1)).toEqual({
      rule: 'groupLimit',
      passed: false,
      actual: '300.01 EUR',
      required: 'at most 300.00 EUR',
      message: 'Over the limit of the group “Group shown” by 0.01 EUR.',
    });
    expect((await ask('storefront')).checks.at(-1)).toEqual({ rule: 'groupLimit', passed: false });
    expect((await place('shown-d', 'shown-3', { total: eur(130.01) })).body.code).toBe('not-eligible');
    expect((await join(one, null)).body.creditGroup).toBeNull();
    expect((await place('shown-e', 'shown-3', { total: eur(200) })).status).toBe(201);
    expect((await join(one, 'nobody')).body.code).toBe('credit-group-not-found');
    expect((await join('nobody', 'shown')).body.code).toBe('customer-not-found');
    expect(await api.call(`/customers/${one}`, undefined, storefront)).toMatchObject({ status: 200 });
    expect((await api.call(`/customers/${one}`, undefined, storefront)).body).not.toHaveProperty(
      'creditGroup',
    );
  });
});

describe('at the same moment', () => {
  it('of 40 orders by 4 customers of a group with room for 10, exactly 10 are accepted', async () => {
    const members = await aGroup('ten', [eur(1_000)]);
    const answers = await Promise.all(times(40, (n) => place(`ten-o-${n}`, members[n % 4]!)));
    const refused = answers.filter(({ body }) => body.code === 'not-eligible');
    expect([accepted(answers).length, refused.length]).toEqual([10, 30]);
    expect(await readGroup('ten')).toMatchObject({ used: [eur(1_000), usd(0)], available: [eur(0)] });
  });

  it('each of two currencies has its own room, for reservations too', async () => {
    const members = await aGroup('both', [eur(1_000), usd(700)]);
    const answers = await Promise.all(
      times(80, (n) => {
        const total = n % 2 === 0 ? eur(100) : usd(100);
        return place(`both-o-${n}`, members[(n >> 1) % 4]!, { total, confirm: n % 3 ? 'now' : 'later' });
      }),
    );
    const totals = accepted(answers).map(({ body }) => body.total.currency);
    expect(totals.filter((currency) => currency === 'EUR')).toHaveLength(10);
    expect(totals.filter((currency) => currency === 'USD')).toHaveLength(7);
    expect(await readGroup('both')).toMatchObject({ used: [eur(1_000), usd(700)] });
  });

  it('of 30 orders of one customer in two currencies each account takes exactly what it may', async () => {
    await addCustomer(api.sql, 'alone');
    await put('/customers/alone/credit', { limit: eur(500) });
    await put('/customers/alone/credit', { limit: usd(300), tolerance: usd(100) });
    const answers = await Promise.all(
      times(30, (n) => place(`alone-${n}`, 'alone', { total: n % 2 ? eur(100) : usd(100) })),
    );
    const totals = accepted(answers).map(({ body }) => body.total.currency);
    expect(totals.filter((currency) => currency === 'EUR')).toHaveLength(5);
    expect(totals.filter((currency) => currency === 'USD')).toHaveLength(4);
  });

  it('a revoked member can order nothing more, and only its earlier orders exist', async () => {
    for (let round = 0; round < 4; round++) {
      const members = await aGroup(`raced-${round}`, [eur(100_000)]);
      const orders = times(24, (n) => place(`raced-${round}-o-${n}`, members[n % 4]!));
      const revoked = api.call(`/customers/${members[0]}/revoke`, { reason: 'insolvent' });
      const answers = await Promise.all(orders);
      const ofFirst = accepted(answers).filter(({ body }) => body.customerId === members[0]);
      expect((await revoked).body.credit.exposure).toEqual(eur(100 * ofFirst.length));
      expect((await place(`raced-${round}-after`, members[0]!)).body.code).toBe('not-eligible');
      expect((await readGroup(`raced-${round}`)).used[0]).toEqual(eur(100 * accepted(answers).length));
    }
  });

  it('cancellations and payments make room that orders use, and orders never use more than there is', async () => {
    const members = await aGroup('busy', [eur(1_000)]);
    const first = await Promise.all(times(12, (n) => place(`busy-a-${n}`, members[n % 4]!)));
    const open = accepted(first).map(({ body }) => body.orderId);
    expect(open).toHaveLength(10);
    const freed = [
      ...open.slice(0, 3).map((id) => api.ask(id, 'cancel', { reason: 'not wanted' }, storefront)),
      ...open.slice(3, 6).map((id) => api.ask(id, 'payments', { paymentId: `p-${id}`, amount: eur(100) })),
    ];
    const during = await Promise.all(times(20, (n) => place(`busy-b-${n}`, members[n % 4]!)));
    for (const { status } of await Promise.all(freed)) expect(status).toBe(200);
    const after = await Promise.all(times(20, (n) => place(`busy-c-${n}`, members[n % 4]!)));
    expect(accepted([...during, ...after])).toHaveLength(6);
    expect(await readGroup('busy')).toMatchObject({ used: [eur(1_000), usd(0)], available: [eur(0)] });
  });

  it('customers change groups and limits change while orders come in: all are answered, and the sums are right', async () => {
    const members = [...(await aGroup('left', [eur(900)])), ...(await aGroup('right', [eur(900)]))];
    const answers = await Promise.all(
      times(120, (n) => {
        const member = members[n % members.length]!;
        if (n % 5 === 1) return join(member, n % 2 ? 'left' : 'right');
        if (n % 15 === 7) return putGroup(n % 2 ? 'left' : 'right', [eur(900 + n)]);
        return place(`moving-${n}`, member, { total: n % 4 ? eur(50) : usd(50) });
      }),
    );
    for (const { status, body } of answers) expect([200, 201, 422], JSON.stringify(body)).toContain(status);
    const limits = accepted(answers).filter(({ body }) => body.total.currency === 'EUR');
    expect(limits.length).toBeGreaterThan(0);
    const [unchecked] = await api.sql`
      select count(*)::int as n from orders where id like 'moving-%' and currency = 'EUR'
        and not checks @> '[{"rule": "groupLimit", "passed": true}]'`;
    expect(unchecked).toEqual({ n: 0 });
    for (const id of ['left', 'right']) {
      const { members: now, used } = await readGroup(id);
      const [sum] = await api.sql`
        select sum(total)::bigint as amount from orders where currency = 'EUR' and customer_id = any(${now})`;
      expect(used[0]).toEqual({ amount: Number(sum!.amount ?? 0), currency: 'EUR' });
    }
  });
});
