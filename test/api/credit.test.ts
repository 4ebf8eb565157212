import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { useApi } from './harness.ts';

const api = useApi();

const START = '2027-03-01T10:00:00.000Z';
beforeEach(() => {
  api.clock.now = START;
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const usd = (units: number) => ({ amount: units * 100, currency: 'USD' });
const storefront = { as: 'storefront' } as const;
const put = (path: string, body: object) => api.call(path, body, { method: 'PUT' });
const setCredit = (id: string, body: object) => put(`/customers/${id}/credit`, body);
const place = (orderId: string, customerId: string, fields: object = {}) =>
  api.call('/orders', { orderId, customerId, total: eur(10), ...fields }, storefront);
const read = async (id: string) => (await api.call(`/customers/${id}`, undefined, { as: 'read' })).body;
const ask = async (id: string, { amount, currency }: { amount: number; currency: string }) =>
  (await api.call(`/customers/${id}/eligibility?amount=${amount}&currency=${currency}`)).body;
const checkOf = (body: { checks: { rule: string }[] }, rule: string) =>
  body.checks.find((one) => one.rule === rule);

/** Puts an eligibility policy in force. */
async function use(policy: object): Promise<void> {
  const path = '/policies/eligibility';
  await put(path, { baseVersion: (await api.call(path)).body.version, policy });
}

describe('an account in each currency', () => {
  it('has its own limit, exposure and credit, and an order is judged by the one of its currency', async () => {
    await addCustomer(api.sql, 'two');
    expect(await ask('two', usd(1))).toMatchObject({ eligible: false, credit: { limit: eur(10_000) } });
    expect((await setCredit('two', { limit: usd(500), reason: 'exports' })).body).toMatchObject({
      currency: 'EUR',
      credit: { limit: usd(500), ownLimit: usd(500), exposure: usd(0) },
      otherCredit: [{ limit: eur(10_000), ownLimit: null }],
    });
    expect(await ask('two', usd(500))).toMatchObject({ eligible: true, credit: { available: usd(500) } });
    expect((await place('two-usd', 'two', { total: usd(400) })).status).toBe(201);
    expect((await place('two-eur', 'two', { total: eur(9_000) })).status).toBe(201);
    expect((await place('two-over', 'two', { total: usd(101) })).body.code).toBe('not-eligible');
    expect((await place('two-gbp', 'two', { total: { amount: 1, currency: 'GBP' } })).body.code).toBe(
      'currency-mismatch',
    );
    expect(await ask('two', usd(100))).toMatchObject({
      eligible: true,
      credit: { exposure: usd(400), available: usd(100), warning: 'near-limit' },
    });
    expect(await ask('two', { amount: 1, currency: 'GBP' })).toMatchObject({ eligible: false });
    expect(await read('two')).toMatchObject({
      currency: 'EUR',
      credit: { exposure: eur(9_000), available: eur(1_000) },
      otherCredit: [{ exposure: usd(400), available: usd(100), warning: 'near-limit' }],
    });
    await api.ask('two-usd', 'cancel', { reason: 'too late' }, storefront);
    expect(await read('two')).toMatchObject({
      credit: { exposure: eur(9_000) },
      otherCredit: [{ exposure: usd(0) }],
    });
  });

  it('has the policy’s limit if none is given, and no limit if the policy is in another currency', async () => {
    await addCustomer(api.sql, 'opened');
    expect((await setCredit('opened', { limit: null, currency: 'USD' })).body.credit).toMatchObject({
      limit: usd(0),
      ownLimit: null,
    });
    await use({ sets: [{ name: 'all', rules: [], creditLimit: usd(50) }] });
    expect((await place('opened-1', 'opened', { total: usd(50) })).status).toBe(201);
    await use({ rules: [], creditLimit: eur(10_000) });
  });

  it('shows a warning from 80 % of its limit on', async () => {
    await addCustomer(api.sql, 'warned');
    await setCredit('warned', { limit: usd(100) });
    const warning = async () => (await read('warned')).otherCredit[0].warning;
    await place('warned-1', 'warned', { total: { amount: 7_999, currency: 'USD' } });
    expect(await warning()).toBeUndefined();
    await place('warned-2', 'warned', { total: { amount: 1, currency: 'USD' } });
    expect(await warning()).toBe('near-limit');
    await setCredit('warned', { limit: usd(79) });
    expect(await warning()).toBe('over-limit');
  });

  it('a debt past due in one currency refuses an order in the other, unless it is within its own tolerance', async () => {
    await addCustomer(api.sql, 'late');
    await setCredit('late', { limit: usd(500) });
    await place('late-eur', 'late', { total: eur(5) });
    await place('late-usd', 'late', { total: usd(7) });
    api.clock.now = '2027-04-15T10:00:00.000Z';
    const rule = { rule: 'maxDaysPastDue', days: 5 };
    await use({ rules: [{ ...rule, tolerance: eur(5) }], creditLimit: eur(10_000) });
    expect(checkOf(await ask('late', eur(1)), rule.rule)).toMatchObject({
      passed: false,
      actual: '5.00 EUR and 7.00 USD',
    });
    await api.ask('late-usd', 'settle', { reason: 'paid' });
    for (const asked of [eur(1), usd(1)])
      expect(checkOf(await ask('late', asked), rule.rule)).toMatchObject({
        passed: true,
        actual: '5.00 EUR',
      });
    const bought = [
      { rule: 'minOrders', orders: 2, withinDays: 90 },
      { rule: 'minTurnover', turnover: eur(5), withinDays: 90 },
    ];
    await use({ rules: bought, creditLimit: eur(10_000) });
    expect(await ask('late', usd(1))).toMatchObject({ eligible: true });
    await use({ rules: [], creditLimit: eur(10_000) });
  });

  it('is used by a simulation with an order in its currency', async () => {
    await addCustomer(api.sql, 'sim');
    await setCredit('sim', { limit: null, currency: 'USD' });
    const policy = { rules: [], creditLimit: usd(500) };
    const simulate = async (more: object) => {
      const { body } = await api.call('/policies/eligibility/simulate?limit=200', { policy, ...more });
      return body.items.find(({ customerId }: { customerId: string }) => customerId === 'sim');
    };
    expect(await simulate({ order: { total: usd(400) } })).toMatchObject({
      change: 'gains',
      before: { limit: usd(0) },
      after: { limit: usd(500) },
    });
    expect(await simulate({ order: { total: eur(400) } })).toMatchObject({ change: 'loses' });
    expect(await simulate({})).toMatchObject({ change: 'loses', after: { limit: eur(0) } });
  });
});

describe('a tolerance', () => {
  it('of the customer allows an order to exceed the limit by exactly that much', async () => {
    await addCustomer(api.sql, 'lenient');
    const { body } = await setCredit('lenient', { limit: eur(100), tolerance: eur(5) });
    expect(body.credit).toMatchObject({ limit: eur(100), ownTolerance: eur(5), available: eur(100) });
    expect((await place('lenient-1', 'lenient', { total: eur(105.01) })).body.code).toBe('not-eligible');
    expect((await place('lenient-2', 'lenient', { total: eur(105) })).status).toBe(201);
    expect((await setCredit('lenient', { limit: eur(200) })).body.credit.ownTolerance).toEqual(eur(5));
    expect((await setCredit('lenient', { limit: eur(200), tolerance: null })).body.credit).toMatchObject({
      ownTolerance: null,
    });
  });

  it.each([
    [{ limit: eur(100), tolerance: usd(5) }, '/tolerance/currency'],
    [{ limit: null, tolerance: usd(5) }, '/tolerance/currency'],
    [{ limit: null, currency: 'USD', tolerance: eur(5) }, '/tolerance/currency'],
    [{ limit: eur(100), currency: 'USD' }, '/currency'],
    [{ limit: eur(100), tolerance: eur(-1) }, '/tolerance/amount'],
    [{ limit: null, currency: 'XYZ1' }, '/currency'],
    [{ tolerance: eur(1) }, '/limit'],
  ])('with %j is refused at %s, and nothing is changed', async (body, pointer) => {
    const before = await read('rossi');
    expect(await setCredit('rossi', body)).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer }] },
    });
    expect(await read('rossi')).toEqual(before);
  });
});

