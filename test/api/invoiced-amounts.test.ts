import { beforeAll, describe, expect, it } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { bodyOf, useInvoices } from './invoicing.ts';

const { api, invoice, place, put, read } = useInvoices();
const accounting = { as: 'accounting' } as const;

describe('the payable amount of an invoice', () => {
  it('is owed again when a payment of the full total, made before the invoice, comes back', async () => {
    for (const [customerId, refunded, owed] of [
      ['whole', 0, 820],
      ['whole-refunded', 80, 900],
    ] as const) {
      await addCustomer(api.sql, customerId);
      const credit = async () => (await api.call(`/customers/${customerId}`)).body.credit.unapplied;
      await place(customerId, { customerId, termsCode: 'weekly' });
      const pay = (paymentId: string, units: number) =>
        api.ask(customerId, 'payments', { paymentId, amount: eur(units) }, accounting);
      await pay(customerId, 1_000);
      await put(`inv-${customerId}`, bodyOf({ [customerId]: eur(1_000) }, { payable: eur(820) }));
      expect(await credit()).toEqual(eur(180));
      const refund = { refundId: customerId, amount: eur(refunded) };
      if (refunded > 0) await api.call(`/customers/${customerId}/refunds`, refund, accounting);
      await api.call(`/payments/${customerId}/reverse`, { reason: 'bounced' }, accounting);
      expect(await read(customerId)).toMatchObject({ status: 'open', outstanding: eur(owed) });
      expect(await credit()).toEqual(eur(0));
      expect((await pay(`${customerId}-again`, owed)).body.status).toBe('settled');
    }
  });

  const receive = (paymentId: string, orderId: string, units: number, more: object = {}) => {
    const allocations = [{ orderId, amount: eur(units) }];
    const body = { paymentId, amount: eur(units), allocations, ...more };
    return api.working(api.call('/customers/rossi/payments', body, accounting));
  };

  it('is owed again when a payment with a deduction bounces, and no more', async () => {
    await place('bounce', { total: eur(122) });
    const deductions = [{ orderId: 'bounce', kind: 'withholding', amount: eur(20) }];
    expect((await receive('bounce-1', 'bounce', 102, { deductions })).status).toBe(200);
    const withheld = { kind: 'withholding' };
    await put('inv-bounce', bodyOf({ bounce: eur(122) }, { payable: eur(102), withheld }));
    expect(await read('bounce')).toMatchObject({ status: 'settled' });
    expect((await api.call('/payments/bounce-1/reverse', { reason: 'bounced' })).status).toBe(200);
    expect(await read('bounce')).toMatchObject({ status: 'open', outstanding: eur(102) });
    await receive('bounce-2', 'bounce', 102);
    expect(await read('bounce')).toMatchObject({ status: 'settled' });
  });

  it('is reduced by a credit note, without the part that the state gets', async () => {
    const split = (orderId: string) =>
      invoice(`inv-${orderId}`, bodyOf({ [orderId]: eur(122) }, { payable: eur(100) }));
    const note = (orderId: string, creditNoteId: string) =>
      api.ask(orderId, 'credit-notes', { creditNoteId, amount: eur(61), reason: 'returned' }, accounting);
    await place('vat-open', { total: eur(122) });
    await split('vat-open');
    expect((await note('vat-open', 'vat-1')).body.outstanding).toEqual(eur(50));
    expect((await note('vat-open', 'vat-2')).body).toMatchObject({ status: 'settled', outstanding: eur(0) });
    await place('vat-paid', { total: eur(122) });
    await split('vat-paid');
    await receive('vat-paid-1', 'vat-paid', 100);
    const before = await api.unapplied();
    expect((await note('vat-paid', 'vat-3')).body.status).toBe('settled');
    expect((await api.unapplied()) - before).toBe(5_000);
    await note('vat-paid', 'vat-4');
    expect((await api.unapplied()) - before).toBe(10_000);
  });

  it('is the same with a credit note before the invoice or after it', async () => {
    const note = (orderId: string) =>
      api.ask(
        orderId,
        'credit-notes',
        { creditNoteId: `cn-${orderId}`, amount: eur(122), reason: 'r' },
        accounting,
      );
    const split = (orderId: string) =>
      invoice(`inv-${orderId}`, bodyOf({ [orderId]: eur(1_000) }, { payable: eur(819.67) }));
    await place('billed-noted');
    await split('billed-noted');
    await note('billed-noted');
    await place('noted-billed');
    await note('noted-billed');
    await split('noted-billed');
    for (const orderId of ['billed-noted', 'noted-billed'])
      expect((await read(orderId)).outstanding).toEqual(eur(719.67));
    await place('noted-paid');
    await note('noted-paid');
    await receive('noted-paid-1', 'noted-paid', 878);
    const before = await api.unapplied();
    await split('noted-paid');
    expect((await api.unapplied()) - before).toBe(15_833);
  });

  it('is what a credit note leaves when the payment with the deduction is reversed', async () => {
    await place('kept-noted');
    const before = await api.unapplied();
    const deductions = [{ orderId: 'kept-noted', kind: 'withholding', amount: eur(160) }];
    expect((await receive('kept-1', 'kept-noted', 840, { deductions })).status).toBe(200);
    expect(await read('kept-noted')).toMatchObject({ status: 'settled' });
    const note = { creditNoteId: 'cn-kept', amount: eur(500), reason: 'returned' };
    await api.ask('kept-noted', 'credit-notes', note, accounting);
    expect((await api.unapplied()) - before).toBe(42_000);
    await api.call('/payments/kept-1/reverse', { reason: 'bounced' }, accounting);
    expect((await read('kept-noted')).outstanding).toEqual(eur(500));
    expect(await api.unapplied()).toBe(before);
  });

  it('is the base of an early-payment discount, whenever the invoice comes', async () => {
    const termsCode = 'early';
    await place('early-split', { total: eur(122), termsCode });
    await invoice('inv-early', bodyOf({ 'early-split': eur(122) }, { payable: eur(100) }));
    expect((await receive('early-1', 'early-split', 98)).body.unapplied).toEqual(eur(0));
    expect(await read('early-split')).toMatchObject({ status: 'settled' });
    await place('early-kept', { total: eur(122), termsCode });
    await receive('early-2', 'early-kept', 99.56);
    expect(await read('early-kept')).toMatchObject({ status: 'open', outstanding: eur(22.44) });
    api.clock.now = '2027-03-15T10:00:00.000Z';
    const withheld = { kind: 'withholding' };
    await invoice('inv-kept', bodyOf({ 'early-kept': eur(122) }, { payable: eur(102), withheld }));
    expect(await read('early-kept')).toMatchObject({ status: 'settled' });
  });

  it('is owed under split payment; the shares of the orders sum exactly', async () => {
    await place('s-1', { total: eur(0.01) });
    await place('s-2', { total: eur(0.01) });
    await place('s-3', { total: eur(100) });
    const parts = { 's-1': eur(0.01), 's-2': eur(0.01), 's-3': eur(100) };
    const { body } = await invoice('inv-s', bodyOf(parts, { payable: eur(82) }));
    expect(body.withheld).toEqual({ kind: 'split_payment', amount: eur(18.02) });
    expect(body.orders.map(({ payable }: { payable: Money }) => payable.amount)).toEqual([1, 1, 8_198]);
    expect((await read('s-3')).outstanding).toEqual(eur(81.98));
    expect((await read('s-3', '/ledger')).items[1]).toMatchObject({
      kind: 'split_payment',
      cause: { kind: 'invoice', id: expect.any(String) },
      valueOn: '2027-03-01',
      amount: eur(-18.02),
    });
  });

  it('is owed on each instalment in proportion, and an order on which it was already paid is settled', async () => {
    await place('weekly', { termsCode: 'weekly' });
    const withheld = { kind: 'withholding' };
    await invoice('inv-weekly', bodyOf({ weekly: eur(1_000) }, { payable: eur(800), withheld }));
    const { instalments } = await read('weekly');
    expect(instalments.map(({ outstanding }: { outstanding: Money }) => outstanding)).toEqual([
      eur(400),
      eur(400),
    ]);
    await place('net');
    await api.ask('net', 'payments', { paymentId: 'net-1', amount: eur(800) }, accounting);
    await invoice('inv-net', bodyOf({ net: eur(1_000) }, { payable: eur(800), withheld }));
    expect(await read('net')).toMatchObject({ status: 'settled', outstanding: eur(0) });
  });

  it('is all that had to be paid: on a settled order the difference becomes credit, at once', async () => {
    await place('paid');
    await api.ask('paid', 'payments', { paymentId: 'paid-1', amount: eur(1_000) }, accounting);
    await place('half');
    await api.ask('half', 'payments', { paymentId: 'half-1', amount: eur(900) }, accounting);
    const before = await api.unapplied();
    expect(await put('inv-paid', bodyOf({ paid: eur(1_000) }, { payable: eur(820) }))).toMatchObject({
      status: 201,
    });
    expect(await read('paid')).toMatchObject({ status: 'settled', invoices: [{ invoiceId: 'inv-paid' }] });
    expect((await api.unapplied()) - before).toBe(18_000);
    await invoice('inv-half', bodyOf({ half: eur(1_000) }, { payable: eur(820) }));
    expect(await read('half')).toMatchObject({ status: 'settled' });
    expect((await api.unapplied()) - before).toBe(26_000);
  });

  it('turns the difference into credit only up to the money received', async () => {
    await place('noted');
    const note = { creditNoteId: 'cn-noted', amount: eur(1_000), reason: 'returned' };
    await api.ask('noted', 'credit-notes', note, accounting);
    const before = await api.unapplied();
    expect((await put('inv-noted', bodyOf({ noted: eur(1_000) }, { payable: eur(820) }))).status).toBe(201);
    expect(await api.unapplied()).toBe(before);
    await place('noted-2');
    await api.ask('noted-2', 'payments', { paymentId: 'noted-2', amount: eur(1_000) }, accounting);
    await api.ask('noted-2', 'credit-notes', { ...note, creditNoteId: 'cn-noted-2' }, accounting);
    expect((await put('inv-noted-2', bodyOf({ 'noted-2': eur(1_000) }, { payable: eur(820) }))).status).toBe(
      201,
    );
    expect((await api.unapplied()) - before).toBe(100_000); // everything that was paid, and no more
  });

  it('is removed in full when the order is cancelled', async () => {
    await place('back');
    await invoice('inv-back', bodyOf({ back: eur(1_000) }, { payable: eur(820) }));
    await api.ask('back', 'payments', { paymentId: 'back-1', amount: eur(20) }, accounting);
    expect((await api.ask('back', 'cancel', { reason: 'returned' })).body).toMatchObject({
      status: 'cancelled',
      outstanding: eur(0),
    });
  });
});

