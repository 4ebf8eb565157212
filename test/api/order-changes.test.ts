import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/db/client.ts';
import { finaliseDueDates } from '../../src/db/final-due-dates.ts';
import { lockOrder } from '../../src/db/orders.ts';
import { reconcileBalances } from '../../src/db/reconcile.ts';
import { eur } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.clock.now = '2027-03-01T10:00:00.000Z';
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const store = { as: 'storefront' } as const;
const net = (days: number) => ({ kind: 'net', days });
const facts = {
  name: 'Verdi S.r.l.',
  email: 'conti@verdi.example',
  locale: 'it-IT',
  country: 'IT',
  vatNumber: '12345670488',
  stats: { orders: 9, turnover: eur(9_000) },
};

async function offerTerms(terms: object[]) {
  const { version } = (await api.call('/policies/terms')).body;
  const policy = {
    terms: terms.map((given, index) => ({ code: `t${index}`, label: `T${index}`, ...given })),
    defaultCode: 't0',
  };
  return api.call('/policies/terms', { baseVersion: version, policy }, { method: 'PUT' });
}

let customers = 0;
let orders = 0;
/** A customer of its own with 10,000 EUR of credit. */
async function aCustomer(fields: object = {}): Promise<string> {
  const id = `c${++customers}`;
  await api.call(`/customers/${id}`, { ...facts, ...fields }, { method: 'PUT' });
  return id;
}
async function place(orderId: string, fields: object = {}) {
  const { customerId = await aCustomer() } = fields as { customerId?: string };
  const answer = await api.call('/orders', { orderId, customerId, total: eur(1_000), ...fields }, store);
  expect(answer.status).toBe(201);
  return answer.body;
}
const fulfil = (orderId: string, body: object = {}) => api.ask(orderId, 'fulfilled', body, store);
const amend = (orderId: string, total: unknown, fields: object = {}) =>
  api.ask(orderId, 'amend', { total, ...fields }, store);
const pay = (orderId: string, paymentId: string, units: number) =>
  api.ask(orderId, 'payments', { paymentId, amount: eur(units) }, { as: 'accounting' });
const read = async (orderId: string) => (await api.call(`/orders/${orderId}`)).body;
const creditOf = async (customerId: string) => (await api.call(`/customers/${customerId}`)).body.credit;
const dates = ({ instalments }: { instalments: { dueOn: string; provisional: boolean }[] }) =>
  instalments.map(({ dueOn, provisional }) => (provisional ? `${dueOn}?` : dueOn));

