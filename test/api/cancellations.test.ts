import { beforeEach, describe, expect, it } from 'vitest';
import { eur } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import type { Answer } from './harness.ts';
import { dates, net, useShop } from './shop.ts';

const shop = useShop();
const store = { as: 'storefront' } as const;
const accounting = { as: 'accounting' } as const;

const cancel = (orderId: string, options: object = store) =>
  shop.api.ask(orderId, 'cancel', { reason: 'the customer changed their mind' }, options);
const registering = (orderId: string, units: number, fields: object = {}) =>
  shop.api.call(
    `/invoices/inv-${orderId}`,
    {
      number: `F-${orderId}`,
      issuedOn: shop.api.clock.now.slice(0, 10),
      total: eur(units),
      orders: [{ orderId, amount: eur(units) }],
      ...fields,
    },
    { ...accounting, method: 'PUT' },
  );
const invoice = (orderId: string, units: number, fields: object = {}) =>
  shop.api.working(registering(orderId, units, fields));
/** Asks one after the other while the order's workflow does nothing; then it does all. */
async function oneAfterTheOther(orderId: string, calls: (() => Promise<Answer>)[]): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  for (const [index, call] of calls.entries()) {
    answers.push(call());
    await eventually(`${index + 1} commands wait`, async () => {
      const waiting = await shop.api.sql`select 1 from commands where order_id = ${orderId}`;
      return waiting.length === index + 1;
    });
  }
  await shop.api.work(orderId);
  return Promise.all(answers);
}
const cancelling = (orderId: string) => () =>
  shop.api.call(`/orders/${orderId}/cancel`, { reason: 'a mistake' }, store);
const delivering = (orderId: string, body: object) => () =>
  shop.api.call(`/orders/${orderId}/fulfilled`, body, store);

describe('a cancellation by the store', () => {
  beforeEach(() => shop.offerTerms([net(30), { ...net(30), from: 'fulfilled' }]));

  it('of an order that is invoiced in full is refused: the invoice stays owed, and a credit note takes it back', async () => {
    await shop.place('invoiced');
    await invoice('invoiced', 1_000);
    expect(await cancel('invoiced')).toMatchObject({
      status: 409,
      body: {
        code: 'nothing-to-cancel',
        detail: expect.stringContaining('POST /v1/orders/invoiced/credit-notes'),
        orderStatus: 'open',
        outstanding: eur(1_000),
        invoiced: eur(1_000),
        delivered: eur(0),
      },
    });
    const note = { creditNoteId: 'cn-invoiced', amount: eur(1_000), reason: 'returned' };
    expect((await shop.api.ask('invoiced', 'credit-notes', note, accounting)).body).toMatchObject({
      status: 'settled',
      outstanding: eur(0),
    });
  });

  it('of an order that is delivered in full is refused', async () => {
    await shop.place('delivered', { termsCode: 't1' });
    await shop.fulfil('delivered');
    expect(await cancel('delivered')).toMatchObject({
      status: 409,
      body: { code: 'nothing-to-cancel', delivered: eur(1_000) },
    });
    expect(await shop.read('delivered')).toMatchObject({ status: 'open', outstanding: eur(1_000) });
  });

  it('takes what is not invoiced; the invoice stays owed by its due date', async () => {
    const customerId = await shop.aCustomer();
    const before = await shop.place('part', { customerId });
    await invoice('part', 400);
    const { status, body } = await cancel('part');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'open', total: eur(400), outstanding: eur(400) });
    expect(dates(body)).toEqual(dates(before));
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(400));
    const { items } = (await shop.api.call('/orders/part/ledger')).body;
    expect(items.map(({ kind, amount }: never) => [kind, amount])).toEqual([
      ['charge', eur(1_000)],
      ['amendment', eur(-600)],
    ]);
    expect((await cancel('part')).body.code).toBe('nothing-to-cancel');
    expect((await shop.pay('part', 'part-1', 400)).body).toMatchObject({ status: 'settled' });
  });

  it('keeps what is delivered or invoiced, whichever is more, and makes its due dates final', async () => {
    await shop.place('shipped', { termsCode: 't1' });
    shop.api.clock.now = '2027-03-05T10:00:00.000Z';
    await shop.fulfil('shipped', { amount: eur(600) });
    await invoice('shipped', 250);
    shop.api.clock.now = '2027-03-20T10:00:00.000Z';
    const { body } = await cancel('shipped');
    expect(body).toMatchObject({
      status: 'open',
      total: eur(600),
      outstanding: eur(600),
      fulfilment: { amount: eur(600), complete: true, completedOn: '2027-03-05' },
    });
    expect(dates(body)).toEqual(['2027-04-04']);
  });

  it('turns what was paid above that into credit, and settles an order that owes nothing then', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('prepaid', { customerId });
    await invoice('prepaid', 400);
    await shop.pay('prepaid', 'prepaid-1', 700);
    expect((await cancel('prepaid')).body).toMatchObject({
      status: 'settled',
      total: eur(400),
      outstanding: eur(0),
    });
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(300) });
  });

  it('leaves what the invoice asks for: without what is withheld, by the shares of the terms', async () => {
    await shop.offerTerms([
      {
        kind: 'instalments',
        lines: [
          { percent: '50', terms: net(30) },
          { remainder: true, terms: net(60) },
        ],
      },
    ]);
    const before = await shop.place('split', { total: eur(1_220) });
    await invoice('split', 610, { payable: eur(500), withheld: { kind: 'split_payment' } });
    const { body } = await cancel('split');
    expect(body).toMatchObject({
      status: 'open',
      total: eur(610),
      outstanding: eur(500),
      instalments: [
        { amount: eur(305), outstanding: eur(250) },
        { amount: eur(305), outstanding: eur(250) },
      ],
    });
    expect(dates(body)).toEqual(dates(before));
  });

  it('leaves nothing to pay where the invoice was credited', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('credited', { customerId });
    await invoice('credited', 400);
    const note = { creditNoteId: 'cn-credited', amount: eur(400), reason: 'returned' };
    await shop.api.ask('credited', 'credit-notes', note, accounting);
    expect((await cancel('credited')).body).toMatchObject({ total: eur(400), outstanding: eur(0) });
    expect(await shop.creditOf(customerId)).toMatchObject({ exposure: eur(0), unapplied: eur(0) });
  });

  it('of a reservation, and of an order that is neither invoiced nor delivered, ends it as before', async () => {
    const customerId = await shop.aCustomer();
    await shop.place('reserved', { customerId, confirm: 'later' });
    await shop.place('untouched', { customerId });
    for (const orderId of ['reserved', 'untouched'])
      expect((await cancel(orderId)).body).toMatchObject({ status: 'cancelled', outstanding: eur(0) });
    expect((await shop.creditOf(customerId)).exposure).toEqual(eur(0));
  });

  it('is an admin’s decision where it takes all: what is invoiced or delivered as well', async () => {
    await shop.place('by-admin');
    await invoice('by-admin', 1_000);
    expect((await cancel('by-admin', accounting)).status).toBe(403);
    expect((await cancel('by-admin', { as: 'admin' })).body).toMatchObject({ status: 'cancelled' });
  });
});