describe('the compensation for late payment', () => {
  const LATE = '2027-04-30T10:00:00.000Z';
  beforeAll(async () => {
    const policy = { enabled: true, referenceRates: [{ from: '2027-01-01', percent: '4' }] };
    const { version } = (await api.call('/policies/late-interest')).body;
    await api.call('/policies/late-interest', { baseVersion: version, policy }, { method: 'PUT' });
  });
  const charge = async (orderId: string) => {
    await api.ask(orderId, 'interest', {});
    const { compensation } = await read(orderId, '/interest');
    return [compensation.owed.amount, compensation.charged.amount];
  };

  it('is owed once for an invoice over three orders', async () => {
    const ids = ['c-1', 'c-2', 'c-3'];
    for (const id of ids) await place(id);
    await invoice('inv-c', bodyOf(Object.fromEntries(ids.map((id) => [id, eur(1_000)]))));
    api.clock.now = LATE;
    expect((await read('c-2', '/interest')).compensation.owed).toEqual(eur(40));
    expect(await charge('c-1')).toEqual([4_000, 4_000]);
    expect(await charge('c-2')).toEqual([0, 0]);
    expect(await charge('c-3')).toEqual([0, 0]);
    expect((await read('c-2')).outstanding).toEqual(eur(1_009.86));
  });

  it('is owed for each of an order’s invoices, and once without any', async () => {
    for (const id of ['c-4', 'c-5']) await place(id);
    await invoice('inv-c-4', bodyOf({ 'c-4': eur(500) }));
    await invoice('inv-c-5', bodyOf({ 'c-4': eur(500) }));
    api.clock.now = LATE;
    expect(await charge('c-4')).toEqual([8_000, 8_000]);
    expect(await charge('c-5')).toEqual([4_000, 4_000]);
    await invoice('inv-c-6', bodyOf({ 'c-5': eur(1_000) }));
    expect((await read('c-5', '/interest')).compensation).toEqual({ owed: eur(40), charged: eur(40) });
  });

  it('is owed only for overdue amounts if several invoices cover instalments', async () => {
    await place('c-8', { termsCode: 'weekly' }); // one half is due on 31 March, the other on 7 April
    const { instalments } = await read('c-8');
    await invoice('inv-c-8', bodyOf({ 'c-8': instalments[0].amount }));
    api.clock.now = '2027-04-05T10:00:00.000Z';
    expect(await charge('c-8')).toEqual([4_000, 4_000]);
    await invoice('inv-c-9', bodyOf({ 'c-8': instalments[1].amount }));
    expect(await charge('c-8')).toEqual([4_000, 4_000]);
    api.clock.now = LATE;
    expect(await charge('c-8')).toEqual([8_000, 8_000]);
  });

  it('interest accrues on what is payable, as if the rest had never been owed', async () => {
    await place('c-7');
    api.clock.now = LATE;
    await invoice('inv-c-7', bodyOf({ 'c-7': eur(1_000) }, { payable: eur(500) }));
    // 30 days: 500.00 × 12 % × 30 / 365
    expect((await read('c-7', '/interest')).accrued).toEqual(eur(4.93));
  });
});
