import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { dunning, eligibility, eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const START = '2027-03-01T10:00:00.000Z';
beforeEach(async () => {
  api.clock.now = START;
  await useRules();
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const storefront = { as: 'storefront' } as const;
const path = '/policies/eligibility';

/** Puts an eligibility policy in force. */
async function use(policy: object, kind = 'eligibility') {
  const { version } = (await api.call(`/policies/${kind}`)).body;
  return api.call(`/policies/${kind}`, { baseVersion: version, policy }, { method: 'PUT' });
}
const useRules = (...rules: object[]) => use({ rules, creditLimit: eur(10_000) });

const place = (orderId: string, customerId: string, fields: object = {}) =>
  api.call('/orders', { orderId, customerId, total: eur(10), ...fields }, storefront);

/** The check by that rule, for an order of 10.00 EUR now. */
async function check(rule: string, customerId: string, query = '') {
  const { body } = await api.call(`/customers/${customerId}/eligibility?amount=1000&currency=EUR${query}`);
  return body.checks.find((one: { rule: string }) => one.rule === rule);
}

const settle = async (orderId: string, at: string) => {
  api.clock.now = at;
  const { status } = await api.ask(orderId, 'settle', { reason: 'paid' });
  expect(status).toBe(200);
};

describe('what Netterms has seen of a customer', () => {
  it('orders and turnover of a period count by their day of placement, without cancelled orders', async () => {
    await addCustomer(api.sql, 'buyer');
    await place('b-old', 'buyer', { placedAt: '2027-01-29T22:59:59Z' });
    await place('b-first', 'buyer', { placedAt: '2027-01-29T23:00:00Z' });
    await place('b-gone', 'buyer');
    await place('b-held', 'buyer', { confirm: 'later' });
    await api.ask('b-gone', 'cancel', { reason: 'changed their mind' }, storefront);
    await useRules(
      { rule: 'minOrders', orders: 2, withinDays: 30 },
      { rule: 'minTurnover', turnover: eur(20), withinDays: 31 },
    );
    expect(await check('minOrders', 'buyer')).toMatchObject({ passed: false, actual: '1' });
    expect(await check('minTurnover', 'buyer')).toMatchObject({ passed: true, actual: '20.00 EUR' });
    await addCustomer(api.sql, 'buys-nothing');
    expect(await check('minOrders', 'buys-nothing')).toMatchObject({ passed: false, actual: '0' });
  });

  it('a debt past due refuses the next order from its day on, a residue of cents does not', async () => {
    await addCustomer(api.sql, 'debtor');
    await place('d-1', 'debtor', { total: eur(100) });
    await useRules({ rule: 'maxDaysPastDue', days: 2, tolerance: eur(1) });
    // Due on 2027-03-31, when Italy's clocks have already changed.
    api.clock.now = '2027-04-02T21:59:59.000Z';
    expect(await check('maxDaysPastDue', 'debtor')).toMatchObject({ passed: true, actual: '0.00 EUR' });
    api.clock.now = '2027-04-02T22:00:00.000Z';
    expect(await check('maxDaysPastDue', 'debtor')).toMatchObject({
      passed: false,
      actual: '100.00 EUR',
      message: '100.00 EUR is more than 2 days past due, the oldest by 3 days.',
    });
    const refused = await place('d-2', 'debtor');
    expect(refused).toMatchObject({ status: 422, body: { code: 'not-eligible' } });
    await api.ask('d-1', 'payments', { paymentId: 'd-almost', amount: eur(99.5) });
    expect(await check('maxDaysPastDue', 'debtor')).toMatchObject({ passed: true, actual: '0.50 EUR' });
    expect((await place('d-2', 'debtor')).status).toBe(201);
  });

  it('days late are counted on average, to the day on which the money was received', async () => {
    await addCustomer(api.sql, 'slow');
    for (const id of ['s-early', 's-late', 's-open', 's-bounced', 's-credited']) await place(id, 'slow');
    const note = { creditNoteId: 'cn-slow', amount: eur(10), reason: 'returned' };
    await api.ask('s-credited', 'credit-notes', note);
    await settle('s-early', '2027-03-10T10:00:00.000Z');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    await api.ask('s-late', 'payments', { paymentId: 'p-late', amount: eur(10), receivedOn: '2027-04-04' });
    await api.ask('s-bounced', 'payments', {
      paymentId: 'p-back',
      amount: eur(10),
      receivedOn: '2027-04-30',
    });
    api.clock.now = '2027-04-10T10:00:00.000Z';
    await useRules({ rule: 'maxAverageDaysLate', days: 3 });
    // 0 + 4 + 10 (still open) + 30; what was credited is not paid by anybody
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({
      passed: false,
      actual: '11 days over 4 instalments',
    });
    const reversed = await api.call('/payments/p-back/reverse', { reason: 'bounced' });
    expect(reversed.status).toBe(200);
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({ actual: '6 days over 4 instalments' });
    await api.ask('s-bounced', 'payments', {
      paymentId: 'p-good',
      amount: eur(10),
      receivedOn: '2027-04-02',
    });
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({ actual: '4 days over 4 instalments' });
    await useRules({ rule: 'maxAverageDaysLate', days: 3, withinDays: 9 });
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({ passed: true, actual: 'none' });
  });

  it('of 50 orders at once only as many are accepted as may be open, and a settled one makes room', async () => {
    await addCustomer(api.sql, 'crowd');
    await useRules({ rule: 'maxOpenOrders', orders: 7 }, { rule: 'minOrders', orders: 1 });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => place(`c-${n}`, 'crowd')));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(7);
    expect(answers.filter(({ body }) => body.code === 'not-eligible')).toHaveLength(43);
    expect((await place('c-more', 'crowd', { confirm: 'later' })).status).toBe(422);
    await settle(accepted[0]!.body.orderId, api.clock.now);
    expect((await place('c-more', 'crowd', { confirm: 'later' })).status).toBe(201);
    expect((await place('c-last', 'crowd')).status).toBe(422);
  });

  it('of 50 orders at once exactly those within the turnover of an insured limit are accepted', async () => {
    const external = { insuredLimit: { amount: eur(105), validUntil: '2027-03-01' } };
    await addCustomer(api.sql, 'insured', { external });
    await useRules({ rule: 'insuredLimit' });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => place(`i-${n}`, 'insured')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    api.clock.now = '2027-03-01T23:00:00.000Z';
    expect(await check('insuredLimit', 'insured')).toMatchObject({
      passed: false,
      message: 'The insured limit expired on 2027-03-01.',
    });
  });
});

describe('what the store says', () => {
  const facts = { name: 'Neri', email: 'conti@neri.example', locale: 'it', country: 'IT' };
  const put = (id: string, fields: object) =>
    api.call(`/customers/${id}`, { ...facts, ...fields }, { ...storefront, method: 'PUT' });

  it('about the first day and credit scores is kept, used by the rules, and removed when it is left out', async () => {
    const external = {
      creditScore: { value: 61, validUntil: '2027-12-31' },
      insuredLimit: { amount: eur(500), validUntil: '2027-06-30' },
    };
    expect(await put('neri', { since: '2026-03-01', external })).toMatchObject({
      status: 201,
      body: { since: '2026-03-01', external },
    });
    await useRules({ rule: 'accountAge', days: 365 }, { rule: 'creditScore', min: 60 });
    expect((await place('n-1', 'neri')).status).toBe(201);
    expect((await put('neri', {})).body).toMatchObject({ since: null, external: {} });
    expect(await check('creditScore', 'neri')).toMatchObject({ passed: false, actual: 'none' });
    expect(await check('accountAge', 'neri')).toMatchObject({
      passed: false,
      actual: '0 days, since 2027-03-01',
    });
  });

  it.each([
    ['BE', 'BE1001686633', true, 'BE1001686633'],
    ['CY', 'CY60001744K', true, 'CY60001744K'],
    ['SM', 'SM 24165', true, 'SM24165'],
    ['IT', 'P.IVA 023\u200b31250163', true, 'IT02331250163'],
    ['BE', 'BE (0)468.561.072', true, 'BE0468561072'],
    ['FR', 'FRXX999999999', false, 'FRXX999999999'],
  ])('in %s with the VAT number %j is accepted: %s', async (country, vatNumber, accepted, actual) => {
    await useRules({ rule: 'vatNumber' });
    await put('vat', { country, vatNumber });
    expect(await check('vatNumber', 'vat')).toMatchObject({ passed: accepted, actual });
    expect((await place(`vat-${actual}`, 'vat')).status).toBe(accepted ? 201 : 422);
  });

  it.each([
    [{ since: '2027-02-30' }, '/since'],
    [{ external: { creditScore: { value: 61 } } }, '/external/creditScore/validUntil'],
    [{ external: { creditScore: { value: 1.5, validUntil: '2027-01-01' } } }, '/external/creditScore/value'],
    [{ external: { mood: 1 } }, '/external/mood'],
  ])('with %j is refused at %s', async (fields, pointer) => {
    expect(await put('neri', fields)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('about the categories decides, and belongs to the request', async () => {
    await useRules({ rule: 'categories', noneOf: ['gift-cards'] }, { rule: 'maxAmount', amount: eur(50) });
    expect((await place('k-1', 'rossi', { categories: ['tools', 'gift-cards'] })).status).toBe(422);
    expect((await place('k-1', 'rossi', { categories: ['tools'], total: eur(51) })).status).toBe(422);
    expect((await place('k-1', 'rossi', { categories: ['tools'] })).status).toBe(201);
    expect((await place('k-1', 'rossi', { categories: ['paint'] })).body.code).toBe('conflict');
    expect(await check('categories', 'rossi', '&categories=tools,gift-cards')).toMatchObject({
      passed: false,
      actual: 'tools, gift-cards',
    });
    const broken = await api.call('/customers/rossi/eligibility?amount=1&currency=EUR&categories=a,,b');
    expect(broken.body.code).toBe('validation');
  });
});

describe('rule sets', () => {
  const sets = [
    {
      name: 'wholesale',
      when: [{ rule: 'groups', anyOf: ['wholesale'] }],
      rules: [{ rule: 'vatNumber' }],
      creditLimit: eur(10_000),
      terms: ['net60'],
      dunning: 'demo',
    },
    { name: 'others', rules: [{ rule: 'minOrders', orders: 3 }], creditLimit: eur(1_000) },
  ];

  it('give the customer terms, limit and reminders; a simple policy is one set for all', async () => {
    await addCustomer(api.sql, 'big', { groups: ['wholesale'] });
    await addCustomer(api.sql, 'small');
    const { body: written } = await use({ sets });
    expect(written.policy.sets).toEqual([
      { ...sets[0], tolerance: eur(0) },
      { ...sets[1], when: [], tolerance: eur(0) },
    ]);
    expect((await api.call('/customers/big')).body).toMatchObject({
      ruleSet: 'wholesale',
      terms: { own: null, codes: ['net60'] },
      credit: { limit: eur(10_000), ownLimit: null, raise: null },
    });
    expect((await api.call('/customers/small')).body).toMatchObject({
      ruleSet: 'others',
      terms: { codes: ['net30', 'net60', 'deposit', 'weekly', 'demo'] },
      credit: { limit: eur(1_000) },
    });
    const { body: may } = await api.call('/customers/big/eligibility?amount=100000&currency=EUR');
    expect(may.offers.map(({ termsCode }: { termsCode: string }) => termsCode)).toEqual(['net60']);
    const usual = await place('big-1', 'big');
    expect(usual.body).toMatchObject({ terms: { code: 'net60' }, instalments: [{ dueOn: '2027-04-30' }] });
    // The plan "demo" of the dunning policy, not the plan of net60.
    expect(usual.body.nextStep).toMatchObject({ key: '1/-PT40S', at: '2027-04-30T21:59:20.000Z' });
    const asked = { termsCode: 'net60', placedOn: '2027-03-01', total: eur(10), customerId: 'big' };
    const preview = await api.call('/policies/dunning/preview', asked);
    expect(preview.body.steps[0]).toMatchObject({ key: '1/-PT40S', at: '2027-04-30T21:59:20.000Z' });
    const other = await place('big-2', 'big', { termsCode: 'net30' });
    expect(other).toMatchObject({ status: 422, body: { code: 'not-eligible' } });
    expect((await place('small-1', 'small', { termsCode: 'net30' })).status).toBe(201);
    expect((await place('small-2', 'small', { total: eur(991) })).status).toBe(422);
  });

  it('give way to the customer’s own terms', async () => {
    await use({ sets });
    await addCustomer(api.sql, 'special', { groups: ['wholesale'] });
    const give = (terms: string[] | null) =>
      api.call('/customers/special/terms', { terms, reason: 'agreed' }, { method: 'PUT' });
    expect((await give(['net30', 'demo'])).body.terms).toEqual({
      own: ['net30', 'demo'],
      codes: ['net30', 'demo'],
    });
    expect((await place('sp-1', 'special')).body.terms.code).toBe('net30');
    expect((await place('sp-2', 'special', { termsCode: 'net60' })).status).toBe(422);
    expect((await give(['net30', 'net90'])).body).toMatchObject({
      code: 'validation',
      errors: [{ pointer: '/terms/1' }],
    });
    expect((await give([])).status).toBe(422);
    expect((await give(null)).body.terms).toEqual({ own: null, codes: ['net60'] });
  });

  it.each<[object, string]>([
    [{ sets, rules: [] }, '/policy/rules'],
    [{ sets: [] }, '/policy/sets'],
    [{ sets: [{ ...sets[1] }, { ...sets[0] }] }, '/policy/sets/1'],
    [{ sets: [sets[0], { ...sets[1], name: 'wholesale' }] }, '/policy/sets/1/name'],
    [{ sets: [{ ...sets[0], terms: ['net60', 'net90'] }] }, '/policy/sets/0/terms/1'],
    [{ sets: [{ ...sets[0], terms: ['net60', 'net60'] }] }, '/policy/sets/0/terms'],
    [{ sets: [{ ...sets[0], dunning: 'strict' }] }, '/policy/sets/0/dunning'],
    [{ sets: [{ ...sets[0], when: [{ rule: 'maxAmount', amount: eur(1) }] }] }, '/policy/sets/0/when/0/rule'],
    [
      { sets: [{ ...sets[0], tolerance: { amount: 1, currency: 'USD' } }] },
      '/policy/sets/0/tolerance/currency',
    ],
    [{ rules: [{ rule: 'categories' }], creditLimit: eur(1) }, '/policy/rules/0'],
    [
      { rules: [{ rule: 'categories', noneOf: ['a'], onlyOf: ['b'] }], creditLimit: eur(1) },
      '/policy/rules/0',
    ],
    [{ rules: [{ rule: 'country', anyOf: ['Italy'] }], creditLimit: eur(1) }, '/policy/rules/0/anyOf/0'],
    [{ rules: [{ rule: 'accountAge', days: -1 }], creditLimit: eur(1) }, '/policy/rules/0/days'],
    [
      { rules: [{ rule: 'minOrders', orders: 1, withinDays: 0 }], creditLimit: eur(1) },
      '/policy/rules/0/withinDays',
    ],
    [
      {
        rules: [
          { rule: 'minAmount', amount: eur(2) },
          { rule: 'maxAmount', amount: eur(1) },
        ],
        creditLimit: eur(1),
      },
      '/policy/rules/1',
    ],
  ])('%j are refused at %s', async (policy, pointer) => {
    const answer = await use(policy);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation' } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('keep the terms and plans that they name from being removed', async () => {
    await use({ sets });
    const net30 = { code: 'net30', label: '30', kind: 'net', days: 30 };
    const terms = await use({ terms: [net30], defaultCode: 'net30' }, 'terms');
    expect(terms).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/terms', detail: expect.stringContaining('“wholesale”') }] },
    });
    const plans = await use({ ...dunning, plans: {} }, 'dunning');
    expect(plans.body).toMatchObject({ code: 'validation', errors: [{ pointer: '/policy/plans' }] });
  });
});

describe('the versions of a policy', () => {
  it('are listed, read, compared and restored', async () => {
    await useRules({ rule: 'vatNumber' });
    await useRules({ rule: 'minOrders', orders: 3 });
    const { body: now } = await api.call(path);
    const { body: first } = await api.call(`${path}/versions?limit=2`, undefined, { as: 'read' });
    expect(first.items.map(({ version }: { version: number }) => version)).toEqual([
      now.version,
      now.version - 1,
    ]);
    const rest = await api.call(`${path}/versions?limit=200&cursor=${first.nextCursor}`);
    expect(rest.body.items.at(-1)).toEqual({
      version: 1,
      updatedAt: '2027-01-01T00:00:00.000Z',
      updatedBy: 'user:test',
    });
    expect((await api.call(`${path}/versions/1`)).body).toMatchObject({ version: 1, policy: eligibility });
    expect((await api.call(`${path}/versions/0`)).body).toMatchObject({ version: 0, updatedBy: null });
    expect((await api.call(`${path}/versions/9999`)).body.code).toBe('version-not-found');
    expect((await api.call(`${path}/versions/first`)).body.code).toBe('validation');

    const compared = await api.call(`${path}/differences?from=${now.version - 1}`);
    expect(compared.body).toEqual({
      from: now.version - 1,
      to: now.version,
      differences: [
        { pointer: '/rules/0/rule', before: 'vatNumber', after: 'minOrders' },
        { pointer: '/rules/0/orders', after: 3 },
      ],
    });

    const restored = await api.call(`${path}/restore`, { baseVersion: now.version, version: 1 });
    expect(restored).toMatchObject({ status: 200, body: { version: now.version + 1, policy: eligibility } });
    const stale = await api.call(`${path}/restore`, { baseVersion: now.version, version: 1 });
    expect(stale.body.code).toBe('stale-version');
  });

  it('a second editor is shown what the first has changed', async () => {
    await useRules({ rule: 'vatNumber' });
    const { version } = (await api.call(path)).body;
    const change = (creditLimit: object) =>
      api.call(path, { baseVersion: version, policy: { rules: [], creditLimit } }, { method: 'PUT' });
    const answers = await Promise.all([change(eur(5)), change(eur(5))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({
      code: 'stale-version',
      currentVersion: version + 1,
      differences: [
        { pointer: '/rules/0', before: { rule: 'vatNumber' } },
        { pointer: '/creditLimit/amount', before: 1_000_000, after: 500 },
      ],
    });
  });

  it('policies that name each other never come to contradict each other', async () => {
    const terms = (await api.call('/policies/terms')).body;
    const { version } = (await api.call(path)).body;
    const without = terms.policy.terms.filter(({ code }: { code: string }) => code !== 'demo');
    const sets = [{ name: 'all', rules: [], creditLimit: eur(1_000), terms: ['demo'] }];
    const answers = await Promise.all([
      api.call(path, { baseVersion: version, policy: { sets } }, { method: 'PUT' }),
      api.call(
        '/policies/terms',
        { baseVersion: terms.version, policy: { ...terms.policy, terms: without } },
        { method: 'PUT' },
      ),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    await useRules();
    await use(terms.policy, 'terms');
  });
});

describe('a simulation', () => {
  const simulate = async (policy: object, query = '', more: object = {}) =>
    (await api.call(`${path}/simulate${query}`, { policy, ...more }, { as: 'read' })).body;

  it('shows who would gain and lose, and why, and changes nothing', async () => {
    await useRules({ rule: 'minOrders', orders: 3 });
    await addCustomer(api.sql, 'sim-new', { pastOrders: 1 });
    await addCustomer(api.sql, 'sim-french', { country: 'FR', vatNumber: null });
    const before = (await api.call(path)).body;
    const body = await simulate({ rules: [{ rule: 'country', anyOf: ['IT'] }], creditLimit: eur(10_000) });
    const items = body.items.filter(({ customerId }: { customerId: string }) =>
      customerId.startsWith('sim-'),
    );
    expect(items).toMatchObject([
      {
        customerId: 'sim-french',
        change: 'loses',
        before: { eligible: true, failed: [] },
        after: { eligible: false, failed: [{ rule: 'country', actual: 'FR', required: 'IT' }] },
      },
      {
        customerId: 'sim-new',
        change: 'gains',
        before: { eligible: false, failed: [{ rule: 'minOrders', actual: '1' }] },
        after: { eligible: true, failed: [], limit: eur(10_000) },
      },
    ]);
    const [{ n }] = (await api.sql`select count(*)::int as n from customers`) as unknown as [{ n: number }];
    expect(body.totals.customers).toBe(n);
    expect(body.totals.eligibleAfter - body.totals.eligibleBefore).toBe(
      body.totals.gains - body.totals.loses,
    );
    expect(body.currentVersion).toBe(before.version);
    expect((await api.call(path)).body).toEqual(before);
  });

  it('goes page by page through everyone that it names, and counts them once', async () => {
    for (let n = 0; n < 5; n++) await addCustomer(api.sql, `turn-${n}`);
    const proposed = { rules: [], creditLimit: eur(20_000) };
    const all = await simulate(proposed, '?limit=200');
    expect(all.totals.limitRaised).toBe(all.items.length);
    const ids: string[] = [];
    let page = await simulate(proposed, '?limit=2');
    for (ids.push(...page.items.map(idOf)); page.nextCursor; ids.push(...page.items.map(idOf))) {
      page = await simulate(proposed, `?limit=2&cursor=${page.nextCursor}`);
      expect(page.totals).toBeNull();
    }
    expect(ids).toEqual(all.items.map(idOf));
  });

  it('with an order also applies the rules about the order, and refuses what could not be saved', async () => {
    const rules = [{ rule: 'maxAmount', amount: eur(100) }];
    const policy = { rules, creditLimit: eur(10_000) };
    expect((await simulate(policy)).totals).toMatchObject({ loses: 0 });
    const order = { total: eur(101) };
    const { totals, items } = await simulate(policy, '', { order });
    expect(totals.loses).toBeGreaterThan(0);
    expect(items[0].after.failed).toMatchObject([
      { rule: 'maxAmount', message: 'The order is 1.00 EUR too large.' },
    ]);
    const sets = [{ name: 'x', rules: [], creditLimit: eur(1), terms: ['net90'] }];
    expect((await simulate({ sets })).errors).toMatchObject([{ pointer: '/policy/sets/0/terms/0' }]);
  });

  it('counts each of many customers once', async () => {
    const crowded = await openApi();
    onTestFinished(() => crowded.close());
    await crowded.sql`
      insert into customers (id, name, email, locale, country, past_orders, currency, fingerprint, created_at, updated_at)
      select 'zz-' || n, 'Many', 'many@many.example', 'it', 'IT', n, 'EUR', '-', ${START}, ${START}
      from generate_series(1, 2500) n`;
    await crowded.sql`
      insert into accounts (customer_id, currency) select id, currency from customers where id like 'zz-%'`;
    const policy = { rules: [{ rule: 'minOrders', orders: 2001 }], creditLimit: eur(1) };
    const { totals } = (await crowded.call(`${path}/simulate`, { policy }, { as: 'read' })).body;
    const [row] = await crowded.sql`select count(*)::int as n from customers`;
    expect(totals).toMatchObject({ customers: row!.n, eligibleAfter: 500 });
  });
});
const idOf = ({ customerId }: { customerId: string }) => customerId;

describe('an admin’s decision for a limited time', () => {
  it('a suspension ends by itself, at its instant, and the former decision applies again', async () => {
    await addCustomer(api.sql, 'paused');
    await api.call('/customers/paused/grant', { reason: 'a friend' });
    const until = '2027-03-02T10:00:00.000Z';
    const { body } = await api.call('/customers/paused/suspend', { reason: 'a dispute', until });
    expect(body.privilege).toMatchObject({ state: 'suspended', until });
    expect(await check('privilege', 'paused')).toMatchObject({
      passed: false,
      message: `Payment terms are suspended for this customer until ${until}.`,
    });
    await api.call('/customers/paused/suspend', { reason: 'longer', until: '2027-03-03T11:00:00+01:00' });
    api.clock.now = '2027-03-03T09:59:59.999Z';
    expect((await place('pa-1', 'paused')).status).toBe(422);
    api.clock.now = '2027-03-03T10:00:00.000Z';
    expect((await place('pa-1', 'paused')).status).toBe(201);
    expect((await api.call('/customers/paused')).body.privilege.state).toBe('granted');
    const past = await api.call('/customers/paused/suspend', { reason: 'late', until: api.clock.now });
    expect(past.body).toMatchObject({ code: 'validation', errors: [{ pointer: '/until' }] });
    expect((await api.call('/customers/paused/grant', { reason: 'x', until })).body.code).toBe('validation');
  });

  it('a suspension never gives back what was revoked', async () => {
    await addCustomer(api.sql, 'gone');
    await api.call('/customers/gone/revoke', { reason: 'insolvent' });
    await api.call('/customers/gone/suspend', { reason: 'by mistake', until: '2027-03-02T10:00:00Z' });
    api.clock.now = '2027-03-05T10:00:00.000Z';
    expect((await api.call('/customers/gone')).body.privilege.state).toBe('revoked');
  });

  it('a raise lifts the limit until its end, and the history shows all changes', async () => {
    await addCustomer(api.sql, 'raised');
    await api.call('/customers/raised/credit', { limit: eur(100), reason: 'small' }, { method: 'PUT' });
    const raise = (limit: object, until = '2027-03-08T00:00:00.000Z') =>
      api.call(
        '/customers/raised/credit/raise',
        { raise: { limit, until }, reason: 'fair' },
        { method: 'PUT' },
      );
    expect((await raise(eur(100))).body.errors).toMatchObject([{ pointer: '/raise/limit' }]);
    expect((await raise(eur(200), START)).body.errors).toMatchObject([{ pointer: '/raise/until' }]);
    expect((await raise({ amount: 90_000, currency: 'USD' })).body.code).toBe('currency-mismatch');
    expect((await raise(eur(200))).body.credit).toMatchObject({
      limit: eur(200),
      ownLimit: eur(100),
      raise: { limit: eur(200), until: '2027-03-08T00:00:00.000Z' },
    });
    expect((await place('ra-1', 'raised', { total: eur(160) })).status).toBe(201);
    expect((await api.call('/customers/raised')).body.credit.warning).toBe('near-limit');
    api.clock.now = '2027-03-08T00:00:00.000Z';
    const over = (await api.call('/customers/raised')).body.credit;
    expect(over).toMatchObject({ limit: eur(100), raise: null, warning: 'over-limit', available: eur(-60) });
    expect((await place('ra-2', 'raised', { total: eur(1) })).status).toBe(422);
    await raise(eur(500), '2027-04-01T00:00:00Z');
    await api.call('/customers/raised/credit/raise', { raise: null, reason: 'over' }, { method: 'PUT' });
    const { body } = await api.call('/customers/raised/credit/history', undefined, { as: 'read' });
    expect(
      body.items.map(({ kind, reason, before, after }: Record<string, unknown>) => [
        kind,
        reason,
        before,
        after,
      ]),
    ).toEqual([
      ['raise', 'over', { limit: eur(500), until: '2027-04-01T00:00:00.000Z' }, null],
      ['raise', 'fair', null, { limit: eur(500), until: '2027-04-01T00:00:00.000Z' }],
      ['raise', 'fair', null, { limit: eur(200), until: '2027-03-08T00:00:00.000Z' }],
      ['limit', 'small', null, eur(100)],
    ]);
  });
});

describe('an admin sees', () => {
  it('why customers were refused, page by page', async () => {
    await useRules({ rule: 'country', anyOf: ['DE'] });
    await addCustomer(api.sql, 'refused');
    api.clock.now = '2027-07-01T10:00:00.000Z';
    for (const id of ['r-1', 'r-2', 'r-3']) await place(id, 'refused');
    await place('r-other', 'rossi');
    const { body } = await api.call('/declines?customerId=refused&limit=2', undefined, { as: 'read' });
    expect(body.items).toMatchObject([
      { orderId: 'r-3', customerId: 'refused', total: eur(10), declinedAt: api.clock.now },
      { orderId: 'r-2' },
    ]);
    expect(body.items[0].checks[1]).toMatchObject({ rule: 'country', actual: 'IT', required: 'DE' });
    const rest = await api.call(`/declines?customerId=refused&limit=2&cursor=${body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ orderId: 'r-1' }], nextCursor: null });
    expect((await api.call('/declines?limit=1')).body.items[0].orderId).toBe('r-other');
    expect((await api.call('/declines', undefined, storefront)).status).toBe(403);
  });

  it('the same VAT number on a second customer, however it is written; the store does not', async () => {
    const ids = ['vat-a', 'vat-b', 'vat-c'];
    await addCustomer(api.sql, 'vat-a', { vatNumber: 'DE 136695976', country: 'DE' });
    await addCustomer(api.sql, 'vat-b', { vatNumber: '136.695-976', country: 'DE' });
    await addCustomer(api.sql, 'vat-c', { vatNumber: '136695976', country: 'FR' });
    const views = await Promise.all(ids.map((id) => api.call(`/customers/${id}`)));
    expect(views.map(({ body }) => body.sameVatNumber)).toEqual([['vat-b'], ['vat-a'], []]);
    const seen = (await api.call('/customers/vat-a', undefined, storefront)).body;
    for (const name of ['sameVatNumber', 'privilege', 'credit', 'terms', 'ruleSet'])
      expect(seen).not.toHaveProperty(name);
  });
});
