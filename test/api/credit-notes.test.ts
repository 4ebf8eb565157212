import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;
const credit = (orderId: string, creditNoteId: string, units: number, more: object = {}) =>
  api.ask(
    orderId,
    'credit-notes',
    { creditNoteId, amount: eur(units), reason: 'goods returned', ...more },
    accounting,
  );

describe('a credit note', () => {
  it('reduces what is owed, the earliest due first, and its reminder with it', async () => {
    await api.place('returned', { termsCode: 'weekly' });
    const noted = await credit('returned', 'cn-1', 70, { number: 'NC 7', issuedOn: '2027-02-28' });
    expect(noted).toMatchObject({
      status: 200,
      body: { status: 'open', outstanding: eur(30), command: { kind: 'credit', outcome: 'applied' } },
    });
    expect(noted.body.instalments.map((line: { outstanding: unknown }) => line.outstanding)).toEqual([
      eur(0),
      eur(30),
    ]);
  });

  it('is booked once: a repeat gets the same answer, another content is a conflict', async () => {
    await api.place('once');
    await api.place('other');
    const first = await credit('once', 'cn-once', 40);
    const again = await credit('once', 'cn-once', 40);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.outstanding).toEqual(first.body.outstanding);
    expect(await credit('once', 'cn-once', 41)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await credit('other', 'cn-once', 40)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await api.call('/orders/other')).body.outstanding).toEqual(eur(100));
  });

  it('uses its number once a year on an order, and for one customer; a refused note does not use it up', async () => {
    await addCustomer(api.sql, 'verdi');
    for (const orderId of ['numbered', 'numbered-2'])
      await api.place(orderId, { placedAt: '2026-12-30T10:00:00Z' });
    await api.call('/orders', { orderId: 'of-verdi', customerId: 'verdi', total: eur(100) });
    const number = 'NC 12';
    const outcome = async (orderId: string, id: string, units: number, more: object = {}) => {
      const { status, body } = await credit(orderId, id, units, { number, ...more });
      return status === 200 ? 'booked' : [body.code, body.creditNoteId];
    };
    expect(await outcome('numbered', 'cn-n1', 101)).toEqual(['credit-exceeds-order', undefined]);
    expect(await outcome('numbered', 'cn-n2', 10)).toBe('booked');
    expect(await outcome('numbered', 'cn-n3', 10)).toEqual(['credit-note-number-taken', 'cn-n2']);
    expect(await outcome('of-verdi', 'cn-n4', 10)).toEqual(['credit-note-number-taken', 'cn-n2']);
    expect(await outcome('numbered-2', 'cn-n5', 10)).toBe('booked');
    expect(await outcome('numbered', 'cn-n6', 10, { issuedOn: '2026-12-31' })).toBe('booked');
    expect((await credit('numbered', 'cn-n7', 10, { number: 'NC 12 ' })).body.errors).toMatchObject([
      { pointer: '/number' },
    ]);
    expect((await api.call('/orders/numbered')).body.outstanding).toEqual(eur(80));
  });

  it('settles an order that it credits in full; what was paid on top becomes credit', async () => {
    const before = await api.unapplied();
    await api.place('whole');
    await api.ask('whole', 'payments', { paymentId: 'w-1', amount: eur(30) }, accounting);
    expect((await credit('whole', 'cn-whole', 100)).body).toMatchObject({
      status: 'settled',
      outstanding: eur(0),
    });
    expect((await api.unapplied()) - before).toBe(3_000);
  });

  it('on a settled order becomes credit as a whole, at once', async () => {
    await api.place('late');
    await api.ask('late', 'settle', { reason: 'paid' });
    const before = await api.unapplied();
    const noted = await api.call(
      '/orders/late/credit-notes',
      { creditNoteId: 'cn-late', amount: eur(25), reason: 'damaged' },
      accounting,
    );
    expect(noted).toMatchObject({
      status: 200,
      body: { status: 'settled', command: { outcome: 'applied' } },
    });
    expect((await api.unapplied()) - before).toBe(2_500);
  });

  it('is refused beyond the total, on a cancelled order, in another currency, or dated tomorrow', async () => {
    await api.place('full');
    await credit('full', 'cn-60', 60);
    const before = await api.unapplied();
    expect(await credit('full', 'cn-41', 41)).toMatchObject({
      status: 422,
      body: { code: 'credit-exceeds-order' },
    });
    const usd = { amount: 100, currency: 'USD' };
    expect(await credit('full', 'cn-usd', 1, { amount: usd })).toMatchObject({
      status: 422,
      body: { code: 'currency-mismatch' },
    });
    expect(await credit('full', 'cn-morrow', 1, { issuedOn: '2027-03-02' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/issuedOn' }] },
    });
    await api.ask('full', 'cancel', { reason: 'out of stock' });
    expect(await credit('full', 'cn-late-2', 1)).toMatchObject({
      status: 409,
      body: { code: 'order-closed' },
    });
    expect(await api.unapplied()).toBe(before);
  });
});

