import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Api, openApi } from './harness.ts';

// A report counts the orders of all customers: each test has its own merchant.
let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  try {
    expect(await reconcileBalances(api.sql)).toEqual([]);
  } finally {
    await api.close();
  }
});

const on = (day: string) => {
  api.clock.now = `${day}T10:00:00.000Z`;
};
const get = async (path: string) => (await api.call(path, undefined, { as: 'read' })).body;
const done = async (asked: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await asked;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
};
const pay = (orderId: string, paymentId: string, units: number, receivedOn?: string) =>
  done(api.ask(orderId, 'payments', { paymentId, amount: eur(units), receivedOn }, { as: 'accounting' }));
const amend = (orderId: string, units: number) => done(api.ask(orderId, 'amend', { total: eur(units) }));
const cancel = (orderId: string) => done(api.ask(orderId, 'cancel', { reason: 'sent back' }));
const invoice = async (orderId: string, units: number, payable: number) => {
  await done(
    api.call(
      `/invoices/i-${orderId}`,
      {
        number: `F-${orderId}`,
        issuedOn: api.clock.now.slice(0, 10),
        total: eur(units),
        payable: eur(payable),
        orders: [{ orderId, amount: eur(units) }],
      },
      { as: 'accounting', method: 'PUT' },
    ),
  );
  await api.work(orderId);
};

describe('the sales of the DSO', () => {
  const sales = async (days = 1) => (await get(`/reports/dso?days=${days}`)).sales;

  it('are what an order amounts to after its amendments', async () => {
    on('2027-01-04');
    await api.place('larger');
    await amend('larger', 150);
    expect(await get('/reports/dso')).toMatchObject({ receivables: eur(150), sales: eur(150), dso: 90 });
    await amend('larger', 80);
    expect(await sales()).toEqual(eur(80));
    on('2027-01-05');
    await amend('larger', 100);
    expect(await sales()).toEqual(eur(20));
  });

  it('of a cancelled order are zero, whatever it amounted to', async () => {
    on('2027-01-11');
    await api.place('grown', { total: eur(1_000) });
    await amend('grown', 3_000);
    await cancel('grown');
    expect(await sales()).toEqual(eur(0));

    await api.place('public', { total: eur(122) });
    await invoice('public', 122, 100);
    await cancel('public');
    expect(await sales()).toEqual(eur(0));

    await api.place('deducted');
    const part = { orderId: 'deducted', amount: eur(48) };
    const deductions = [{ orderId: 'deducted', kind: 'bank_fee', amount: eur(2) }];
    const received = { paymentId: 'deducted', amount: eur(48), allocations: [part], deductions };
    await done(api.working(api.call('/customers/rossi/payments', received, { as: 'accounting' })));
    expect(await sales()).toEqual(eur(100));
    await done(
      api.ask('deducted', 'credit-notes', { creditNoteId: 'deducted', amount: eur(10), reason: 'r' }),
    );
    expect(await sales()).toEqual(eur(90));
    await cancel('deducted');
    expect(await sales()).toEqual(eur(0));
  });

  it('fall on the day of a cancellation by what the order had added before', async () => {
    on('2027-01-18');
    await api.place('later', { total: eur(1_000) });
    await amend('later', 3_000);
    on('2027-01-19');
    await cancel('later');
    expect(await sales()).toEqual(eur(-3_000));
    expect(await sales(2)).toEqual(eur(0));
    expect((await get('/reports/dso?asOf=2027-01-18&days=1')).sales).toEqual(eur(3_000));
  });

  it('leave out what an invoice lets the customer keep back, as receivables do, paid before or not', async () => {
    on('2027-01-25');
    const { receivables } = await get('/reports/dso');
    await api.place('split', { total: eur(122) });
    await invoice('split', 122, 100);
    expect(await get('/reports/dso?days=1')).toMatchObject({
      receivables: eur(receivables.amount / 100 + 100),
      sales: eur(100),
    });
    await api.place('prepaid', { total: eur(122) });
    await pay('prepaid', 'prepaid', 122);
    await invoice('prepaid', 122, 100);
    expect(await sales()).toEqual(eur(200));
    await done(api.call('/payments/prepaid/reverse', { reason: 'bounced' }));
    expect(await sales()).toEqual(eur(200));
    await cancel('prepaid');
    expect(await sales()).toEqual(eur(100));
    await cancel('split');
    expect(await sales()).toEqual(eur(0));
  });
});

