import { afterEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { useApi } from './harness.ts';

const api = useApi();
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const storefront = { as: 'storefront' } as const;
const place = (orderId: string, fields: object = {}) =>
  api.call('/orders', { orderId, customerId: 'rossi', total: eur(10), ...fields }, storefront);
const count = async (table: string, orderId: string) =>
  (await api.sql`select count(*)::int as n from ${api.sql(table)} where order_id like ${orderId}`)[0]!.n;

describe('an order on terms', () => {
  it('is accepted at once, with its due date, its next step and its workflow’s id', async () => {
    const { status, headers, body } = await place('so/1'.replace('/', '-'), {
      total: eur(1220),
      orderNumber: 'SO-1',
      termsCode: 'net60',
      buyer: { name: 'Anna Bianchi' },
      purchaseOrder: 'PO 7',
      metadata: { cart: 7, gift: false, note: 'fragile' },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/orders/so-1');
    expect(headers.get('idempotent-replayed')).toBeNull();
    expect(body).toMatchObject({
      orderId: 'so-1',
      status: 'open',
      orderNumber: 'SO-1',
      buyer: { name: 'Anna Bianchi' },
      metadata: { cart: 7, gift: false, note: 'fragile' },
      total: eur(1220),
      outstanding: eur(1220),
      overdue: false,
      daysLate: 0,
      instalments: [{ dueOn: '2027-04-30', dueAt: '2027-04-30T22:00:00.000Z', amount: eur(1220) }],
      nextStep: { kind: 'remind', at: '2027-04-27T07:00:00.000Z' },
      paidInStore: true,
      workflowId: 'order/so-1/1',
    });
    expect((await api.call('/orders/so-1', undefined, storefront)).body).toEqual(body);
  });

  it('counts from the day that the store names, within limits', async () => {
    const placed = await place('dated', { placedAt: '2027-02-01T09:30:00.1234+01:00' });
    expect(placed.body).toMatchObject({
      placedAt: '2027-02-01T08:30:00.123Z',
      instalments: [{ dueOn: '2027-03-03' }],
    });
    expect((await place('soon', { placedAt: '2027-03-01T10:04:59Z' })).status).toBe(201);
    for (const placedAt of [
      '2027-03-01T10:06:00Z',
      '2026-02-27T10:00:00Z',
      '2027-02-30T10:00:00Z',
      '2027-02-01',
    ])
      expect((await place('never', { placedAt })).body).toMatchObject({
        code: 'validation',
        errors: [{ pointer: '/placedAt' }],
      });
  });

  it('gets the same answer when it is sent again, and is a conflict with another content', async () => {
    const first = await place('again', { metadata: { a: 1, b: 2 } });
    const second = await place('again', { metadata: { b: 2, a: 1 } });
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    for (const other of [{ total: eur(11) }, { metadata: {} }, { confirm: 'now' }, { customerId: 'nobody' }])
      expect((await place('again', { metadata: { a: 1, b: 2 }, ...other })).body.code).toBe(
        'customerId' in other ? 'customer-not-found' : 'conflict',
      );
    expect(await count('ledger', 'again')).toBe(1);
  });

  it('that is refused keeps its reasons, does not show them to the buyer, and does not use up its id', async () => {
    await addCustomer(api.sql, 'new', { pastOrders: 1, vatNumber: null, locale: 'en-GB' });
    const order = { orderId: 'refused', customerId: 'new', total: eur(10) };
    const seen = await api.call('/orders', order, storefront);
    expect(seen).toMatchObject({
      status: 422,
      body: {
        type: expect.stringMatching(/:not-eligible$/),
        buyerMessage:
          'Payment on account is not available for this order. Please choose another payment method.',
      },
    });
    expect(seen.body.checks).toEqual([
      { rule: 'privilege', passed: true },
      { rule: 'vatNumber', passed: false },
      { rule: 'minOrders', passed: false },
      { rule: 'minTurnover', passed: true },
      { rule: 'creditLimit', passed: true },
    ]);
    const { key } = await api.newKey(['storefront', 'read']);
    const figures = await api.call('/orders', order, { as: { key } });
    expect(figures.body.checks[2]).toMatchObject({ actual: '1', required: '3' });
    expect(await count('declines', 'refused')).toBe(2);
    await addCustomer(api.sql, 'new', { pastOrders: 3 });
    expect((await api.call('/orders', order, storefront)).status).toBe(201);
  });

  it.each([
    [{ total: { amount: 1000, currency: 'USD' } }, 422, 'currency-mismatch'],
    [{ termsCode: 'net90' }, 422, 'terms-not-found'],
    [{ customerId: 'nobody' }, 404, 'customer-not-found'],
    [{ total: eur(10_000_000) }, 422, 'not-eligible'],
  ])('with %j is answered with %i %s', async (fields, status, code) => {
    expect(await place('bad', fields)).toMatchObject({ status, body: { code } });
  });
});

describe('a reservation', () => {
  it('holds credit, sends nothing, and is charged when the store confirms it', async () => {
    await addCustomer(api.sql, 'held');
    const reserved = await place('later', { customerId: 'held', total: eur(4_000), confirm: 'later' });
    expect(reserved.body).toMatchObject({
      status: 'reserved',
      outstanding: eur(0),
      paidInStore: false,
      expiresAt: '2027-03-02T10:00:00.000Z',
      nextStep: { kind: 'expire' },
    });
    const credit = async () => (await api.call('/customers/held', undefined, { as: 'read' })).body.credit;
    expect(await credit()).toMatchObject({ exposure: eur(4_000), available: eur(6_000) });
    const confirmed = await api.ask('later', 'confirm', undefined, storefront);
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'open', outstanding: eur(4_000) } });
    expect(confirmed.body.command).toMatchObject({ kind: 'confirm', outcome: 'applied', refusal: null });
    const again = await api.call('/orders/later/confirm', undefined, { ...storefront, method: 'POST' });
    expect(again).toMatchObject({ status: 200, body: { status: 'open' } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await credit()).toMatchObject({ exposure: eur(4_000) });
    expect(await count('ledger', 'later')).toBe(1);
  });

  it('accepts neither payment nor settlement, and its cancellation releases the credit', async () => {
    await place('held-back', { confirm: 'later' });
    const paid = await api.call('/orders/held-back/payments', { paymentId: 'early', amount: eur(1) });
    expect(paid).toMatchObject({ status: 409, body: { code: 'order-not-confirmed' } });
    const settled = await api.call('/orders/held-back/settle', { reason: 'too early' });
    expect(settled).toMatchObject({ status: 409, body: { code: 'order-not-confirmed' } });
    const gone = await api.ask('held-back', 'cancel', { reason: 'the buyer left' }, storefront);
    expect(gone.body).toMatchObject({ status: 'cancelled', closeReason: 'the buyer left' });
    const late = await api.call('/orders/held-back/confirm', undefined, { ...storefront, method: 'POST' });
    expect(late).toMatchObject({ status: 409, body: { code: 'order-closed' } });
  });
});

describe('at the same moment', () => {
  it('100 identical checkouts make one order and one charge', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => place('crowd')));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await count('ledger', 'crowd')).toBe(1);
    expect(await count('instalments', 'crowd')).toBe(1);
  });

  it('of 50 checkouts against a limit for 10, exactly 10 are accepted', async () => {
    await addCustomer(api.sql, 'limited');
    await api.call('/customers/limited/credit', { limit: eur(1_000) }, { method: 'PUT' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => place(`limited-${n}`, { customerId: 'limited', total: eur(100) })),
    );
    const accepted = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ body }) => body.code === 'not-eligible');
    expect([accepted.length, refused.length]).toEqual([10, 40]);
    expect((await api.call('/customers/limited')).body.credit).toMatchObject({
      exposure: eur(1_000),
      available: eur(0),
    });
  });

  it('a checkout is refused by a revocation, or the revocation sees its order', async () => {
    for (let round = 0; round < 10; round++) {
      const customerId = `raced-${round}`;
      await addCustomer(api.sql, customerId);
      const orders = Array.from({ length: 6 }, (_, n) => place(`${customerId}-${n}`, { customerId }));
      const revoked = api.call(`/customers/${customerId}/revoke`, { reason: 'insolvent' });
      const answers = await Promise.all(orders);
      const exposure = (await revoked).body.credit.exposure.amount;
      const accepted = answers.filter(({ status }) => status === 201).length;
      expect(exposure).toBe(accepted * 1_000);
      expect((await place(`${customerId}-after`, { customerId })).body.code).toBe('not-eligible');
    }
  });
});