describe('a cancellation that waits', () => {
  beforeEach(() => shop.offerTerms([net(30)]));

  it('does not take an invoice that was registered before it is applied', async () => {
    await shop.place('raced');
    const [cancelled, registered] = await oneAfterTheOther('raced', [
      cancelling('raced'),
      () => registering('raced', 1_000),
    ]);
    expect(cancelled).toMatchObject({ status: 409, body: { code: 'nothing-to-cancel' } });
    expect(registered!.status).toBe(201);
    expect(await shop.read('raced')).toMatchObject({ status: 'open', outstanding: eur(1_000) });
  });

  it('behind an invoice is judged when it is applied', async () => {
    await shop.place('behind');
    const [registered, cancelled] = await oneAfterTheOther('behind', [
      () => registering('behind', 300),
      cancelling('behind'),
    ]);
    expect(registered!.status).toBe(201);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'open', total: eur(300) } });
  });

  it('does not take a delivery whose report waits behind it', async () => {
    await shop.place('on-its-way');
    const [cancelled, delivered] = await oneAfterTheOther('on-its-way', [
      cancelling('on-its-way'),
      delivering('on-its-way', { amount: eur(450) }),
    ]);
    expect([cancelled!.status, delivered!.status]).toEqual([200, 200]);
    expect(await shop.read('on-its-way')).toMatchObject({
      status: 'open',
      total: eur(450),
      outstanding: eur(450),
      fulfilment: { amount: eur(450), complete: true },
    });
    await shop.place('all-on-its-way');
    const answers = await oneAfterTheOther('all-on-its-way', [
      cancelling('all-on-its-way'),
      delivering('all-on-its-way', {}),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([409, 200]);
    expect((await shop.read('all-on-its-way')).outstanding).toEqual(eur(1_000));
  });

  it('then an invoice of an order that it cancelled is refused', async () => {
    await shop.place('gone');
    await cancel('gone');
    expect((await registering('gone', 100)).body.code).toBe('order-closed');
  });
});