describe('terms from the fulfilment', () => {
  const deposit = {
    kind: 'instalments',
    from: 'fulfilled',
    lines: [
      { percent: '30', terms: { ...net(0), from: 'placed' } },
      { remainder: true, terms: net(30) },
    ],
  };

  it('give a provisional date in a preview, an offer and an order, and the final one once all is fulfilled', async () => {
    await offerTerms([{ ...net(30), from: 'fulfilled' }]);
    const expected = [{ dueOn: '2027-03-31', amount: eur(1_000), provisional: true }];
    const terms = { ...net(30), from: 'fulfilled' };
    const preview = { terms, placedOn: '2027-03-01', total: eur(1_000) };
    expect((await api.call('/terms/preview', preview)).body.instalments).toEqual(expected);
    const { offers } = (await api.call('/customers/rossi/eligibility?amount=100000&currency=EUR')).body;
    expect(offers[0].instalments).toEqual(expected);

    const placed = await place('whole');
    expect(placed).toMatchObject({
      instalments: [{ dueOn: '2027-03-31', dueAt: null, provisional: true }],
      fulfilment: { amount: eur(0), complete: false, completedOn: null },
      nextStep: null,
    });
    api.clock.now = '2027-06-01T10:00:00.000Z';
    expect(await read('whole')).toMatchObject({ overdue: false, daysLate: 0 });

    const { status, body } = await fulfil('whole');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      instalments: [{ dueOn: '2027-07-01', dueAt: '2027-07-01T22:00:00.000Z', provisional: false }],
      fulfilment: { amount: eur(1_000), complete: true, completedOn: '2027-06-01' },
      nextStep: { key: '1/-P3D', kind: 'remind' },
    });
  });

  it('leave a deposit at the placement where its line says so', async () => {
    await offerTerms([deposit]);
    expect(dates(await place('deposit'))).toEqual(['2027-03-01', '2027-03-31?']);
    await fulfil('deposit', { fulfilledOn: '2027-03-01' });
    expect(dates(await read('deposit'))).toEqual(['2027-03-01', '2027-03-31']);
  });

  it('count from the day of the last part, in whatever sequence the parts are told', async () => {
    await offerTerms([{ ...net(30), from: 'fulfilled' }]);
    await place('parts', { placedAt: '2027-02-01T10:00:00Z' });
    const first = await fulfil('parts', { fulfilmentId: 'f2', amount: eur(400), fulfilledOn: '2027-02-20' });
    expect(first.body).toMatchObject({ fulfilment: { amount: eur(400), complete: false } });
    expect(dates(first.body)).toEqual(['2027-03-03?']);
    const second = await fulfil('parts', { fulfilmentId: 'f1', amount: eur(600), fulfilledOn: '2027-02-10' });
    expect(second.body.fulfilment).toEqual({
      amount: eur(1_000),
      complete: true,
      completedOn: '2027-02-20',
    });
    expect(dates(second.body)).toEqual(['2027-03-22']);
  });

  it('move by the customer’s closed months, from the day that is told', async () => {
    const customerId = await aCustomer({ closedMonths: [{ month: 4, moveToDay: 10 }] });
    await place('closed', { customerId });
    api.clock.now = '2027-03-20T10:00:00.000Z';
    expect(dates((await fulfil('closed', { fulfilledOn: '2027-03-15' })).body)).toEqual(['2027-05-10']);
  });

  it('give the discount for who pays early from the same day', async () => {
    await offerTerms([{ ...net(30), from: 'fulfilled', discount: { percent: '2', withinDays: 10 } }]);
    expect((await place('early')).discount.until).toBe('2027-03-11');
    api.clock.now = '2027-03-20T10:00:00.000Z';
    expect((await fulfil('early')).body.discount).toEqual({
      percent: '2',
      until: '2027-03-30',
      amount: eur(20),
      payable: eur(980),
    });
  });

  it('keep an extension that was given before, where it is later', async () => {
    await offerTerms([{ ...net(30), from: 'fulfilled' }]);
    for (const [orderId, extendedTo, due] of [
      ['longer', '2027-06-30', '2027-06-30'],
      ['no-longer', '2027-04-01', '2027-04-09'],
    ] as const) {
      api.clock.now = '2027-03-01T10:00:00.000Z';
      await place(orderId);
      const extended = await api.ask(orderId, 'extend', { dueOn: extendedTo, reason: 'asked' });
      expect(dates(extended.body)).toEqual([`${extendedTo}?`]);
      api.clock.now = '2027-03-10T10:00:00.000Z';
      expect(dates((await fulfil(orderId)).body)).toEqual([due]);
    }
  });

  it('are no terms of a set day', async () => {
    expect(await offerTerms([{ kind: 'fixed', on: '2027-12-31', from: 'fulfilled' }])).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: '/policy/terms/0/from' }] },
    });
    expect(await offerTerms([{ ...net(30), from: 'delivered' }])).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/terms/0/from' }] },
    });
  });

  it('from the invoice wait for the invoice, whatever is fulfilled', async () => {
    await offerTerms([{ ...net(30), from: 'invoiced' }]);
    await place('invoiced');
    const { body } = await fulfil('invoiced');
    expect(dates(body)).toEqual(['2027-03-31?']);
    expect(body.fulfilment.complete).toBe(true);
  });
});

