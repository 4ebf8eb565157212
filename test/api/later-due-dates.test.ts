import { describe, expect, it } from 'vitest';
import { finaliseDueDates } from '../../src/modules/orders/finalise-due-dates.ts';
import { lockOrder } from '../../src/modules/orders/tables.ts';
import { inTransaction } from '../../src/platform/postgres/client.ts';
import { eur } from '../support/builders.ts';
import { dates, net, useShop } from './shop.ts';

const shop = useShop();

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
    await shop.offerTerms([{ ...net(30), from: 'fulfilled' }]);
    const expected = [{ dueOn: '2027-03-31', amount: eur(1_000), provisional: true }];
    const terms = { ...net(30), from: 'fulfilled' };
    const preview = { terms, placedOn: '2027-03-01', total: eur(1_000) };
    expect((await shop.api.call('/terms/preview', preview)).body.instalments).toEqual(expected);
    const { offers } = (await shop.api.call('/customers/rossi/eligibility?amount=100000&currency=EUR')).body;
    expect(offers[0].instalments).toEqual(expected);

    const placed = await shop.place('whole');
    expect(placed).toMatchObject({
      instalments: [{ dueOn: '2027-03-31', dueAt: null, provisional: true }],
      fulfilment: { amount: eur(0), complete: false, completedOn: null },
      nextStep: null,
    });
    shop.api.clock.now = '2027-06-01T10:00:00.000Z';
    expect(await shop.read('whole')).toMatchObject({ overdue: false, daysLate: 0 });

    const { status, body } = await shop.fulfil('whole');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      instalments: [{ dueOn: '2027-07-01', dueAt: '2027-07-01T22:00:00.000Z', provisional: false }],
      fulfilment: { amount: eur(1_000), complete: true, completedOn: '2027-06-01' },
      nextStep: { key: '1/-P3D', kind: 'remind' },
    });
  });

  it('leave a deposit due at the placement if its line says so', async () => {
    await shop.offerTerms([deposit]);
    expect(dates(await shop.place('deposit'))).toEqual(['2027-03-01', '2027-03-31?']);
    await shop.fulfil('deposit', { fulfilledOn: '2027-03-01' });
    expect(dates(await shop.read('deposit'))).toEqual(['2027-03-01', '2027-03-31']);
  });

  it('count from the day of the last part, in whatever sequence the parts are reported', async () => {
    await shop.offerTerms([{ ...net(30), from: 'fulfilled' }]);
    await shop.place('parts', { placedAt: '2027-02-01T10:00:00Z' });
    const first = await shop.fulfil('parts', {
      fulfilmentId: 'f2',
      amount: eur(400),
      fulfilledOn: '2027-02-20',
    });
    expect(first.body).toMatchObject({ fulfilment: { amount: eur(400), complete: false } });
    expect(dates(first.body)).toEqual(['2027-03-03?']);
    const second = await shop.fulfil('parts', {
      fulfilmentId: 'f1',
      amount: eur(600),
      fulfilledOn: '2027-02-10',
    });
    expect(second.body.fulfilment).toEqual({
      amount: eur(1_000),
      complete: true,
      completedOn: '2027-02-20',
    });
    expect(dates(second.body)).toEqual(['2027-03-22']);
  });

  it('move by the customer’s closed months, from the day that is reported', async () => {
    await shop.offerTerms([{ ...net(30), from: 'fulfilled' }]);
    const customerId = await shop.aCustomer({ closedMonths: [{ month: 4, moveToDay: 10 }] });
    await shop.place('closed', { customerId });
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    expect(dates((await shop.fulfil('closed', { fulfilledOn: '2027-03-15' })).body)).toEqual(['2027-05-10']);
  });

  it('give the discount for early payment from the same day', async () => {
    await shop.offerTerms([{ ...net(30), from: 'fulfilled', discount: { percent: '2', withinDays: 10 } }]);
    expect((await shop.place('early')).discount.until).toBe('2027-03-11');
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    expect((await shop.fulfil('early')).body.discount).toEqual({
      percent: '2',
      until: '2027-03-30',
      amount: eur(20),
      payable: eur(980),
    });
  });

  it('keep an earlier extension if it is later', async () => {
    await shop.offerTerms([{ ...net(30), from: 'fulfilled' }]);
    for (const [orderId, extendedTo, due] of [
      ['longer', '2027-06-30', '2027-06-30'],
      ['no-longer', '2027-04-01', '2027-04-09'],
    ] as const) {
      shop.api.clock.now = '2027-03-01T10:00:00.000Z';
      await shop.place(orderId);
      const extended = await shop.api.ask(orderId, 'extend', { dueOn: extendedTo, reason: 'asked' });
      expect(dates(extended.body)).toEqual([`${extendedTo}?`]);
      shop.api.clock.now = '2027-03-10T10:00:00.000Z';
      expect(dates((await shop.fulfil(orderId)).body)).toEqual([due]);
    }
  });

  it('cannot be a fixed day', async () => {
    expect(await shop.offerTerms([{ kind: 'fixed', on: '2027-12-31', from: 'fulfilled' }])).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: '/policy/terms/0/from' }] },
    });
    expect(await shop.offerTerms([{ ...net(30), from: 'delivered' }])).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/terms/0/from' }] },
    });
  });

  it('that count from the invoice wait for it, whatever is fulfilled', async () => {
    await shop.offerTerms([{ ...net(30), from: 'invoiced' }]);
    await shop.place('invoiced');
    const { body } = await shop.fulfil('invoiced');
    expect(dates(body)).toEqual(['2027-03-31?']);
    expect(body.fulfilment.complete).toBe(true);
  });
});

