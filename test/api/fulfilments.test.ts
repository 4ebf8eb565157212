import { beforeAll, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { dates, net, useShop } from './shop.ts';

const shop = useShop();

const store = { as: 'storefront' } as const;
let orders = 0;

describe('a fulfilment', () => {
  beforeAll(() => shop.offerTerms([{ ...net(30), from: 'fulfilled' }]));

  it('is counted once however often it is reported, and is a conflict with another content', async () => {
    await shop.place('once');
    const part = { fulfilmentId: 'f-1', amount: eur(400) };
    const answers = await Promise.all([1, 2, 3].map(() => shop.fulfil('once', part)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
    expect((await shop.read('once')).fulfilment.amount).toEqual(eur(400));
    const other = await shop.fulfil('once', { ...part, amount: eur(401) });
    expect(other).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('Fulfilment f-1') },
    });
    await shop.place('another');
    expect((await shop.fulfil('another', part)).status).toBe(200);
  });

  it('that is the last one releases what will never come', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('final', { customerId });
    await shop.fulfil('final', { amount: eur(250) });
    const { body } = await shop.fulfil('final', { amount: eur(350.5), final: true });
    expect(body).toMatchObject({
      total: eur(600.5),
      outstanding: eur(600.5),
      instalments: [{ amount: eur(600.5), dueOn: '2027-03-31', provisional: false }],
      fulfilment: { amount: eur(600.5), complete: true },
    });
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(600.5));
    const { items } = (await shop.api.call('/orders/final/ledger')).body;
    expect(items.map(({ kind, amount }: never) => [kind, amount])).toEqual([
      ['charge', eur(1_000)],
      ['amendment', eur(-399.5)],
    ]);
  });

  it('without an amount covers everything that is left; a last one after parts only ends the order', async () => {
    await shop.place('rest');
    await shop.fulfil('rest', { amount: eur(400) });
    expect((await shop.fulfil('rest')).body).toMatchObject({
      total: eur(1_000),
      fulfilment: { amount: eur(1_000), complete: true },
    });
    await shop.place('ended');
    await shop.fulfil('ended', { amount: eur(400) });
    expect((await shop.fulfil('ended', { final: true })).body).toMatchObject({
      total: eur(400),
      fulfilment: { amount: eur(400), complete: true },
    });
    await shop.place('at-once');
    expect((await shop.fulfil('at-once', { final: true })).body).toMatchObject({
      total: eur(1_000),
      fulfilment: { complete: true },
    });
  });

  it('that leaves nothing to pay settles the order', async () => {
    await shop.place('prepaid');
    await shop.pay('prepaid', 'prepaid-1', 500);
    const { body } = await shop.fulfil('prepaid', { amount: eur(400), final: true });
    expect(body).toMatchObject({ status: 'settled', total: eur(400), outstanding: eur(0) });
    const customerId = body.customerId;
    expect((await shop.creditOf(customerId)).unapplied).toEqual(eur(100));
  });

  it('is refused beyond the total, and when the order is complete, closed or not confirmed', async () => {
    await shop.place('beyond');
    await shop.fulfil('beyond', { amount: eur(400) });
    const over = { fulfilmentId: 'b', amount: eur(600.01) };
    expect(await shop.fulfil('beyond', over)).toMatchObject({
      status: 422,
      body: { code: 'over-fulfilled', detail: expect.stringMatching(/600\.00 EUR.*600\.01 EUR/) },
    });
    // A refusal does not use up the id.
    expect((await shop.fulfil('beyond', { ...over, amount: eur(600) })).status).toBe(200);
    expect(await shop.fulfil('beyond', { amount: eur(1) })).toMatchObject({
      status: 409,
      body: { code: 'already-fulfilled' },
    });
    await shop.api.ask('beyond', 'settle', { reason: 'paid' });
    expect((await shop.fulfil('beyond', { amount: eur(1) })).body.code).toBe('order-closed');
    await shop.place('reserved', { confirm: 'later' });
    expect((await shop.fulfil('reserved')).body.code).toBe('order-not-confirmed');
    expect((await shop.api.call('/orders/none/fulfilled', {}, store)).body.code).toBe('order-not-found');
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
    await shop.place(orderId, { total: eur(10) });
    expect(await shop.fulfil(orderId, body)).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer }] },
    });
    expect((await shop.read(orderId)).fulfilment.amount).toEqual(eur(0));
  });

  it('is in the order’s currency', async () => {
    await shop.place('currency');
    expect((await shop.fulfil('currency', { amount: { amount: 1, currency: 'USD' } })).body.code).toBe(
      'currency-mismatch',
    );
  });

  it('of what is added after the order was complete is counted, and is due by its own day', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('added', { customerId });
    await shop.fulfil('added');
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    const amended = await shop.amend('added', eur(1_300));
    expect(amended.body).toMatchObject({
      total: eur(1_300),
      outstanding: eur(1_300),
      instalments: [{ amount: eur(1_000) }, { amount: eur(300), outstanding: eur(300) }],
      fulfilment: { amount: eur(1_000), complete: false, completedOn: null },
    });
    expect(dates(amended.body)).toEqual(['2027-03-31', '2027-03-31?']);
    shop.api.clock.now = '2027-04-10T10:00:00.000Z';
    const { status, body } = await shop.fulfil('added', { fulfilmentId: 'rest', fulfilledOn: '2027-04-08' });
    expect(status).toBe(200);
    expect(dates(body)).toEqual(['2027-03-31', '2027-05-08']);
    expect(body.fulfilment).toEqual({ amount: eur(1_300), complete: true, completedOn: '2027-04-08' });
    const { items } = (await shop.api.call('/orders/added/timeline')).body;
    const planned = items.filter(({ kind }: { kind: string }) => kind.startsWith('planned.'));
    expect(planned.some(({ at }: { at: string }) => at >= '2027-05-08')).toBe(true);
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(1_300));
    expect((await shop.fulfil('added', { amount: eur(1) })).body.code).toBe('already-fulfilled');
  });

  it('of what is added counts from its own day, also if that is earlier, and in parts from the last of them', async () => {
    await shop.place('earlier');
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    await shop.fulfil('earlier');
    await shop.amend('earlier', eur(1_300));
    await shop.fulfil('earlier', { amount: eur(100), fulfilledOn: '2027-03-08' });
    const { body } = await shop.fulfil('earlier', { fulfilledOn: '2027-03-10' });
    expect(dates(body).sort()).toEqual(['2027-04-09', '2027-04-19']);
    expect(body.fulfilment.completedOn).toBe('2027-03-20');
  });

  it('of what is added may never come: the last one, or a lower total, takes it off again', async () => {
    await shop.place('not-added');
    await shop.fulfil('not-added');
    await shop.amend('not-added', eur(1_300));
    expect((await shop.fulfil('not-added', { final: true })).body).toMatchObject({
      total: eur(1_000),
      fulfilment: { complete: true, completedOn: '2027-03-01' },
      instalments: [{ amount: eur(1_000) }, { amount: eur(0) }],
    });
    await shop.amend('not-added', eur(1_200));
    const { body } = await shop.amend('not-added', eur(1_000));
    expect(body).toMatchObject({ outstanding: eur(1_000), fulfilment: { complete: true } });
  });

  it('reported twice at the same time never exceeds the order', async () => {
    await shop.place('race');
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((fulfilmentId) => shop.fulfil('race', { fulfilmentId, amount: eur(400) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 422]);
    expect((await shop.read('race')).fulfilment.amount).toEqual(eur(800));
  });
});
