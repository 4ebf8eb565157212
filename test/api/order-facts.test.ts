import { beforeAll, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { facts, net, useShop } from './shop.ts';

const shop = useShop();

const store = { as: 'storefront' } as const;

describe('the customer’s facts with an order', () => {
  beforeAll(() => shop.offerTerms([net(30)]));
  const buy = (orderId: string, customerId: string, customer: object, fields: object = {}) =>
    shop.api.call('/orders', { orderId, customerId, total: eur(100), customer, ...fields }, store);

  it('create the customer, and change one that is known', async () => {
    expect((await buy('new-1', 'new', facts)).status).toBe(201);
    expect((await shop.api.call('/customers/new')).body).toMatchObject(facts);
    const moved = { ...facts, email: 'nuovo@verdi.example' };
    expect((await buy('new-2', 'new', moved)).status).toBe(201);
    expect((await shop.api.call('/customers/new')).body.email).toBe('nuovo@verdi.example');
  });

  it('are not written again by a repeat, nor by a conflict', async () => {
    await buy('repeat', 'repeater', facts);
    await shop.api.call('/customers/repeater', { ...facts, name: 'Newer' }, { method: 'PUT' });
    const repeated = await buy('repeat', 'repeater', facts);
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    expect((await buy('repeat', 'repeater', { ...facts, name: 'Other' })).body.code).toBe('conflict');
    expect((await shop.api.call('/customers/repeater')).body.name).toBe('Newer');
  });

  it('decide on the same order: a decline keeps them, an error does not', async () => {
    const declined = await buy('small', 'small', { ...facts, stats: { orders: 0 } });
    expect(declined.body.code).toBe('not-eligible');
    expect((await shop.api.call('/customers/small')).status).toBe(200);
    expect((await buy('wrong', 'wrong', facts, { termsCode: 'none' })).body.code).toBe('terms-not-found');
    expect((await shop.api.call('/customers/wrong')).status).toBe(404);
  });

  it('are refused if they are wrong, with pointers', async () => {
    expect(await buy('bad', 'bad', { ...facts, country: 'XX' })).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: '/customer/country' }] },
    });
    expect(
      (await shop.api.call('/orders', { orderId: 'unknown', customerId: 'unknown', total: eur(1) })).body
        .code,
    ).toBe('customer-not-found');
  });

  it('sent twice at the same time with one order make one order', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => buy('twice', 'twice', facts)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });
});