describe('the average days late', () => {
  const overall = async (query = '') => (await get(`/reports/average-days-late?days=1${query}`)).overall;

  it('count money that an amendment moved to another instalment once', async () => {
    on('2027-02-01');
    await api.place('moved', { termsCode: 'weekly' }); // 50 on 3 March, 50 on 10 March
    on('2027-03-09');
    await pay('moved', 'moved', 50);
    expect(await overall()).toEqual({ paid: eur(50), averageDaysLate: 6 });
    on('2027-03-12');
    await amend('moved', 60);
    // 30 six days late, and 20 in time
    expect(await overall('&asOf=2027-03-09')).toEqual({ paid: eur(50), averageDaysLate: 3.6 });
    expect(await overall()).toBeNull();
    await pay('moved', 'moved-2', 10);
    expect(await overall()).toEqual({ paid: eur(10), averageDaysLate: 2 });
    await done(api.call('/payments/moved/reverse', { reason: 'bounced' }));
    expect(await overall('&asOf=2027-03-09')).toBeNull();
  });

  it('leave out what was paid on an order that was cancelled, until the credit pays another', async () => {
    on('2027-03-20');
    await api.place('back', { termsCode: 'weekly' });
    await pay('back', 'back', 50);
    expect((await overall()).paid).toEqual(eur(50));
    await cancel('back');
    expect(await overall()).toBeNull();
    on('2027-03-21');
    await api.place('next');
    await done(api.ask('next', 'apply-credit', { amount: eur(50) }, { as: 'accounting' }));
    expect((await get('/reports/average-days-late?days=2')).overall.paid).toEqual(eur(50));
  });

  it('leave out what was reversed on a cancelled order', async () => {
    on('2027-03-25');
    await api.place('bounced');
    await pay('bounced', 'bounced', 50);
    await cancel('bounced');
    await done(api.call('/payments/bounced/reverse', { reason: 'bounced' }));
    expect(await overall()).toBeNull();
  });
});

it('a statement of a past day shows the interest that was not charged by then, whatever was charged since', async () => {
  const { version } = (await api.call('/policies/late-interest')).body;
  const policy = { enabled: true, referenceRates: [{ from: '2027-01-01', percent: '4' }] };
  await done(api.call('/policies/late-interest', { baseVersion: version, policy }, { method: 'PUT' }));
  await addCustomer(api.sql, 'late');
  on('2027-03-01');
  await api.place('late', { customerId: 'late', total: eur(1_000) }); // due on 31 March
  const of = async (to: string) => {
    const { closingBalance, accruedInterest } = await get(`/customers/late/statement?to=${to}`);
    return { closingBalance, accruedInterest };
  };
  on('2027-04-30');
  // 29 days: 1,000.00 × 12 % × 29 / 365
  const before = { closingBalance: eur(1_000), accruedInterest: eur(9.53) };
  expect(await of('2027-04-29')).toEqual(before);
  on('2027-05-10');
  await done(api.ask('late', 'interest', {}));
  expect(await of('2027-04-29')).toEqual(before);
  expect((await of('2027-05-10')).accruedInterest).toEqual(eur(0));
});

it('a refund has its own value day in the statement and in the export', async () => {
  await addCustomer(api.sql, 'refunded');
  on('2027-05-10');
  const payment = { paymentId: 'refunded', amount: eur(80) };
  await done(api.call('/customers/refunded/payments', payment, { as: 'accounting' }));
  on('2027-05-21');
  const refund = { refundId: 'refunded', amount: eur(80), refundedOn: '2027-05-20' };
  await done(api.call('/customers/refunded/refunds', refund, { as: 'accounting' }));
  const { lines } = await get('/customers/refunded/statement?from=2027-05-01');
  expect(lines.map(({ kind, valueOn }: Record<string, string>) => [kind, valueOn])).toEqual([
    ['payment', '2027-05-10'],
    ['refund', '2027-05-20'],
  ]);
  expect(JSON.parse(await get('/ledger/export?from=2027-05-21&format=jsonl'))).toMatchObject({
    kind: 'refund',
    bookedOn: '2027-05-21',
    valueOn: '2027-05-20',
  });
});