describe('a credit note, with what comes after it', () => {
  const reverse = (paymentId: string) =>
    api.call(`/payments/${paymentId}/reverse`, { reason: 'bounced' }, accounting);
  const pay = (orderId: string, paymentId: string, units: number) =>
    api.ask(orderId, 'payments', { paymentId, amount: eur(units) }, accounting);

  it('and a write-off are not money: an order is not amended or ended below them', async () => {
    const before = await api.unapplied();
    await api.place('noted');
    await credit('noted', 'cn-noted', 60);
    const below = { status: 422, body: { code: 'below-credited' } };
    expect(await api.ask('noted', 'amend', { total: eur(59.99) })).toMatchObject(below);
    expect(await api.ask('noted', 'fulfilled', { amount: eur(50), final: true })).toMatchObject(below);
    await pay('noted', 'noted-1', 10);
    expect((await api.ask('noted', 'amend', { total: eur(65) })).body).toMatchObject({ status: 'settled' });
    await api.place('let-go');
    await api.ask('let-go', 'write-off', { amount: eur(60), reason: 'a quarrel' });
    expect(await api.ask('let-go', 'amend', { total: eur(50) })).toMatchObject(below);
    expect((await api.unapplied()) - before).toBe(500); // out of the ten that were paid
  });

  it('gives back no more than was paid: not what was written off, deducted or withheld', async () => {
    const before = await api.unapplied();
    await api.place('given-up');
    await api.ask('given-up', 'write-off', { amount: eur(60), reason: 'a quarrel' });
    await pay('given-up', 'given-up-1', 15);
    expect((await credit('given-up', 'cn-given-up', 100)).body.status).toBe('settled');
    expect((await api.unapplied()) - before).toBe(1_500);
    await api.place('withheld');
    const orders = [{ orderId: 'withheld', amount: eur(100) }];
    const invoice = { number: 'W1', issuedOn: '2027-03-01', total: eur(100), payable: eur(82), orders };
    await api.working(api.call('/invoices/withheld', invoice, { ...accounting, method: 'PUT' }));
    expect((await credit('withheld', 'cn-withheld', 100)).body.status).toBe('settled');
    expect((await api.unapplied()) - before).toBe(1_500);
  });

  it('counts whole against the total, even if a part of it reduced nothing because it was written off', async () => {
    await api.place('half-off');
    await api.ask('half-off', 'write-off', { amount: eur(60), reason: 'a quarrel' });
    expect((await credit('half-off', 'cn-half-off', 60)).body.status).toBe('settled');
    expect(await credit('half-off', 'cn-half-off-2', 50)).toMatchObject({
      status: 422,
      body: { code: 'credit-exceeds-order' },
    });
    expect((await credit('half-off', 'cn-half-off-3', 40)).status).toBe(200);
  });

  it('is not owed again when what was paid comes back, and leaves no credit', async () => {
    const before = await api.unapplied();
    for (const [orderId, noted] of [
      ['part-noted', 30],
      ['all-noted', 100],
    ] as const) {
      await api.place(orderId);
      await pay(orderId, `${orderId}-1`, 90);
      await credit(orderId, `cn-${orderId}`, noted);
      expect((await api.unapplied()) - before).toBe((noted - 10) * 100);
      await reverse(`${orderId}-1`);
      expect(await api.unapplied()).toBe(before);
      expect(await reconcileBalances(api.sql)).toEqual([]);
    }
    expect((await api.call('/orders/part-noted')).body).toMatchObject({
      status: 'open',
      outstanding: eur(70),
    });
    expect((await api.call('/orders/all-noted')).body).toMatchObject({ status: 'settled' });
    await api.ask('part-noted', 'cancel', { reason: 'never left' });
    expect(await api.unapplied()).toBe(before);
  });

  it('that was spent when what was paid comes back is owed again, and not given twice by a lower total', async () => {
    await addCustomer(api.sql, 'spent');
    for (const orderId of ['spent-1', 'spent-2'])
      await api.call('/orders', { orderId, customerId: 'spent', total: eur(100) });
    await pay('spent-1', 'spent-p', 100);
    await credit('spent-1', 'cn-spent', 100);
    await api.ask('spent-2', 'apply-credit', { amount: eur(100) }, accounting);
    await reverse('spent-p');
    expect((await api.call('/orders/spent-1')).body).toMatchObject({ status: 'open', outstanding: eur(100) });
    expect(await api.ask('spent-1', 'amend', { total: eur(1) })).toMatchObject({
      status: 422,
      body: { code: 'below-credited' },
    });
    await pay('spent-1', 'spent-q', 100);
    expect((await api.call('/customers/spent')).body.credit).toMatchObject({
      exposure: eur(0),
      unapplied: eur(0),
    });
  });

  it('and a confirmation that wait at the same time are judged one after the other', async () => {
    await api.place('held', { confirm: 'later' });
    const ask = (path: string, body: object) => api.call(`/orders/held/${path}`, body);
    const answers = [
      await ask('confirm', {}),
      await ask('credit-notes', { creditNoteId: 'cn-held', amount: eur(60), reason: 'returned' }),
      await ask('amend', { total: eur(30) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await api.work('held');
    expect((await api.call('/orders/held')).body).toMatchObject({ total: eur(100), outstanding: eur(40) });
  });

  it('that was refunded prevents the cancellation of its order', async () => {
    await addCustomer(api.sql, 'refunded');
    await api.place('refunded-1', { customerId: 'refunded' });
    await pay('refunded-1', 'refunded-p', 90);
    await credit('refunded-1', 'cn-refunded', 30);
    const refund = { refundId: 'refunded-r', amount: eur(20) };
    expect((await api.call('/customers/refunded/refunds', refund, accounting)).status).toBe(200);
    await reverse('refunded-p');
    expect(await api.ask('refunded-1', 'cancel', { reason: 'never left' })).toMatchObject({
      status: 409,
      body: { code: 'insufficient-credit' },
    });
    expect((await api.call('/orders/refunded-1')).body).toMatchObject({
      status: 'open',
      outstanding: eur(90),
    });
  });
});