describe('terms from the invoice', () => {
  /** What the registration of an invoice does. */
  const invoice = (orderId: string, onDay: string) =>
    inTransaction(shop.api.sql, async (tx) => {
      const locked = await lockOrder(tx, orderId);
      const situation = await shop.api.commands.within(tx).situation(shop.api.clock.now);
      await finaliseDueDates(tx, { ...situation, ...locked }, 'invoiced', onDay);
    });

  it('have their final date, reminders and discount from the day of the invoice, once', async () => {
    await shop.offerTerms([{ ...net(30), from: 'invoiced', discount: { percent: '2', withinDays: 10 } }]);
    await shop.place('billed');
    await shop.fulfil('billed');
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    await invoice('billed', '2027-03-15');
    const billed = await shop.read('billed');
    expect(dates(billed)).toEqual(['2027-04-14']);
    expect(billed.discount.until).toBe('2027-03-25');
    const { items } = (await shop.api.call('/orders/billed/timeline')).body;
    expect(
      items.filter(({ kind }: { kind: string }) => /^planned\.(remind|overdue)$/.test(kind)),
    ).toHaveLength(4);
    expect(items.filter(({ kind }: { kind: string }) => kind === 'planned.decide')).toHaveLength(1);
    await invoice('billed', '2027-03-19');
    expect(await shop.read('billed')).toEqual(billed);
  });

  it('book a discount that was earned before the invoice set its last day', async () => {
    await shop.offerTerms([{ ...net(30), from: 'invoiced', discount: { percent: '2', withinDays: 10 } }]);
    await shop.place('paid-first');
    shop.api.clock.now = '2027-03-15T10:00:00.000Z';
    expect((await shop.pay('paid-first', 'paid-first-1', 980)).body.outstanding).toEqual(eur(20));
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    const orders = [{ orderId: 'paid-first', amount: eur(1_000) }];
    const body = { number: 'D1', issuedOn: '2027-03-20', total: eur(1_000), orders };
    await shop.api.working(shop.api.call('/invoices/d1', body, { method: 'PUT' }));
    expect(await shop.read('paid-first')).toMatchObject({
      status: 'settled',
      discount: { until: '2027-03-30' },
    });
  });

  it('judge a discount by its present last day, even if everything is applied at once', async () => {
    await shop.offerTerms([{ ...net(30), from: 'invoiced', discount: { percent: '2', withinDays: 10 } }]);
    await shop.place('one-pass');
    shop.api.clock.now = '2027-03-25T10:00:00.000Z';
    const orders = [{ orderId: 'one-pass', amount: eur(1_000) }];
    const body = { number: 'D2', issuedOn: '2027-03-20', total: eur(1_000), orders };
    await shop.api.call('/invoices/d2', body, { method: 'PUT' });
    await shop.api.call('/orders/one-pass/payments', { paymentId: 'one-pass-1', amount: eur(980) });
    await shop.api.work('one-pass');
    expect(await shop.read('one-pass')).toMatchObject({ status: 'settled' });
  });

  it('give a discount for a payment on the working day after a Sunday', async () => {
    await shop.offerTerms([{ ...net(30), discount: { percent: '2', withinDays: 13 } }]);
    expect((await shop.place('to-sunday')).discount.until).toBe('2027-03-15');
  });

  it('for food are due within the legal limit from the delivery, as far as it is known', async () => {
    await shop.offerTerms([
      { kind: 'endOfMonth', days: 30, convention: 'daysThenMonthEnd', from: 'invoiced' },
    ]);
    const regime = { kind: 'agrifood', perishable: false };
    for (const [orderId, invoicedOn, due] of [
      ['fed', '2027-03-10', '2027-04-30'],
      ['fed-late', '2027-05-20', '2027-05-20'],
    ] as const) {
      shop.api.clock.now = '2027-03-01T10:00:00.000Z';
      await shop.place(orderId, { regime });
      await shop.fulfil(orderId);
      shop.api.clock.now = '2027-05-20T10:00:00.000Z';
      await invoice(orderId, invoicedOn);
      expect(dates(await shop.read(orderId))).toEqual([due]);
    }
  });
});

it('the answer to a checkout has the instalments in the same sequence as later reads: provisional ones come last', async () => {
  const lines = [
    { percent: '50', terms: { ...net(10), from: 'fulfilled' } },
    { remainder: true, terms: net(30) },
  ];
  await shop.offerTerms([{ kind: 'instalments', lines }]);
  const placed = await shop.place('sequence');
  expect(dates(placed)).toEqual(['2027-03-31', '2027-03-11?']);
  expect(await shop.read('sequence')).toEqual(placed);
});
