import { describe, expect, it } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { eur } from '../support/builders.ts';
import type { Answer } from './harness.ts';
import { bodyOf, useInvoices } from './invoicing.ts';

const { api, invoice, place, put, read } = useInvoices();
const dates = ({ instalments }: { instalments: { dueOn: string; provisional: boolean }[] }) =>
  instalments.map(({ dueOn, provisional }) => `${dueOn}${provisional ? '?' : ''}`);
const problem = (status: number, code: string, detail?: RegExp) => ({
  status,
  body: { code, ...(detail ? { detail: expect.stringMatching(detail) } : {}) },
});
const atPointer = (pointer: string, detail?: RegExp) => ({
  status: 422,
  body: {
    code: 'validation',
    errors: [{ pointer, ...(detail ? { detail: expect.stringMatching(detail) } : {}) }],
  },
});

describe('an invoice', () => {
  it('covers a month’s orders, and is shown on each of them, in the list and on its own', async () => {
    for (const id of ['m-1', 'm-2', 'm-3']) await place(id);
    const parts = { 'm-1': eur(1_000), 'm-2': eur(600), 'm-3': eur(1_000) };
    const body = bodyOf(parts, {
      number: '2027/15',
      issuedOn: '2027-02-28',
      receivedOn: '2027-03-01',
      documentUrl: 'https://documents.example/15.pdf',
    });
    const registered = await invoice('inv-m', body);
    expect(registered).toMatchObject({
      status: 201,
      body: {
        invoiceId: 'inv-m',
        customerId: 'rossi',
        total: eur(2_600),
        payable: eur(2_600),
        withheld: null,
        orders: [
          { orderId: 'm-1', amount: eur(1_000), payable: eur(1_000) },
          { orderId: 'm-2', amount: eur(600) },
          { orderId: 'm-3' },
        ],
      },
    });
    expect(registered.headers.get('location')).toBe('/v1/invoices/inv-m');
    expect((await api.call('/invoices/inv-m')).body).toEqual(registered.body);
    expect(await read('m-2')).toMatchObject({
      outstanding: eur(1_000),
      invoices: [
        {
          invoiceId: 'inv-m',
          number: '2027/15',
          issuedOn: '2027-02-28',
          receivedOn: '2027-03-01',
          amount: eur(600),
          payable: eur(600),
          withheld: null,
          documentUrl: 'https://documents.example/15.pdf',
        },
      ],
    });
    const found = await api.call('/invoices?customerId=rossi&number=2027%2F15');
    expect(found.body).toEqual({ items: [registered.body], nextCursor: null });
    expect((await api.call('/invoices?customerId=verdi')).body.items).toEqual([]);
    expect(await api.call('/invoices/none')).toMatchObject(problem(404, 'invoice-not-found'));
  });

  it('is listed page by page, the newest first', async () => {
    for (const [id, issuedOn] of [
      ['page-1', '2026-01-10'],
      ['page-2', '2026-03-10'],
      ['page-3', '2026-02-10'],
    ] as const) {
      await place(id);
      await invoice(id, bodyOf({ [id]: eur(10) }, { issuedOn, number: id }));
    }
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const { body }: Answer = await api.call(`/invoices?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      ids.push(body.items[0].invoiceId);
      cursor = body.nextCursor;
    } while (cursor);
    expect(ids.filter((id) => id.startsWith('page'))).toEqual(['page-2', 'page-3', 'page-1']);
    expect(await api.call('/invoices?cursor=x')).toMatchObject({ status: 422 });
  });

  it('is kept if no workflow answers, and booked when one does', async () => {
    await place('slow');
    const body = bodyOf({ slow: eur(1_000) }, { payable: eur(820) });
    expect((await put('inv-slow', body)).status).toBe(202);
    expect((await read('slow')).outstanding).toEqual(eur(1_000));
    await api.work('slow');
    expect((await read('slow')).outstanding).toEqual(eur(820));
    expect(await put('inv-slow', body)).toMatchObject({ status: 200 });
  });

  it('that contradicts itself is refused, with the errors', async () => {
    await place('wrong');
    const parts = { wrong: eur(1_000) };
    const of = (more: object) => put('inv-wrong', bodyOf(parts, more));
    const usd = { amount: 100, currency: 'USD' };
    expect(await of({ total: eur(1_000.01) })).toMatchObject(
      atPointer('/orders', /1,000\.00 EUR.*1,000\.01 EUR/),
    );
    expect(await of({ payable: eur(1_000.01) })).toMatchObject(atPointer('/payable', /1,000\.01 EUR/));
    expect(await of({ payable: eur(0) })).toMatchObject(atPointer('/payable/amount'));
    expect(await of({ payable: usd })).toMatchObject(atPointer('/payable/currency'));
    expect(await of({ withheld: { kind: 'withholding' } })).toMatchObject(atPointer('/withheld'));
    expect(await of({ issuedOn: '2027-03-02' })).toMatchObject(atPointer('/issuedOn', /future/));
    expect(await of({ receivedOn: '2027-03-02' })).toMatchObject(atPointer('/receivedOn', /future/));
    expect(await of({ receivedOn: '2027-02-28' })).toMatchObject(atPointer('/receivedOn', /2027-03-01/));
    for (const documentUrl of [
      'http://documents.example/1',
      'https:documents.example',
      'javascript:alert(1)',
    ])
      expect(await of({ documentUrl })).toMatchObject(atPointer('/documentUrl'));
    const twice = [1, 2].map(() => ({ orderId: 'wrong', amount: eur(500) }));
    expect(await of({ orders: twice })).toMatchObject(atPointer('/orders/1/orderId', /wrong/));
    expect(await of({ orders: [] })).toMatchObject(atPointer('/orders'));
    expect(await of({ orders: [{ orderId: 'wrong', amount: usd }] })).toMatchObject(
      atPointer('/orders/0/amount/currency'),
    );
    expect((await read('wrong')).invoices).toEqual([]);
  });

  it('dated today in the merchant’s zone is not in the future', async () => {
    api.clock.now = '2027-03-01T23:30:00.000Z'; // 2 March in Rome
    await place('midnight');
    const body = bodyOf({ midnight: eur(1_000) }, { issuedOn: '2027-03-02' });
    expect((await invoice('inv-midnight', body)).status).toBe(201);
  });

  it('covers existing orders of one customer and currency that can be invoiced', async () => {
    await api.call(
      '/customers/verdi',
      {
        name: 'Verdi S.r.l.',
        email: 'v@verdi.example',
        locale: 'it',
        country: 'IT',
        vatNumber: '12345670488',
        stats: { orders: 9, turnover: eur(9_000) },
      },
      { method: 'PUT' },
    );
    await place('of-rossi');
    await place('of-verdi', { customerId: 'verdi' });
    const both = bodyOf({ 'of-rossi': eur(1), 'of-verdi': eur(1) });
    expect(await put('inv-two', both)).toMatchObject(problem(422, 'several-customers', /of-verdi.*verdi/));
    const unknown = bodyOf({ 'of-rossi': eur(1), nowhere: eur(1) });
    expect(await put('inv-two', unknown)).toMatchObject(problem(404, 'order-not-found', /nowhere/));
    const usd = { amount: 100, currency: 'USD' };
    const foreign = bodyOf({ 'of-rossi': usd }, { total: usd });
    expect(await put('inv-two', foreign)).toMatchObject(problem(422, 'currency-mismatch', /of-rossi/));

    await place('held', { confirm: 'later' });
    expect(await put('inv-held', bodyOf({ held: eur(1_000) }))).toMatchObject(
      problem(409, 'order-not-confirmed', /held/),
    );
    await place('gone');
    await api.ask('gone', 'cancel', { reason: 'out of stock' });
    expect(await put('inv-gone', bodyOf({ gone: eur(1_000) }))).toMatchObject(
      problem(409, 'order-closed', /gone/),
    );
    expect(await api.call('/invoices/inv-gone')).toMatchObject({ status: 404 });
  });

  it('has a number that is unique in its year', async () => {
    await place('num');
    await invoice('num-1', bodyOf({ num: eur(1) }, { number: '7' }));
    const again = bodyOf({ num: eur(1) }, { number: '7' });
    expect(await put('num-2', again)).toMatchObject({
      ...problem(409, 'invoice-number-taken', /num-1/),
      body: { invoiceId: 'num-1' },
    });
    expect((await invoice('num-3', { ...again, issuedOn: '2026-12-31' })).status).toBe(201);
    const other = bodyOf({ num: eur(1) });
    await invoice('num-4', other);
    expect(await put('num-4', { ...other, number: '7' })).toMatchObject(problem(409, 'invoice-number-taken'));
  });

  it('gets the same answer when it is repeated; number, receipt and document may be corrected, booked facts may not', async () => {
    await place('fix');
    await place('fix-2');
    const body = bodyOf({ fix: eur(600), 'fix-2': eur(400) }, { payable: eur(900) });
    const first = await invoice('inv-fix', body);
    const again = await put('inv-fix', { ...body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again).toMatchObject({ status: 200, body: first.body });

    const documentUrl = 'https://documents.example/fix';
    const corrected = { ...body, number: 'FIXED', receivedOn: '2027-03-01', documentUrl };
    const fixed = await put('inv-fix', corrected);
    expect(fixed).toMatchObject({
      status: 200,
      body: { number: 'FIXED', receivedOn: '2027-03-01', documentUrl },
    });
    expect(fixed.headers.get('idempotent-replayed')).toBeNull();
    expect((await read('fix')).invoices[0]).toMatchObject({ number: 'FIXED', documentUrl });

    const changed = [
      { issuedOn: '2027-02-28' },
      { payable: eur(899) },
      { withheld: { kind: 'withholding' } },
      bodyOf({ fix: eur(500), 'fix-2': eur(500) }, { payable: eur(900) }),
      bodyOf({ fix: eur(1_000) }, { payable: eur(900) }),
    ];
    for (const change of changed)
      expect(await put('inv-fix', { ...corrected, ...change })).toMatchObject(
        problem(409, 'conflict', /credit note/),
      );
    const reordered = { ...corrected, orders: corrected.orders.toReversed() };
    expect(await put('inv-fix', reordered)).toMatchObject({ status: 200 });
    expect((await read('fix')).outstanding).toEqual(eur(940));
  });
});

describe('the invoiced part of an order', () => {
  it('never exceeds its total, over all its invoices', async () => {
    await place('parts');
    await invoice('parts-1', bodyOf({ parts: eur(700) }));
    expect(await put('parts-2', bodyOf({ parts: eur(300.01) }))).toMatchObject(
      problem(
        422,
        'over-invoiced',
        /300\.00 EUR of order parts .* is left to invoice, and this is 300\.01 EUR/,
      ),
    );
    expect((await invoice('parts-2', bodyOf({ parts: eur(300) }))).status).toBe(201);
    expect((await read('parts')).invoices.map(({ amount }: { amount: Money }) => amount)).toEqual([
      eur(700),
      eur(300),
    ]);
  });

  it('never exceeds it when invoices come at the same time', async () => {
    const ids = ['race-1', 'race-2', 'race-3'];
    for (const id of ids) await place(id);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => {
        const turned = [...ids.slice(index % 3), ...ids.slice(0, index % 3)];
        return put(
          `race-${'abcdef'[index]}`,
          bodyOf(Object.fromEntries(turned.map((id) => [id, eur(400)])), { payable: eur(1_000) }),
        );
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 422, 422, 422, 422]);
    for (const id of ids) {
      await api.work(id);
      expect((await read(id)).invoices).toHaveLength(2);
    }
    const owed = await Promise.all(ids.map(async (id) => (await read(id)).outstanding.amount));
    expect(owed.reduce((sum, amount) => sum + amount, 0)).toBe(300_000 - 2 * 20_000);
  });

  it('counts once when the same invoice comes many times at once', async () => {
    await place('same');
    const body = bodyOf({ same: eur(1_000) }, { payable: eur(800) });
    const answers = await Promise.all([1, 2, 3].map(() => put('inv-same', body)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await api.work('same');
    expect((await read('same')).outstanding).toEqual(eur(800));
  });

  it('keeps the order from being amended below it', async () => {
    await place('least');
    await invoice('inv-least', bodyOf({ least: eur(800) }));
    const amend = (units: number) => api.ask('least', 'amend', { total: eur(units) }, { as: 'storefront' });
    expect(await amend(799.99)).toMatchObject(problem(422, 'below-invoiced'));
    const last = { amount: eur(799.99), final: true };
    expect(await api.ask('least', 'fulfilled', last, { as: 'storefront' })).toMatchObject(
      problem(422, 'below-invoiced'),
    );
    expect((await amend(800)).body.total).toEqual(eur(800));
  });
});

describe('terms from the invoice', () => {
  it('have their final due date from its day of issue, whenever it was received', async () => {
    expect(dates(await place('billed', { termsCode: 'billed' }))).toEqual(['2027-03-31?']);
    api.clock.now = '2027-03-20T10:00:00.000Z';
    await invoice(
      'inv-billed',
      bodyOf({ billed: eur(1_000) }, { issuedOn: '2027-03-15', receivedOn: '2027-03-18', payable: eur(820) }),
    );
    const billed = await read('billed');
    expect(dates(billed)).toEqual(['2027-04-14']);
    const { items } = await read('billed', '/timeline');
    expect(
      items.filter(({ kind }: { kind: string }) => /^planned\.(remind|overdue)$/.test(kind)),
    ).toHaveLength(4);
    expect(items.filter(({ kind }: { kind: string }) => kind === 'planned.decide')).toHaveLength(1);
  });

  it('of what is added after the last invoice count from its own one', async () => {
    await place('billed-more', { termsCode: 'billed' });
    await invoice('inv-more-1', bodyOf({ 'billed-more': eur(1_000) }, { issuedOn: '2027-03-01' }));
    api.clock.now = '2027-03-20T10:00:00.000Z';
    const { body } = await api.ask('billed-more', 'amend', { total: eur(1_200) });
    expect(dates(body)).toEqual(['2027-03-31', '2027-03-31?']);
    await invoice('inv-more-2', bodyOf({ 'billed-more': eur(200) }, { issuedOn: '2027-03-18' }));
    const billed = await read('billed-more');
    expect(dates(billed)).toEqual(['2027-03-31', '2027-04-17']);
    expect(billed.instalments).toMatchObject([{ amount: eur(1_000) }, { amount: eur(200) }]);
  });

  it('wait for the last of several invoices, the one that reaches the total', async () => {
    await place('billed-2', { termsCode: 'billed' });
    api.clock.now = '2027-03-20T10:00:00.000Z';
    await invoice('inv-b-1', bodyOf({ 'billed-2': eur(600) }, { issuedOn: '2027-03-10' }));
    expect(dates(await read('billed-2'))).toEqual(['2027-03-31?']);
    await invoice('inv-b-2', bodyOf({ 'billed-2': eur(400) }, { issuedOn: '2027-03-20' }));
    expect(dates(await read('billed-2'))).toEqual(['2027-04-19']);
  });

  it('count from the day of the order if the invoice is older', async () => {
    await place('billed-4', { termsCode: 'billed' });
    await invoice('inv-b-4', bodyOf({ 'billed-4': eur(1_000) }, { issuedOn: '2017-03-01' }));
    expect(dates(await read('billed-4'))).toEqual(['2027-03-31']);
  });

  it('are also final if the order is amended to what was invoiced', async () => {
    await place('billed-3', { termsCode: 'billed' });
    await invoice('inv-b-3', bodyOf({ 'billed-3': eur(600) }));
    await api.ask('billed-3', 'amend', { total: eur(600) }, { as: 'storefront' });
    expect(dates(await read('billed-3'))).toEqual(['2027-03-31']);
  });
});