describe('terms from the invoice', () => {
  /** What the registration of an invoice does. */
  const invoice = (orderId: string, onDay: string) =>
    inTransaction(api.sql, async (tx) => {
      const { order } = await lockOrder(tx, orderId);
      await finaliseDueDates(tx, order, 'invoiced', onDay, api.clock.now);
    });

  it('have their final date, reminders and discount from the day of the invoice, once', async () => {
    await offerTerms([{ ...net(30), from: 'invoiced', discount: { percent: '2', withinDays: 10 } }]);
    await place('billed');
    await fulfil('billed');
    api.clock.now = '2027-03-20T10:00:00.000Z';
    await invoice('billed', '2027-03-15');
    const billed = await read('billed');
    expect(dates(billed)).toEqual(['2027-04-14']);
    expect(billed.discount.until).toBe('2027-03-25');
    const { items } = (await api.call('/orders/billed/timeline')).body;
    expect(items.filter(({ kind }: { kind: string }) => kind.startsWith('planned.'))).toHaveLength(4);
    await invoice('billed', '2027-03-19');
    expect(await read('billed')).toEqual(billed);
  });

  it('of food are due within what the law allows from the delivery, as far as it is known', async () => {
    await offerTerms([{ kind: 'endOfMonth', days: 30, convention: 'daysThenMonthEnd', from: 'invoiced' }]);
    const regime = { kind: 'agrifood', perishable: false };
    for (const [orderId, invoicedOn, due] of [
      ['fed', '2027-03-10', '2027-04-30'],
      ['fed-late', '2027-05-20', '2027-05-20'],
    ] as const) {
      api.clock.now = '2027-03-01T10:00:00.000Z';
      await place(orderId, { regime });
      await fulfil(orderId);
      api.clock.now = '2027-05-20T10:00:00.000Z';
      await invoice(orderId, invoicedOn);
      expect(dates(await read(orderId))).toEqual([due]);
    }
  });
});

it('an order is answered with its instalments in the same order as it is read: what is provisional comes last', async () => {
  const lines = [
    { percent: '50', terms: { ...net(10), from: 'fulfilled' } },
    { remainder: true, terms: net(30) },
  ];
  await offerTerms([{ kind: 'instalments', lines }]);
  const placed = await place('sequence');
  expect(dates(placed)).toEqual(['2027-03-31', '2027-03-11?']);
  expect(await read('sequence')).toEqual(placed);
});

