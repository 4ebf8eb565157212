import { describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { dates, net, useShop } from './shop.ts';

const shop = useShop();

const store = { as: 'storefront' } as const;

describe('the means of collection', () => {
  it('is shown on each instalment; that of a line takes precedence over that of the whole', async () => {
    await shop.offerTerms([
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
    const { offers } = (await shop.api.call('/customers/rossi/eligibility?amount=100000&currency=EUR')).body;
    expect(offers[0].instalments).toEqual([
      { dueOn: '2027-03-01', amount: eur(300) },
      { dueOn: '2027-03-31', amount: eur(300), collection: 'card' },
      { dueOn: '2027-04-30', amount: eur(400), collection: 'riba' },
    ]);
    const order = await shop.place('collected');
    expect(order.instalments.map(({ collection }: { collection: string }) => collection)).toEqual([
      'transfer',
      'card',
      'riba',
    ]);
    expect(await shop.offerTerms([{ ...net(30), collection: 'cheque' }])).toMatchObject({
      body: { errors: [{ pointer: '/policy/terms/0/collection' }] },
    });
  });
});

describe('food', () => {
  const monthEnd = { kind: 'endOfMonth', days: 30, convention: 'monthsThenMonthEnd', from: 'fulfilled' };
  const offered = async (query: string) =>
    (await shop.api.call(`/customers/rossi/eligibility?amount=100000&currency=EUR${query}`)).body.offers.map(
      ({ termsCode }: { termsCode: string }) => termsCode,
    );

  it('is paid within 60 days, perishable food within 30: longer terms are not offered, and are refused', async () => {
    await shop.offerTerms([net(30), net(31), net(60), net(61), monthEnd]);
    expect(await offered('')).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(await offered('&regime=agrifood&perishable=false')).toEqual(['t0', 't1', 't2', 't4']);
    expect(await offered('&regime=agrifood&perishable=true')).toEqual(['t0']);

    const customerId = await shop.aCustomer();
    const food = (perishable: boolean) => ({ kind: 'agrifood', perishable });
    const order = { orderId: 'food', customerId, total: eur(100) };
    const buy = (termsCode: string, perishable: boolean) =>
      shop.api.call('/orders', { ...order, termsCode, regime: food(perishable) }, store);
    for (const [termsCode, perishable] of [
      ['t1', true],
      ['t3', false],
      ['t4', true],
    ] as const)
      expect(await buy(termsCode, perishable)).toMatchObject({
        status: 422,
        body: { code: 'terms-not-applicable', detail: expect.stringContaining('D.Lgs. 198/2021, art. 4') },
      });
    expect((await shop.api.call('/orders/food')).status).toBe(404);
    const preview = { terms: net(31), placedOn: '2027-03-01', total: eur(100), regime: food(true) };
    expect((await shop.api.call('/terms/preview', preview)).body.code).toBe('terms-not-applicable');
    expect((await buy('t0', true)).body).toMatchObject({ regime: food(true) });
  });

  it('is never due later than the law allows, even if the final date would be', async () => {
    await shop.offerTerms([monthEnd]);
    await shop.place('olives', {
      regime: { kind: 'agrifood', perishable: false },
      placedAt: '2027-02-28T10:00:00Z',
    });
    expect(dates(await shop.read('olives'))).toEqual(['2027-03-31?']);
    shop.api.clock.now = '2027-12-02T10:00:00.000Z';
    const { body } = await shop.fulfil('olives', { fulfilledOn: '2027-12-01' });
    expect(dates(body)).toEqual(['2028-01-30']);
  });

  it.each([
    '&regime=agrifood',
    '&perishable=true',
    '&regime=wine&perishable=true',
    '&regime=agrifood&perishable=1',
  ])('has to be named in full: %s is refused', async (query) => {
    const answer = await shop.api.call(`/customers/rossi/eligibility?amount=1&currency=EUR${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation' } });
  });
});