it('a raise lifts the limit of one account, and ends there', async () => {
  await addCustomer(api.sql, 'raised');
  await setCredit('raised', { limit: usd(100) });
  const raise = (body: object) => put('/customers/raised/credit/raise', { reason: 'a fair', ...body });
  const until = '2027-03-08T00:00:00.000Z';
  expect((await raise({ raise: { limit: usd(100), until } })).body.errors).toMatchObject([
    { pointer: '/raise/limit', detail: expect.stringContaining('100.00 USD') },
  ]);
  expect((await raise({ raise: { limit: usd(300), until }, currency: 'EUR' })).body.errors).toMatchObject([
    { pointer: '/currency' },
  ]);
  expect((await raise({ raise: null, currency: 'CHF' })).body.code).toBe('currency-mismatch');
  const raised = await raise({ raise: { limit: usd(300), until } });
  expect(raised.body).toMatchObject({
    credit: { limit: usd(300), raise: { limit: usd(300), until } },
    otherCredit: [{ limit: eur(10_000), raise: null }],
  });
  expect((await raise({ raise: null })).body.credit).toMatchObject({ limit: eur(10_000), raise: null });
  expect((await read('raised')).otherCredit).toMatchObject([{ raise: { limit: usd(300) } }]);
  expect((await raise({ raise: null, currency: 'USD' })).body.credit).toMatchObject({ limit: usd(100) });
});