describe('a fulfilment', () => {
  beforeAll(() => offerTerms([{ ...net(30), from: 'fulfilled' }]));

  it('is counted once however often it is told, and is a conflict with another content', async () => {
    await place('once');
    const part = { fulfilmentId: 'f-1', amount: eur(400) };
    const answers = await Promise.all([1, 2, 3].map(() => fulfil('once', part)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
    expect((await read('once')).fulfilment.amount).toEqual(eur(400));
    const other = await fulfil('once', { ...part, amount: eur(401) });
    expect(other).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('Fulfilment f-1') },
    });
    await place('another');
    expect((await fulfil('another', part)).status).toBe(200);
  });

  it('that is the last releases what will never come', async () => {
    const customerId = await aCustomer();
    await place('final', { customerId });
    await fulfil('final', { amount: eur(250) });
    const { body } = await fulfil('final', { amount: eur(350.5), final: true });
    expect(body).toMatchObject({
      total: eur(600.5),
      outstanding: eur(600.5),
      instalments: [{ amount: eur(600.5), dueOn: '2027-03-31', provisional: false }],
      fulfilment: { amount: eur(600.5), complete: true },
    });
    expect((await creditOf(customerId)).exposure).toEqual(eur(600.5));
    const { items } = (await api.call('/orders/final/ledger')).body;
    expect(items.map(({ kind, amount }: never) => [kind, amount])).toEqual([
      ['charge', eur(1_000)],
      ['adjustment', eur(-399.5)],
    ]);
  });

  it('without an amount is all that is left; a last one after parts only ends the order', async () => {
    await place('rest');
    await fulfil('rest', { amount: eur(400) });
    expect((await fulfil('rest')).body).toMatchObject({
      total: eur(1_000),
      fulfilment: { amount: eur(1_000), complete: true },
    });
    await place('ended');
    await fulfil('ended', { amount: eur(400) });
    expect((await fulfil('ended', { final: true })).body).toMatchObject({
      total: eur(400),
      fulfilment: { amount: eur(400), complete: true },
    });
    await place('at-once');
    expect((await fulfil('at-once', { final: true })).body).toMatchObject({
      total: eur(1_000),
      fulfilment: { complete: true },
    });
  });

  it('that leaves nothing to pay settles the order', async () => {
    await place('prepaid');
    await pay('prepaid', 'prepaid-1', 500);
    const { body } = await fulfil('prepaid', { amount: eur(400), final: true });
    expect(body).toMatchObject({ status: 'settled', total: eur(400), outstanding: eur(0) });
    const customerId = body.customerId;
    expect((await creditOf(customerId)).unapplied).toEqual(eur(100));
  });

  it('is refused beyond the order, once it is complete, after its end and before its confirmation', async () => {
    await place('beyond');
    await fulfil('beyond', { amount: eur(400) });
    const over = { fulfilmentId: 'b', amount: eur(600.01) };
    expect(await fulfil('beyond', over)).toMatchObject({
      status: 422,
      body: { code: 'over-fulfilled', detail: expect.stringMatching(/600\.00 EUR.*600\.01 EUR/) },
    });
    // A refusal does not use the id up.
    expect((await fulfil('beyond', { ...over, amount: eur(600) })).status).toBe(200);
    expect(await fulfil('beyond', { amount: eur(1) })).toMatchObject({
      status: 409,
      body: { code: 'already-fulfilled' },
    });
    await api.ask('beyond', 'settle', { reason: 'paid' });
    expect((await fulfil('beyond', { amount: eur(1) })).body.code).toBe('order-closed');
    await place('reserved', { confirm: 'later' });
    expect((await fulfil('reserved')).body.code).toBe('order-not-confirmed');
    expect((await api.call('/orders/none/fulfilled', {}, store)).body.code).toBe('order-not-found');
  });

  it.each([
    [{ amount: eur(0) }, '/amount/amount'],
    [{ amount: { amount: 1.5, currency: 'EUR' } }, '/amount/amount'],
    [{ fulfilledOn: '2027-03-02' }, '/fulfilledOn'],
    [{ fulfilledOn: '2027-02-28' }, '/fulfilledOn'],
    [{ fulfilledOn: '2027-02-30' }, '/fulfilledOn'],
    [{ fulfilmentId: 'a b' }, '/fulfilmentId'],
    [{ final: 'yes' }, '/final'],
    [{ parts: 1 }, '/parts'],
  ])('%j is refused at %s', async (body, pointer) => {
    const orderId = `bad-${++orders}`;
    await place(orderId, { total: eur(10) });
    expect(await fulfil(orderId, body)).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer }] },
    });
    expect((await read(orderId)).fulfilment.amount).toEqual(eur(0));
  });

  it('is in the order’s currency', async () => {
    await place('currency');
    expect((await fulfil('currency', { amount: { amount: 1, currency: 'USD' } })).body.code).toBe(
      'currency-mismatch',
    );
  });

  it('told twice at the same time never goes beyond the order', async () => {
    await place('race');
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((fulfilmentId) => fulfil('race', { fulfilmentId, amount: eur(400) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 422]);
    expect((await read('race')).fulfilment.amount).toEqual(eur(800));
  });
});

