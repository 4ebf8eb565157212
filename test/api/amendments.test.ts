import { beforeEach, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { dates, net, useShop } from './shop.ts';

const shop = useShop();

const store = { as: 'storefront' } as const;

describe('another total', () => {
  beforeEach(() =>
    shop.offerTerms([
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

  it('that is higher is charged on the same due dates, within the credit', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('more', { customerId, termsCode: 't1' });
    const before = await shop.read('more');
    const { status, body } = await shop.amend('more', eur(1_500), { reason: 'two more pallets' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: eur(1_500),
      outstanding: eur(1_500),
      instalments: [{ amount: eur(450) }, { amount: eur(450) }, { amount: eur(600) }],
    });
    expect(dates(body)).toEqual(dates(before));
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(1_500));
  });

  it('beyond the credit is refused with its checks, and the order stays as it was', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('beyond-credit', { customerId, total: eur(4_000) });
    await shop.place('beside', { customerId, total: eur(5_000) });
    const refused = await shop.amend('beyond-credit', eur(5_000.01));
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'not-eligible',
        buyerMessage: expect.stringContaining('dilazionato'),
        orderStatus: 'open',
        total: eur(4_000),
      },
    });
    expect(await shop.api.sql`select 1 from commands where order_id = 'beyond-credit'`).toEqual([]);
    expect(refused.body.checks).toContainEqual({ rule: 'creditLimit', passed: false });
    const { body } = await shop.api.ask('beyond-credit', 'amend', { total: eur(5_000.01) });
    expect(body.checks).toContainEqual({
      rule: 'creditLimit',
      passed: false,
      actual: '10,000.01 EUR',
      required: 'at most 10,000.00 EUR',
      message: 'Over the limit by 0.01 EUR.',
    });
    expect(await shop.read('beyond-credit')).toMatchObject({ total: eur(4_000), outstanding: eur(4_000) });
    expect((await shop.amend('beyond-credit', eur(5_000))).status).toBe(200);
  });

  it('that is higher is refused to a customer whose privilege was revoked; a lower one is accepted', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('revoked', { customerId });
    await shop.api.call(`/customers/${customerId}/revoke`, { reason: 'late' });
    const refused = await shop.amend('revoked', eur(1_001));
    expect(refused.body.checks).toContainEqual({ rule: 'privilege', passed: false });
    expect((await shop.amend('revoked', eur(999))).body.total).toEqual(eur(999));
  });

  it('is checked against the rules about amounts: the insured limit, the largest order', async () => {
    const { body: before } = await shop.api.call('/policies/eligibility');
    const put = (policy: object, baseVersion: number) =>
      shop.api.call('/policies/eligibility', { baseVersion, policy }, { method: 'PUT' });
    const rules = [{ rule: 'insuredLimit' }, { rule: 'maxAmount', amount: eur(1_500) }];
    await put({ ...before.policy, rules }, before.version);
    const validUntil = '2027-12-31';
    const customerId = await shop.aCustomer({
      external: { insuredLimit: { amount: eur(2_000), validUntil } },
    });
    await shop.place('insured', { customerId });
    await shop.place('insured-2', { customerId, total: eur(600) });
    const failed = async (units: number) =>
      ((await shop.amend('insured', eur(units))).body.checks ?? [])
        .filter(({ passed }: { passed: boolean }) => !passed)
        .map(({ rule }: { rule: string }) => rule);
    expect(await failed(1_400.01)).toEqual(['insuredLimit']);
    expect(await failed(1_500.01)).toEqual(['insuredLimit', 'maxAmount']);
    expect(await failed(1_400)).toEqual([]);
    await put(before.policy, before.version + 1);
  });

  it('is checked against the group’s limit, as a checkout at the same time is', async () => {
    const [first, second] = [await shop.aCustomer(), await shop.aCustomer()];
    await shop.api.sql`insert into credit_groups (id, name, limits, created_at, updated_at)
      values ('alpha', 'Alpha', ${shop.api.sql.json([eur(3_000)])}, ${shop.api.clock.now}, ${shop.api.clock.now})`;
    await shop.api.sql`update customers set credit_group = 'alpha' where id in (${first}, ${second})`;
    await shop.place('group', { customerId: first });
    const [amended, placed] = await Promise.all([
      shop.amend('group', eur(2_000)),
      shop.api.call('/orders', { orderId: 'group-2', customerId: second, total: eur(1_500) }, store),
    ]);
    expect([amended.status, placed.status].filter((status) => status < 300)).toHaveLength(1);
    const refused = amended.status === 422 ? amended : placed;
    expect(refused.body.checks).toContainEqual({ rule: 'groupLimit', passed: false });
  });

  it('at the limit, at the same time as checkouts, never makes the customer owe more than the limit', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('limit', { customerId });
    const answers = await Promise.all([
      shop.amend('limit', eur(6_000)),
      ...[1, 2, 3].map((n) =>
        shop.api.call('/orders', { orderId: `limit-${n}`, customerId, total: eur(4_000) }, store),
      ),
    ]);
    const { exposure } = await shop.creditOf(customerId);
    expect(exposure.amount).toBeLessThanOrEqual(1_000_000);
    expect(answers.some(({ status }) => status === 422)).toBe(true);
  });

  it('that is lower releases credit; overpaid money pays the other instalments, then becomes credit', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('less', { customerId, termsCode: 't1' });
    await shop.pay('less', 'less-1', 200);
    await shop.pay('less', 'less-2', 100);
    const { body } = await shop.amend('less', eur(500));
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
    const settled = await shop.amend('less', eur(100));
    expect(settled.body).toMatchObject({ status: 'settled', total: eur(100), outstanding: eur(0) });
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(200) });
  });

  it('leaves a payment whole: its reversal reverses everything that became of it', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('bounced', { customerId, termsCode: 't1' });
    await shop.pay('bounced', 'bounced-1', 50);
    await shop.pay('bounced', 'bounced-2', 550);
    await shop.amend('bounced', eur(200));
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(400) });
    const { status } = await shop.api.call('/payments/bounced-2/reverse', { reason: 'returned' });
    expect(status).toBeLessThan(300);
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(150), unapplied: eur(0) });
    expect(await shop.read('bounced')).toMatchObject({ status: 'open', outstanding: eur(150) });
  });

  it('of an order that is cancelled later leaves nothing behind when its payment is reversed', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('undone', { customerId });
    await shop.pay('undone', 'undone-1', 800);
    await shop.amend('undone', eur(900));
    await shop.amend('undone', eur(850));
    await shop.api.ask('undone', 'cancel', { reason: 'returned' });
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(800) });
    await shop.api.call('/payments/undone-1/reverse', { reason: 'returned' });
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(0) });
  });

  it('of a reservation moves what is reserved, and is what the confirmation charges', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('held', { customerId, termsCode: 't1', confirm: 'later' });
    expect((await shop.amend('held', eur(2_000))).body).toMatchObject({
      status: 'reserved',
      total: eur(2_000),
      outstanding: eur(0),
    });
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(2_000));
    await shop.amend('held', eur(0.01));
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(0.01));
    const confirmed = await shop.api.ask('held', 'confirm', undefined, store);
    expect(confirmed.body).toMatchObject({ status: 'open', outstanding: eur(0.01) });
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(0.01));
  });

  it('and a confirmation that wait at the same time are applied one after the other', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('both', { customerId, confirm: 'later' });
    const confirm = ['confirm', undefined] as const;
    const less = ['amend', { total: eur(700) }] as const;
    const waiting = async (orderId: string, count: number) =>
      eventually(`${count} commands wait`, async () => {
        const rows = await shop.api.sql`select 1 from commands where order_id = ${orderId}`;
        return rows.length === count;
      });
    await shop.place('both-2', { customerId, confirm: 'later' });
    for (const [orderId, asked] of [
      ['both', [less, confirm]],
      ['both-2', [confirm, less]],
    ] as const) {
      const answers = [];
      for (const [index, [what, body]] of asked.entries()) {
        answers.push(shop.api.call(`/orders/${orderId}/${what}`, body, { ...store, method: 'POST' }));
        await waiting(orderId, index + 1);
      }
      await shop.api.work(orderId);
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
      expect(await shop.read(orderId)).toMatchObject({
        status: 'open',
        total: eur(700),
        outstanding: eur(700),
      });
    }
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(1_400));
  });

  it('that is the same changes nothing', async () => {
    await shop.place('same');
    expect(await shop.amend('same', eur(1_000))).toMatchObject({
      status: 200,
      body: { total: eur(1_000), command: { outcome: 'applied' } },
    });
    expect((await shop.api.call('/orders/same/ledger')).body.items).toHaveLength(1);
  });

  it('equal to what was delivered completes the fulfilment', async () => {
    await shop.offerTerms([{ ...net(30), from: 'fulfilled' }]);
    await shop.place('reached');
    await shop.fulfil('reached', { amount: eur(400) });
    const { body } = await shop.amend('reached', eur(400));
    expect(body.fulfilment).toMatchObject({ complete: true, completedOn: '2027-03-01' });
    expect(dates(body)).toEqual(['2027-03-31']);
  });

  it('is refused if it is zero, in another currency, with a fraction, or for a closed or unknown order', async () => {
    await shop.place('never');
    expect(await shop.amend('never', eur(0))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/total', detail: expect.stringContaining('cancel') }] },
    });
    for (const total of [{ amount: -1, currency: 'EUR' }, { amount: 1.5, currency: 'EUR' }, 5, null])
      expect((await shop.amend('never', total)).body.code).toBe('validation');
    expect((await shop.amend('never', { amount: 100, currency: 'USD' })).body.code).toBe('currency-mismatch');
    await shop.api.ask('never', 'settle', { reason: 'paid' });
    expect((await shop.amend('never', eur(5))).body.code).toBe('order-closed');
    expect((await shop.api.call('/orders/none/amend', { total: eur(5) }, store)).body.code).toBe(
      'order-not-found',
    );
  });

  it('keeps the discount and set amounts in proportion to what is left', async () => {
    await shop.offerTerms([
      {
        kind: 'instalments',
        discount: { percent: '2', withinDays: 10 },
        lines: [
          { amount: eur(300), terms: net(0) },
          { remainder: true, terms: net(30) },
        ],
      },
    ]);
    await shop.place('set');
    const { body } = await shop.amend('set', eur(200));
    expect(body.instalments).toMatchObject([{ amount: eur(200) }, { amount: eur(0) }]);
    expect(body.discount).toMatchObject({ amount: eur(4), payable: eur(196) });
    expect((await shop.amend('set', eur(400))).body.instalments).toMatchObject([
      { amount: eur(300) },
      { amount: eur(100) },
    ]);
  });
});
