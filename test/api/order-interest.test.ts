import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
const START = '2027-03-01T10:00:00.000Z';
/** 12 % in the first half of 2027: 4 points and the law's 8. */
const policy = {
  enabled: true,
  referenceRates: [
    { from: '2027-01-01', percent: '4' },
    { from: '2027-07-01', percent: '4.25' },
  ],
};
beforeAll(async () => {
  api = await openApi();
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterAll(() => api.close());
beforeEach(async () => {
  api.clock.now = START;
  await put(policy);
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const put = async (changed: object) => {
  const { version } = (await api.call('/policies/late-interest')).body;
  const answer = await api.call(
    '/policies/late-interest',
    { baseVersion: version, policy: changed },
    { method: 'PUT' },
  );
  expect(answer.status).toBe(200);
};
/** Due on 31 March 2027, a Wednesday. */
const place = async (orderId: string, total = eur(1_000)) =>
  expect((await api.call('/orders', { orderId, customerId: 'rossi', total })).body.instalments[0].dueOn).toBe(
    '2027-03-31',
  );
const read = async (orderId: string, path = '') => (await api.call(`/orders/${orderId}${path}`)).body;
const pay = (orderId: string, paymentId: string, units: number, receivedOn: string) =>
  api.ask(orderId, 'payments', { paymentId, amount: eur(units), receivedOn }, { as: 'accounting' });

describe('late interest', () => {
  it('is shown but not charged while it is switched off', async () => {
    await put({ ...policy, enabled: false });
    await place('off');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    const shown = await read('off', '/interest');
    // 30 days: 1,000.00 × 12 % × 30 / 365
    expect(shown).toMatchObject({ enabled: false, accrued: eur(9.86), charged: eur(0) });
    expect(shown.compensation).toEqual({ owed: eur(40), charged: eur(0) });
    expect(await api.ask('off', 'interest', {})).toMatchObject({
      status: 409,
      body: { code: 'nothing-to-charge' },
    });
    expect((await pay('off', 'off-1', 1_000, '2027-04-30')).body).toMatchObject({ status: 'settled' });
  });

  it('is charged by a late payment up to its day, with the compensation, and paid before the principal', async () => {
    await place('late');
    api.clock.now = '2027-05-05T10:00:00.000Z';
    const paid = await pay('late', 'late-1', 1_000, '2027-04-30');
    // interest does not vanish when the principal is paid: 9.86 + 40.00 are still owed
    expect(paid.body).toMatchObject({ status: 'open', outstanding: eur(49.86) });
    expect(paid.body.instalments[0]).toMatchObject({ outstanding: eur(49.86), charges: eur(0) });
    const { items } = await read('late', '/ledger');
    expect(
      items.map((line: Record<string, { amount: number }>) => [line.kind, line.part, line.amount!.amount]),
    ).toEqual([
      ['charge', 'principal', 100_000],
      ['interest', 'charges', 986],
      ['compensation', 'charges', 4_000],
      ['payment', 'charges', -4_986],
      ['payment', 'principal', -95_014],
    ]);
    expect((await pay('late', 'late-2', 49.86, '2027-04-30')).body).toMatchObject({ status: 'settled' });
  });

  it('that is not charged yet is on the statement, next to the balance', async () => {
    await place('stated');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    const statement = async () => (await api.call('/customers/rossi/statement')).body;
    const before = (await statement()).accruedInterest.amount;
    expect(before).toBeGreaterThanOrEqual(986);
    await api.ask('stated', 'interest', {});
    expect((await statement()).accruedInterest.amount).toBe(before - 986);
    await api.ask('stated', 'waive', { reason: 'the test ends' });
    await pay('stated', 'stated-1', 1_000, '2027-04-30');
  });

  it('is charged once for each day, and the compensation only once', async () => {
    await place('twice');
    api.clock.now = '2027-05-31T10:00:00.000Z';
    const first = await api.ask('twice', 'interest', { until: '2027-04-30' });
    expect(first.body.outstanding).toEqual(eur(1_049.86));
    expect(await api.ask('twice', 'interest', { until: '2027-04-30' })).toMatchObject({ status: 409 });
    // 61 days: 1,000.00 × 12 % × 61 / 365 = 20.05, of which 9.86 was charged
    expect((await api.ask('twice', 'interest', {})).body.outstanding).toEqual(eur(1_060.05));
    expect(await read('twice', '/interest')).toMatchObject({ accrued: eur(20.05), charged: eur(20.05) });
  });

  it('can be waived, which settles an order that owes nothing else', async () => {
    await place('waived');
    await place('waived-2');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    await pay('waived', 'waived-1', 1_000, '2027-04-30');
    const waive = (body: object) => api.ask('waived', 'waive', { reason: 'a good customer', ...body });
    // the payment went to the charges first, so that principal was left: now it pays that
    expect(await waive({ amount: eur(49.87) })).toMatchObject({
      status: 422,
      body: { code: 'waiver-exceeds-charges', outstanding: eur(49.86) },
    });
    expect((await waive({ amount: eur(9.86) })).body).toMatchObject({ status: 'open', outstanding: eur(40) });
    expect((await waive({})).body).toMatchObject({ status: 'settled', outstanding: eur(0) });
    expect(await waive({})).toMatchObject({ status: 422, body: { code: 'waiver-exceeds-charges' } });
    await api.ask('waived-2', 'interest', {});
    const waived = await api.ask('waived-2', 'waive', { amount: eur(40), reason: 'goodwill' });
    expect(waived.body.instalments[0]).toMatchObject({ outstanding: eur(1_009.86), charges: eur(9.86) });
    await api.ask('waived-2', 'waive', { reason: 'goodwill' });
    expect(await read('waived-2', '/interest')).toMatchObject({ waived: eur(49.86), charged: eur(9.86) });
    expect((await pay('waived-2', 'waived-2-1', 1_000, '2027-04-30')).body.status).toBe('settled');
    expect(
      await api.ask('waived', 'waive', { amount: { amount: 1, currency: 'USD' }, reason: 'r' }),
    ).toMatchObject({
      status: 422,
      body: { code: 'currency-mismatch' },
    });
  });

  it('can be included in a transfer: what will be charged can be allocated, to the cent and no more', async () => {
    await addCustomer(api.sql, 'punctual', { groups: [] });
    for (const orderId of ['whole', 'named'])
      await api.call('/orders', { orderId, customerId: 'punctual', total: eur(1_000) });
    api.clock.now = '2027-04-30T10:00:00.000Z';
    const receive = (paymentId: string, units: number, more: object = {}) =>
      api.working(
        api.call(
          '/customers/punctual/payments',
          { paymentId, amount: eur(units), ...more },
          { as: 'accounting' },
        ),
      );
    const named = (units: number) => ({ allocations: [{ orderId: 'named', amount: eur(units) }] });
    expect(await receive('too-much', 1_049.87, named(1_049.87))).toMatchObject({
      status: 422,
      body: { code: 'allocation-exceeds-outstanding' },
    });
    expect((await receive('exact', 1_049.86, named(1_049.86))).body.unapplied).toEqual(eur(0));
    expect(await read('named')).toMatchObject({ status: 'settled' });
    expect((await receive('by-age', 1_049.86)).body).toMatchObject({
      allocated: eur(1_049.86),
      unapplied: eur(0),
    });
    expect(await read('whole')).toMatchObject({ status: 'settled' });
  });

  it('is also charged for credit that came late, but not for credit that was there in time or was not paid in', async () => {
    await addCustomer(api.sql, 'creditor');
    const credit = async (paymentId: string, receivedOn: string) =>
      api.call(
        '/customers/creditor/payments',
        { paymentId, amount: eur(1_000), receivedOn, allocate: 'none' },
        { as: 'accounting' },
      );
    for (const orderId of ['in-time', 'too-late'])
      await api.call('/orders', { orderId, customerId: 'creditor', total: eur(1_000) });
    api.clock.now = '2027-04-30T10:00:00.000Z';
    await credit('early', '2027-03-15');
    await credit('late-credit', '2027-04-30');
    const apply = (orderId: string) => api.ask(orderId, 'apply-credit', { amount: eur(1_000) });
    expect((await apply('in-time')).body).toMatchObject({ status: 'settled' });
    expect((await apply('too-late')).body).toMatchObject({ status: 'open', outstanding: eur(49.86) });
  });

  it('that was paid can also be waived after settlement, and is reversed with its payment when that bounces', async () => {
    await place('kind');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    const before = await api.unapplied();
    expect((await pay('kind', 'kind-1', 1_049.86, '2027-04-30')).body.status).toBe('settled');
    expect((await api.ask('kind', 'waive', { reason: 'goodwill' })).body.status).toBe('settled');
    expect((await api.unapplied()) - before).toBe(4_986);
    const bounced = await api.call('/payments/kind-1/reverse', { reason: 'the bank took it back' });
    expect(bounced.status).toBe(200);
    expect(await read('kind')).toMatchObject({ status: 'open', outstanding: eur(1_000) });
    expect(await api.unapplied()).toBe(before);
    await pay('kind', 'kind-2', 1_000, '2027-04-30');
  });

  it('a missing rate does not block payments, and is named when interest is requested', async () => {
    await put({ ...policy, referenceRates: [] });
    await place('rateless');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    expect(await api.call('/orders/rateless/interest')).toMatchObject({
      status: 422,
      body: { code: 'reference-rate-missing' },
    });
    expect(await api.ask('rateless', 'interest', {})).toMatchObject({
      status: 422,
      body: { code: 'reference-rate-missing' },
    });
    expect((await pay('rateless', 'r-1', 1_000, '2027-04-30')).body).toMatchObject({ status: 'settled' });
  });

  it('does not accrue during an insolvency, not even when that has ended', async () => {
    await addCustomer(api.sql, 'broke');
    await api.call('/orders', { orderId: 'broke-1', customerId: 'broke', total: eur(1_000) });
    const decide = (day: string, what: string) => {
      api.clock.now = `2027-04-${day}T10:00:00.000Z`;
      return api.call(`/customers/broke/${what}`, { reason: 'the court says so' });
    };
    await decide('10', 'insolvency');
    await decide('12', 'insolvency');
    await decide('20', 'grant');
    await decide('22', 'use-rules');
    const [line] = (await read('broke-1', '/interest?until=2027-04-30')).instalments;
    const days = ({ from, to }: { from: string; to: string }) => [from, to];
    expect(line.periods.map(days)).toEqual([
      ['2027-04-01', '2027-04-09'],
      ['2027-04-21', '2027-04-30'],
    ]);
  });

  it('continues after an extension that was not kept, in addition to what was charged before it', async () => {
    await place('extended');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    await api.ask('extended', 'interest', {});
    await api.ask('extended', 'extend', { dueOn: '2027-05-31', reason: 'asked' });
    expect(await read('extended', '/interest')).toMatchObject({ accrued: eur(9.86), charged: eur(9.86) });
    api.clock.now = '2027-06-30T10:00:00.000Z';
    // 30 days in April and 30 in June: 1,000.00 × 12 % × 30 / 365 each
    expect(await read('extended', '/interest')).toMatchObject({ accrued: eur(19.72), charged: eur(9.86) });
    expect((await api.ask('extended', 'interest', {})).body.outstanding).toEqual(eur(1_059.72));
    expect((await api.ask('extended', 'interest', {})).body.code).toBe('nothing-to-charge');
  });

  it('does not change for the past when the order gets another total', async () => {
    const order = { orderId: 'smaller', customerId: 'rossi', total: eur(1_000), termsCode: 'deposit' };
    await api.call('/orders', order); // 300 now, 300 on 31 March, 400 on 30 April
    await pay('smaller', 'smaller-1', 600, '2027-03-01');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    const amended = await api.ask('smaller', 'amend', { total: eur(800) });
    expect(amended.body).toMatchObject({ outstanding: eur(200), overdue: false });
    expect(await read('smaller', '/interest')).toMatchObject({ accrued: eur(0) });
    await api.call('/payments/smaller-1/reverse', { reason: 'bounced' });
    // 1,000.00 × 12 % × days / 365 of 300.00 for 60 and for 30 days, and since today of 240.00 each
    expect(await read('smaller', '/interest')).toMatchObject({ accrued: eur(8.88) });
  });

  it('accrues on what a credit note leaves, from its day of issue', async () => {
    await place('noted');
    api.clock.now = '2027-05-10T10:00:00.000Z';
    const note = { creditNoteId: 'cn-noted', amount: eur(600), issuedOn: '2027-03-20', reason: 'returned' };
    await api.ask('noted', 'credit-notes', note);
    // 40 days: 400.00 × 12 % × 40 / 365
    expect((await read('noted', '/interest')).accrued).toEqual(eur(5.26));
  });

  it('does not accrue on what was credited when the payment behind it bounces', async () => {
    await place('bounced-note');
    await api.ask('bounced-note', 'payments', { paymentId: 'bn-1', amount: eur(1_000) });
    const note = { creditNoteId: 'cn-bn', amount: eur(600), reason: 'returned' };
    await api.ask('bounced-note', 'credit-notes', note);
    api.clock.now = '2027-05-10T10:00:00.000Z';
    await api.call('/payments/bn-1/reverse', { reason: 'bounced' });
    expect(await read('bounced-note')).toMatchObject({ outstanding: eur(400) });
    expect((await read('bounced-note', '/interest')).accrued).toEqual(eur(5.26));
  });

  it('is four points higher for food', async () => {
    const regime = { kind: 'agrifood', perishable: false };
    await api.call('/orders', { orderId: 'food', customerId: 'rossi', total: eur(1_000), regime });
    api.clock.now = '2027-04-30T10:00:00.000Z';
    // 30 days: 1,000.00 × 16 % × 30 / 365
    expect(await read('food', '/interest')).toMatchObject({
      accrued: eur(13.15),
      instalments: [{ periods: [{ ratePercent: '16' }] }],
    });
  });

  it('accrues from the legal due day, which is never a Sunday', async () => {
    api.clock.now = '2027-02-26T10:00:00.000Z';
    const { body } = await api.call('/orders', { orderId: 'easter', customerId: 'rossi', total: eur(1_000) });
    expect(body.instalments[0].dueOn).toBe('2027-03-28'); // Easter; the Monday is a holiday as well
    const { instalments } = await read('easter', '/interest?until=2027-03-31');
    expect(instalments[0].periods).toMatchObject([{ from: '2027-03-31', to: '2027-03-31', days: 1 }]);
  });
});