describe('another total', () => {
  beforeEach(() =>
    offerTerms([
      net(30),
      {
        kind: 'instalments',
        lines: [
          { percent: '30', terms: net(0) },
          { percent: '30', terms: net(30) },
          { remainder: true, terms: net(60) },
        ],
      },
    ]),
  );

  it('that is more is charged on the same due dates, within the credit', async () => {
    const customerId = await aCustomer();
    await place('more', { customerId, termsCode: 't1' });
    const before = await read('more');
    const { status, body } = await amend('more', eur(1_500), { reason: 'two more pallets' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: eur(1_500),
      outstanding: eur(1_500),
      instalments: [{ amount: eur(450) }, { amount: eur(450) }, { amount: eur(600) }],
    });
    expect(dates(body)).toEqual(dates(before));
    expect((await creditOf(customerId)).exposure).toEqual(eur(1_500));
  });

  it('beyond the credit is refused with its checks, and the order stays as it was', async () => {
    const customerId = await aCustomer();
    await place('beyond-credit', { customerId, total: eur(4_000) });
    await place('beside', { customerId, total: eur(5_000) });
    const refused = await amend('beyond-credit', eur(5_000.01));
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'not-eligible',
        buyerMessage: expect.stringContaining('dilazionato'),
        command: { outcome: 'refused', refusal: 'not-eligible' },
      },
    });
    expect(refused.body.checks).toContainEqual({ rule: 'creditLimit', passed: false });
    const { body } = await api.ask('beyond-credit', 'amend', { total: eur(5_000.01) });
    expect(body.checks).toContainEqual({
      rule: 'creditLimit',
      passed: false,
      actual: '10,000.01 EUR',
      required: 'at most 10,000.00 EUR',
      message: 'Over the limit by 0.01 EUR.',
    });
    expect(await read('beyond-credit')).toMatchObject({ total: eur(4_000), outstanding: eur(4_000) });
    expect((await amend('beyond-credit', eur(5_000))).status).toBe(200);
  });

  it('that is more is not for a customer whose privilege was revoked; less is', async () => {
    const customerId = await aCustomer();
    await place('revoked', { customerId });
    await api.call(`/customers/${customerId}/revoke`, { reason: 'late' });
    const refused = await amend('revoked', eur(1_001));
    expect(refused.body.checks).toContainEqual({ rule: 'privilege', passed: false });
    expect((await amend('revoked', eur(999))).body.total).toEqual(eur(999));
  });

  it('is checked against what the rules say of amounts: the insured limit, the largest order', async () => {
    const { body: before } = await api.call('/policies/eligibility');
    const put = (policy: object, baseVersion: number) =>
      api.call('/policies/eligibility', { baseVersion, policy }, { method: 'PUT' });
    const rules = [{ rule: 'insuredLimit' }, { rule: 'maxAmount', amount: eur(1_500) }];
    await put({ ...before.policy, rules }, before.version);
    const validUntil = '2027-12-31';
    const customerId = await aCustomer({ external: { insuredLimit: { amount: eur(2_000), validUntil } } });
    await place('insured', { customerId });
    await place('insured-2', { customerId, total: eur(600) });
    const failed = async (units: number) =>
      ((await amend('insured', eur(units))).body.checks ?? [])
        .filter(({ passed }: { passed: boolean }) => !passed)
        .map(({ rule }: { rule: string }) => rule);
    expect(await failed(1_400.01)).toEqual(['insuredLimit']);
    expect(await failed(1_500.01)).toEqual(['insuredLimit', 'maxAmount']);
    expect(await failed(1_400)).toEqual([]);
    await put(before.policy, before.version + 1);
  });

  it('is checked against the group’s limit, as a checkout at the same time is', async () => {
    const [first, second] = [await aCustomer(), await aCustomer()];
    await api.sql`insert into credit_groups (id, name, limits, created_at, updated_at)
      values ('alpha', 'Alpha', ${api.sql.json([eur(3_000)])}, ${api.clock.now}, ${api.clock.now})`;
    await api.sql`update customers set credit_group = 'alpha' where id in (${first}, ${second})`;
    await place('group', { customerId: first });
    const [amended, placed] = await Promise.all([
      amend('group', eur(2_000)),
      api.call('/orders', { orderId: 'group-2', customerId: second, total: eur(1_500) }, store),
    ]);
    expect([amended.status, placed.status].filter((status) => status < 300)).toHaveLength(1);
    const refused = amended.status === 422 ? amended : placed;
    expect(refused.body.checks).toContainEqual({ rule: 'groupLimit', passed: false });
  });

  it('at the limit, at the same time as checkouts, never lets the customer owe more', async () => {
    const customerId = await aCustomer();
    await place('limit', { customerId });
    const answers = await Promise.all([
      amend('limit', eur(6_000)),
      ...[1, 2, 3].map((n) =>
        api.call('/orders', { orderId: `limit-${n}`, customerId, total: eur(4_000) }, store),
      ),
    ]);
    const { exposure } = await creditOf(customerId);
    expect(exposure.amount).toBeLessThanOrEqual(1_000_000);
    expect(answers.some(({ status }) => status === 422)).toBe(true);
  });

  it('that is less gives credit back; what was paid too much pays the others, then becomes credit', async () => {
    const customerId = await aCustomer();
    await place('less', { customerId, termsCode: 't1' });
    await pay('less', 'less-1', 200);
    await pay('less', 'less-2', 100);
    const { body } = await amend('less', eur(500));
    expect(body).toMatchObject({
      status: 'open',
      total: eur(500),
      outstanding: eur(200),
      instalments: [
        { amount: eur(150), outstanding: eur(0) },
        { amount: eur(150), outstanding: eur(0) },
        { amount: eur(200), outstanding: eur(200) },
      ],
    });
    const settled = await amend('less', eur(100));
    expect(settled.body).toMatchObject({ status: 'settled', total: eur(100), outstanding: eur(0) });
    expect(await creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(200) });
  });

  it('leaves a payment whole: taken back, it takes back all that became of it', async () => {
    const customerId = await aCustomer();
    await place('bounced', { customerId, termsCode: 't1' });
    await pay('bounced', 'bounced-1', 50);
    await pay('bounced', 'bounced-2', 550);
    await amend('bounced', eur(200));
    expect(await creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(400) });
    const { status } = await api.call('/payments/bounced-2/reverse', { reason: 'returned' });
    expect(status).toBeLessThan(300);
    expect(await creditOf(customerId)).toMatchObject({ exposure: eur(150), unapplied: eur(0) });
    expect(await read('bounced')).toMatchObject({ status: 'open', outstanding: eur(150) });
  });

  it('of a cancelled order leaves nothing behind when its payment is taken back', async () => {
    const customerId = await aCustomer();
    await place('undone', { customerId });
    await pay('undone', 'undone-1', 800);
    await amend('undone', eur(900));
    await amend('undone', eur(850));
    await api.ask('undone', 'cancel', { reason: 'returned' });
    expect(await creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(800) });
    await api.call('/payments/undone-1/reverse', { reason: 'returned' });
    expect(await creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(0) });
  });

  it('of a reservation moves what is reserved, and is what the confirmation charges', async () => {
    const customerId = await aCustomer();
    await place('held', { customerId, termsCode: 't1', confirm: 'later' });
    expect((await amend('held', eur(2_000))).body).toMatchObject({
      status: 'reserved',
      total: eur(2_000),
      outstanding: eur(0),
    });
    expect((await creditOf(customerId)).exposure).toEqual(eur(2_000));
    await amend('held', eur(0.01));
    expect((await creditOf(customerId)).exposure).toEqual(eur(0.01));
    const confirmed = await api.ask('held', 'confirm', undefined, store);
    expect(confirmed.body).toMatchObject({ status: 'open', outstanding: eur(0.01) });
    expect((await creditOf(customerId)).exposure).toEqual(eur(0.01));
  });

  it('and a confirmation that wait for the same pass are taken one after the other', async () => {
    const customerId = await aCustomer();
    await place('both', { customerId, confirm: 'later' });
    const confirm = ['confirm', undefined] as const;
    const less = ['amend', { total: eur(700) }] as const;
    const waiting = async (orderId: string, count: number) =>
      eventually(`${count} commands wait`, async () => {
        const rows = await api.sql`select 1 from commands where order_id = ${orderId}`;
        return rows.length === count;
      });
    await place('both-2', { customerId, confirm: 'later' });
    for (const [orderId, asked] of [
      ['both', [less, confirm]],
      ['both-2', [confirm, less]],
    ] as const) {
      const answers = [];
      for (const [index, [what, body]] of asked.entries()) {
        answers.push(api.call(`/orders/${orderId}/${what}`, body, { ...store, method: 'POST' }));
        await waiting(orderId, index + 1);
      }
      await api.work(orderId);
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
      expect(await read(orderId)).toMatchObject({ status: 'open', total: eur(700), outstanding: eur(700) });
    }
    expect((await creditOf(customerId)).exposure).toEqual(eur(1_400));
  });

  it('that is the same changes nothing', async () => {
    await place('same');
    expect(await amend('same', eur(1_000))).toMatchObject({
      status: 200,
      body: { total: eur(1_000), command: { outcome: 'applied' } },
    });
    expect((await api.call('/orders/same/ledger')).body.items).toHaveLength(1);
  });

  it('down to what was delivered completes the fulfilment', async () => {
    await offerTerms([{ ...net(30), from: 'fulfilled' }]);
    await place('reached');
    await fulfil('reached', { amount: eur(400) });
    const { body } = await amend('reached', eur(400));
    expect(body.fulfilment).toMatchObject({ complete: true, completedOn: '2027-03-01' });
    expect(dates(body)).toEqual(['2027-03-31']);
  });

  it('is refused at nothing, in another currency, with a fraction, of a closed or unknown order', async () => {
    await place('never');
    expect(await amend('never', eur(0))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/total', detail: expect.stringContaining('cancel') }] },
    });
    for (const total of [{ amount: -1, currency: 'EUR' }, { amount: 1.5, currency: 'EUR' }, 5, null])
      expect((await amend('never', total)).body.code).toBe('validation');
    expect((await amend('never', { amount: 100, currency: 'USD' })).body.code).toBe('currency-mismatch');
    await api.ask('never', 'settle', { reason: 'paid' });
    expect((await amend('never', eur(5))).body.code).toBe('order-closed');
    expect((await api.call('/orders/none/amend', { total: eur(5) }, store)).body.code).toBe(
      'order-not-found',
    );
  });

  it('keeps discount and set amounts in proportion to what is left', async () => {
    await offerTerms([
      {
        kind: 'instalments',
        discount: { percent: '2', withinDays: 10 },
        lines: [
          { amount: eur(300), terms: net(0) },
          { remainder: true, terms: net(30) },
        ],
      },
    ]);
    await place('set');
    const { body } = await amend('set', eur(200));
    expect(body.instalments).toMatchObject([{ amount: eur(200) }, { amount: eur(0) }]);
    expect(body.discount).toMatchObject({ amount: eur(4), payable: eur(196) });
    expect((await amend('set', eur(400))).body.instalments).toMatchObject([
      { amount: eur(300) },
      { amount: eur(100) },
    ]);
  });
});