describe('an adjustment of the credit held', () => {
  const adjust = (id: string, body: object) => api.call(`/customers/${id}/credit/adjustments`, body);

  it('makes room for orders, by an entry with a reason, and another adjustment undoes it', async () => {
    await addCustomer(api.sql, 'adjusted');
    await setCredit('adjusted', { limit: eur(10) });
    const more = { adjustmentId: 'adj-1', amount: eur(15), reason: 'a bonus' };
    const done = await adjust('adjusted', more);
    expect(done).toMatchObject({
      status: 200,
      body: { credit: { unapplied: eur(15), available: eur(25) } },
    });
    expect((await place('adjusted-1', 'adjusted', { total: eur(25) })).status).toBe(201);
    const again = await adjust('adjusted', more);
    expect(again).toMatchObject({ status: 200, body: { credit: { unapplied: eur(15) } } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    for (const other of [{ amount: eur(16) }, { amount: eur(-15) }, { reason: 'a gift' }])
      expect(await adjust('adjusted', { ...more, ...other })).toMatchObject({
        status: 409,
        body: { code: 'conflict' },
      });
    const less = { adjustmentId: 'adj-2', amount: eur(-15.01), reason: 'no bonus' };
    expect(await adjust('adjusted', less)).toMatchObject({
      status: 409,
      body: { code: 'insufficient-credit', detail: expect.stringContaining('15.00 EUR') },
    });
    const back = await adjust('adjusted', { ...less, amount: eur(-15) });
    expect(back.body.credit).toMatchObject({ unapplied: eur(0), available: eur(-15) });
    const entries = await api.sql`
      select kind, amount, cause_kind, cause_id from ledger where customer_id = 'adjusted' and account = 'unapplied' order by id`;
    expect(entries).toMatchObject([
      { kind: 'credit_adjustment', amount: 1_500, causeKind: 'adjustment', causeId: 'adj-1' },
      { kind: 'credit_adjustment', amount: -1_500, causeKind: 'adjustment', causeId: 'adj-2' },
    ]);
  });

  it('with one id, sent for many customers at the same time, is booked for one of them', async () => {
    const ids = Array.from({ length: 8 }, (_, n) => `crowd-${n}`);
    for (const id of ids) await addCustomer(api.sql, id);
    const answers = await Promise.all(
      [...ids, ...ids].map((id) => adjust(id, { adjustmentId: 'adj-one', amount: eur(1), reason: 'r' })),
    );
    const booked = answers.filter(({ status }) => status === 200);
    expect(booked).toHaveLength(2);
    expect(booked[0]!.body.customerId).toBe(booked[1]!.body.customerId);
    expect(answers.filter(({ body }) => body.code === 'conflict')).toHaveLength(14);
    const [sum] =
      await api.sql`select sum(unapplied)::int as held from accounts where customer_id = any(${ids})`;
    expect(sum).toEqual({ held: 100 });
    const audited = await api.sql`select 1 from audit where detail ->> 'adjustmentId' = 'adj-one'`;
    expect(audited).toHaveLength(1);
  });

  it('is in the account of its currency, and needs one', async () => {
    await addCustomer(api.sql, 'foreign');
    const given = { adjustmentId: 'adj-usd', amount: usd(3), reason: 'r' };
    expect((await adjust('foreign', given)).body.code).toBe('currency-mismatch');
    await setCredit('foreign', { limit: usd(0) });
    expect((await adjust('foreign', given)).body).toMatchObject({
      credit: { unapplied: usd(3), available: usd(3) },
      otherCredit: [{ unapplied: eur(0) }],
    });
  });

  it.each([
    [{ amount: eur(0) }, '/amount/amount'],
    [{ amount: { amount: 0.5, currency: 'EUR' } }, '/amount/amount'],
    [{ adjustmentId: 'a b' }, '/adjustmentId'],
    [{ reason: ' ' }, '/reason'],
  ])('with %j is refused at %s', async (wrong, pointer) => {
    const { status, body } = await adjust('rossi', {
      adjustmentId: 'adj-bad',
      amount: eur(1),
      reason: 'r',
      ...wrong,
    });
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });
});

it('the history shows limits, tolerances, raises, adjustments and groups', async () => {
  await addCustomer(api.sql, 'told');
  await put('/credit-groups/told', { name: 'Told', limits: [] });
  await setCredit('told', { limit: usd(9), tolerance: usd(1), reason: 'more' });
  const raise = { limit: usd(10), until: '2027-03-08T00:00:00.000Z' };
  await put('/customers/told/credit/raise', { raise, reason: 'a fair' });
  await api.call('/customers/told/credit/adjustments', {
    adjustmentId: 'adj-told',
    amount: usd(2),
    reason: 'a bonus',
  });
  await put('/customers/told/credit/group', { groupId: 'told', reason: 'bought up' });
  const { body } = await api.call('/customers/told/credit/history', undefined, { as: 'read' });
  const by = { at: START, actor: expect.stringMatching(/^key:/) };
  expect(body.items).toEqual([
    { kind: 'group', ...by, reason: 'bought up', before: null, after: 'told' },
    { kind: 'adjustment', ...by, reason: 'a bonus', adjustmentId: 'adj-told', amount: usd(2) },
    { kind: 'raise', ...by, reason: 'a fair', currency: 'USD', before: null, after: raise },
    {
      kind: 'limit',
      ...by,
      reason: 'more',
      currency: 'USD',
      before: null,
      after: usd(9),
      tolerance: { before: null, after: usd(1) },
    },
  ]);
});