describe('a collection', () => {
  it('is told of each instalment; its line’s stands above that of the whole', async () => {
    await offerTerms([
      {
        kind: 'instalments',
        collection: 'riba',
        lines: [
          { percent: '30', collection: 'transfer', terms: net(0) },
          { percent: '30', collection: 'card', terms: net(30) },
          { remainder: true, terms: net(60) },
        ],
      },
    ]);
    const { offers } = (await api.call('/customers/rossi/eligibility?amount=100000&currency=EUR')).body;
    expect(offers[0].instalments).toEqual([
      { dueOn: '2027-03-01', amount: eur(300) },
      { dueOn: '2027-03-31', amount: eur(300), collection: 'card' },
      { dueOn: '2027-04-30', amount: eur(400), collection: 'riba' },
    ]);
    const order = await place('collected');
    expect(order.instalments.map(({ collection }: { collection: string }) => collection)).toEqual([
      'transfer',
      'card',
      'riba',
    ]);
    expect(await offerTerms([{ ...net(30), collection: 'cheque' }])).toMatchObject({
      body: { errors: [{ pointer: '/policy/terms/0/collection' }] },
    });
  });
});

describe('food', () => {
  const offered = async (query: string) =>
    (await api.call(`/customers/rossi/eligibility?amount=100000&currency=EUR${query}`)).body.offers.map(
      ({ termsCode }: { termsCode: string }) => termsCode,
    );

  it('is bought within 60 days, perishable food within 30: longer terms are not offered, and refused', async () => {
    await offerTerms([
      net(30),
      net(31),
      net(60),
      net(61),
      { kind: 'endOfMonth', days: 30, convention: 'monthsThenMonthEnd', from: 'fulfilled' },
    ]);
    expect(await offered('')).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(await offered('&regime=agrifood&perishable=false')).toEqual(['t0', 't1', 't2', 't4']);
    expect(await offered('&regime=agrifood&perishable=true')).toEqual(['t0']);

    const customerId = await aCustomer();
    const food = (perishable: boolean) => ({ kind: 'agrifood', perishable });
    const order = { orderId: 'food', customerId, total: eur(100) };
    const buy = (termsCode: string, perishable: boolean) =>
      api.call('/orders', { ...order, termsCode, regime: food(perishable) }, store);
    for (const [termsCode, perishable] of [
      ['t1', true],
      ['t3', false],
      ['t4', true],
    ] as const)
      expect(await buy(termsCode, perishable)).toMatchObject({
        status: 422,
        body: { code: 'terms-not-applicable', detail: expect.stringContaining('D.Lgs. 198/2021, art. 4') },
      });
    expect((await api.call('/orders/food')).status).toBe(404);
    const preview = { terms: net(31), placedOn: '2027-03-01', total: eur(100), regime: food(true) };
    expect((await api.call('/terms/preview', preview)).body.code).toBe('terms-not-applicable');
    expect((await buy('t0', true)).body).toMatchObject({ regime: food(true) });
  });

  it('is never due later than the law allows, even where the final date would be', async () => {
    await place('olives', {
      termsCode: 't4',
      regime: { kind: 'agrifood', perishable: false },
      placedAt: '2027-02-28T10:00:00Z',
    });
    expect(dates(await read('olives'))).toEqual(['2027-03-31?']);
    api.clock.now = '2027-12-02T10:00:00.000Z';
    const { body } = await fulfil('olives', { fulfilledOn: '2027-12-01' });
    expect(dates(body)).toEqual(['2028-01-30']);
  });

  it.each([
    '&regime=agrifood',
    '&perishable=true',
    '&regime=wine&perishable=true',
    '&regime=agrifood&perishable=1',
  ])('is named in full: %s is refused', async (query) => {
    const answer = await api.call(`/customers/rossi/eligibility?amount=1&currency=EUR${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation' } });
  });
});

describe('the customer’s facts with an order', () => {
  beforeAll(() => offerTerms([net(30)]));
  const buy = (orderId: string, customerId: string, customer: object, fields: object = {}) =>
    api.call('/orders', { orderId, customerId, total: eur(100), customer, ...fields }, store);

  it('create the customer, and change one that is known', async () => {
    expect((await buy('new-1', 'new', facts)).status).toBe(201);
    expect((await api.call('/customers/new')).body).toMatchObject(facts);
    const moved = { ...facts, email: 'nuovo@verdi.example' };
    expect((await buy('new-2', 'new', moved)).status).toBe(201);
    expect((await api.call('/customers/new')).body.email).toBe('nuovo@verdi.example');
  });

  it('are not written again by a repeat, nor with a conflict', async () => {
    await buy('repeat', 'repeater', facts);
    await api.call('/customers/repeater', { ...facts, name: 'Newer' }, { method: 'PUT' });
    const repeated = await buy('repeat', 'repeater', facts);
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    expect((await buy('repeat', 'repeater', { ...facts, name: 'Other' })).body.code).toBe('conflict');
    expect((await api.call('/customers/repeater')).body.name).toBe('Newer');
  });

  it('decide on the very order: a decline keeps them, an error does not', async () => {
    const declined = await buy('small', 'small', { ...facts, stats: { orders: 0 } });
    expect(declined.body.code).toBe('not-eligible');
    expect((await api.call('/customers/small')).status).toBe(200);
    expect((await buy('wrong', 'wrong', facts, { termsCode: 'none' })).body.code).toBe('terms-not-found');
    expect((await api.call('/customers/wrong')).status).toBe(404);
  });

  it('are refused where they are wrong, by their place', async () => {
    expect(await buy('bad', 'bad', { ...facts, country: 'XX' })).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: '/customer/country' }] },
    });
    expect(
      (await api.call('/orders', { orderId: 'unknown', customerId: 'unknown', total: eur(1) })).body.code,
    ).toBe('customer-not-found');
  });

  it('of one order sent twice at the same time make one order', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => buy('twice', 'twice', facts)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });
});
