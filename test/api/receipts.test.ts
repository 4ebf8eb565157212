import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Money } from '../../src/kernel/money.ts';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur, terms } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  const { body } = await api.call('/policies/terms');
  const early = {
    code: 'early',
    label: '2/10 net 30',
    kind: 'net',
    days: 30,
    discount: { percent: '2', withinDays: 10 },
  };
  await api.call(
    '/policies/terms',
    { baseVersion: body.version, policy: { ...terms, terms: [...terms.terms, early] } },
    { method: 'PUT' },
  );
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;

/** A new customer, with orders of these sums, placed a day apart. */
async function customerWith(id: string, orders: Record<string, { units: number; termsCode?: string }>) {
  await addCustomer(api.sql, id);
  for (const [orderId, { units, ...terms }] of Object.entries(orders)) {
    const order = { orderId, customerId: id, total: eur(units), ...terms };
    expect((await api.call('/orders', order)).status).toBe(201);
  }
}

const receive = (customerId: string, body: object) =>
  api.working(api.call(`/customers/${customerId}/payments`, body, accounting));
const allocate = (paymentId: string, body: object, headers: Record<string, string> = {}) =>
  api.working(api.call(`/payments/${paymentId}/allocations`, body, { ...accounting, headers }));
const reverse = (paymentId: string, body: object = {}) =>
  api.call(`/payments/${paymentId}/reverse`, { reason: 'returned', ...body }, accounting);
const to = (orderId: string, units: number, instalment?: number) => ({
  orderId,
  amount: eur(units),
  ...(instalment === undefined ? {} : { instalment }),
});
const less = (orderId: string, kind: string, units: number) => ({ orderId, kind, amount: eur(units) });
const order = async (id: string) => (await api.call(`/orders/${id}`)).body;
const account = async (id: string) => {
  const { exposure, unapplied } = (await api.call(`/customers/${id}`)).body.credit;
  return { exposure, unapplied } as { exposure: Money; unapplied: Money };
};

describe('one transfer for many orders', () => {
  it('pays three orders with the bank’s fee deducted from one, and is booked once', async () => {
    await customerWith('three', { 't-1': { units: 100 }, 't-2': { units: 200 }, 't-3': { units: 300 } });
    const body = {
      paymentId: 'three',
      amount: eur(595),
      method: 'transfer',
      allocations: [to('t-1', 100), to('t-2', 200), to('t-3', 295)],
      deductions: [less('t-3', 'bank_fee', 5)],
    };
    const first = await receive('three', body);
    expect(first).toMatchObject({
      status: 200,
      body: {
        allocated: eur(595),
        deducted: eur(5),
        unapplied: eur(0),
        pending: eur(0),
        reversed: eur(0),
        allocations: [
          { orderId: 't-1', amount: eur(100), deductions: [] },
          { orderId: 't-2', amount: eur(200), deductions: [] },
          { orderId: 't-3', amount: eur(295), deductions: [{ kind: 'bank_fee', amount: eur(5) }] },
        ],
        commands: [{ outcome: 'applied' }, { outcome: 'applied' }, { outcome: 'applied' }],
      },
    });
    for (const id of ['t-1', 't-2', 't-3'])
      expect(await order(id)).toMatchObject({ status: 'settled', outstanding: eur(0) });
    const again = await receive('three', body);
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await receive('three', { ...body, amount: eur(596) });
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await account('three')).toEqual({ exposure: eur(0), unapplied: eur(0) });
    const fees = (await api.call('/orders/t-3/ledger')).body.items;
    expect(fees).toContainEqual(
      expect.objectContaining({
        kind: 'bank_fee',
        cause: { kind: 'payment', id: 'three' },
        amount: eur(-5),
        paymentId: 'three',
      }),
    );
  });

  it('without allocations goes to the oldest due first, over all orders, and what is left is credit', async () => {
    await customerWith('oldest', {
      'o-60': { units: 100, termsCode: 'net60' },
      'o-parts': { units: 100, termsCode: 'weekly' }, // 50 after 30 days, 50 after 37
      'o-30': { units: 100 },
    });
    const { body } = await receive('oldest', { paymentId: 'oldest', amount: eur(220) });
    expect(body.commands).toMatchObject([
      { orderId: 'o-30', amount: eur(100) },
      { orderId: 'o-parts', amount: eur(100) },
      { orderId: 'o-60', amount: eur(20) },
    ]);
    expect(await order('o-60')).toMatchObject({ status: 'open', outstanding: eur(80) });
    await receive('oldest', { paymentId: 'more', amount: eur(100) });
    expect(await order('o-60')).toMatchObject({ status: 'settled' });
    expect(await account('oldest')).toEqual({ exposure: eur(0), unapplied: eur(20) });
  });

  it('is kept while the orders’ workflows are down, and shown as waiting', async () => {
    await customerWith('away', { 'a-1': { units: 100 } });
    const { status, body } = await api.call(
      '/customers/away/payments',
      { paymentId: 'away', amount: eur(60) },
      accounting,
    );
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { unapplied: eur(60), pending: eur(60), allocated: eur(0), commands: [{ outcome: null }] },
    });
    expect(await account('away')).toEqual({ exposure: eur(100), unapplied: eur(60) });
    await api.work('a-1');
    expect((await api.call('/payments/away')).body).toMatchObject({
      allocated: eur(60),
      pending: eur(0),
      unapplied: eur(0),
    });
    expect(await order('a-1')).toMatchObject({ outstanding: eur(40) });
  });

  it('money for an order that was closed in the meantime stays credit, and is allocated later', async () => {
    await customerWith('late', { 'l-1': { units: 100 }, 'l-2': { units: 100, termsCode: 'net60' } });
    const both = [
      api.call('/orders/l-1/settle', { reason: 'cash' }),
      api.call('/customers/late/payments', { paymentId: 'late', amount: eur(100) }, accounting),
    ];
    for (const { status } of await Promise.all(both)) expect(status).toBe(202);
    await api.sql`update commands set position = default where kind = 'allocate' and order_id = 'l-1'`;
    await api.work('l-1');
    expect((await api.call('/payments/late')).body).toMatchObject({
      unapplied: eur(100),
      pending: eur(0),
      commands: [{ orderId: 'l-1', outcome: 'refused', refusal: 'order-closed' }],
    });
    const later = { allocations: [to('l-2', 70)] };
    expect(await allocate('late', later, { 'idempotency-key': 'once' })).toMatchObject({
      status: 200,
      body: { allocated: eur(70), unapplied: eur(30) },
    });
    const again = await allocate('late', later, { 'idempotency-key': 'once' });
    expect(again).toMatchObject({ status: 200, body: { allocated: eur(70) } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(
      await allocate('late', { allocations: [to('l-2', 30)] }, { 'idempotency-key': 'once' }),
    ).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(await allocate('late', { allocations: [to('l-2', 31)] })).toMatchObject({ status: 422 });
  });

  it('two admins who allocate the same money at the same time: the second sees what is left', async () => {
    await customerWith('both', { 'b-1': { units: 100 }, 'b-2': { units: 100 } });
    await receive('both', { paymentId: 'both', amount: eur(100), allocate: 'none' });
    const answers = await Promise.all(
      ['b-1', 'b-2'].map((id) => allocate('both', { allocations: [to(id, 80)] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(answers.find(({ status }) => status === 422)?.body).toMatchObject({
      code: 'allocation-exceeds-payment',
      detail: expect.stringContaining('20.00 EUR'),
    });
    expect((await api.call('/payments/both')).body).toMatchObject({ allocated: eur(80), unapplied: eur(20) });
  });
});

describe('a receipt that does not add up is refused, says why, and books nothing', () => {
  beforeAll(async () => {
    await customerWith('wrong', { 'w-1': { units: 100 }, 'w-parts': { units: 100, termsCode: 'weekly' } });
    await customerWith('other', { 'of-other': { units: 100 } });
    await api.call('/orders', { orderId: 'w-held', customerId: 'wrong', total: eur(10), confirm: 'later' });
    await api.call('/orders', { orderId: 'w-closed', customerId: 'wrong', total: eur(10) });
    await api.ask('w-closed', 'settle', { reason: 'cash' });
  });

  it.each<[string, object, string, string]>([
    ['more than the receipt', { allocations: [to('w-1', 90)] }, 'allocation-exceeds-payment', '90.00 EUR'],
    [
      'more than is owed',
      { amount: eur(500), allocations: [to('w-1', 101)] },
      'allocation-exceeds-outstanding',
      'w-1',
    ],
    [
      'more than is owed, with what is deducted',
      { amount: eur(100), allocations: [to('w-1', 100)], deductions: [less('w-1', 'rounding', 1)] },
      'allocation-exceeds-outstanding',
      '101.00 EUR',
    ],
    [
      'more than an instalment owes',
      { allocations: [to('w-parts', 51, 2)] },
      'allocation-exceeds-outstanding',
      'instalment 2',
    ],
    [
      'an instalment that there is not',
      { allocations: [to('w-parts', 1, 3)] },
      'instalment-not-found',
      'instalment 3',
    ],
    [
      'an unknown order',
      { allocations: [to('none', 1)] },
      'validation',
      '/allocations/0/orderId: There is no order none',
    ],
    ['an order of another customer', { allocations: [to('of-other', 1)] }, 'validation', 'another customer'],
    ['a closed order', { allocations: [to('w-closed', 1)] }, 'order-closed', 'w-closed is already settled'],
    ['a reservation', { allocations: [to('w-held', 1)] }, 'order-not-confirmed', 'w-held'],
    ['another currency', { amount: { amount: 100, currency: 'USD' } }, 'currency-mismatch', 'USD'],
    [
      'an allocation in another currency',
      { allocations: [{ orderId: 'w-1', amount: { amount: 1, currency: 'USD' } }] },
      'currency-mismatch',
      'USD',
    ],
    ['a day to come', { receivedOn: '2027-03-02' }, 'validation', 'in the future'],
    [
      'a day before the order',
      { receivedOn: '2027-02-28', allocations: [to('w-1', 1)] },
      'validation',
      'placed on 2027-03-01',
    ],
    [
      'a deduction over the tolerance',
      { allocations: [to('w-1', 50)], deductions: [less('w-1', 'bank_fee', 25.01)] },
      'deduction-over-tolerance',
      '25.00 EUR',
    ],
    [
      'a deduction where nothing is allocated',
      { allocations: [to('w-1', 50)], deductions: [less('w-parts', 'rounding', 1)] },
      'validation',
      '/deductions/0/orderId',
    ],
    ['the same order twice', { allocations: [to('w-1', 1), to('w-1', 2)] }, 'validation', '/allocations/1'],
    [
      'allocations and a word how to allocate',
      { allocations: [to('w-1', 1)], allocate: 'none' },
      'validation',
      '/allocate',
    ],
    ['an id that settlements have', { paymentId: 'settle:x' }, 'conflict', 'settle:'],
  ])('%s', async (_, body, code, detail) => {
    const answer = await api.call(
      '/customers/wrong/payments',
      { paymentId: 'wrong', amount: eur(60), ...body },
      accounting,
    );
    expect(answer.body).toMatchObject({ code, detail: expect.stringContaining(detail) });
    expect(await api.call('/payments/wrong')).toMatchObject({
      status: 404,
      body: { code: 'payment-not-found' },
    });
    expect((await account('wrong')).unapplied).toEqual(eur(0));
  });

  it('of an unknown customer', async () => {
    const body = { paymentId: 'wrong', amount: eur(60) };
    expect(await api.call('/customers/nobody/payments', body, accounting)).toMatchObject({
      status: 404,
      body: { code: 'customer-not-found' },
    });
  });

  it('an advance payment stays credit, and can be allocated to the order that came after it', async () => {
    await customerWith('advance', { 'adv-1': { units: 50 } });
    const { body } = await receive('advance', {
      paymentId: 'advance',
      amount: eur(50),
      receivedOn: '2027-02-28',
    });
    expect(body).toMatchObject({ unapplied: eur(50), commands: [] });
    expect((await allocate('advance', { allocations: [to('adv-1', 50)] })).body).toMatchObject({
      allocated: eur(50),
    });
    expect(await order('adv-1')).toMatchObject({ status: 'settled' });
  });
});

describe('deductions from what an order owes', () => {
  it('an early-payment discount is booked when payments received by its day reach it', async () => {
    await customerWith('early', { 'e-1': { units: 100, termsCode: 'early' }, 'e-2': { units: 100 } });
    await api.ask('e-1', 'payments', { paymentId: 'e-p1', amount: eur(50) }, accounting);
    expect(await order('e-1')).toMatchObject({ outstanding: eur(50) });
    await api.ask('e-1', 'payments', { paymentId: 'e-p2', amount: eur(48) }, accounting);
    expect(await order('e-1')).toMatchObject({ status: 'settled', outstanding: eur(0) });
    const { items } = (await api.call('/orders/e-1/ledger')).body;
    expect(items.at(-1)).toMatchObject({
      kind: 'early_payment_discount',
      cause: { kind: 'terms', id: 'early' },
      amount: eur(-2),
    });
    await reverse('e-p1');
    expect(await order('e-1')).toMatchObject({ status: 'open', outstanding: eur(52) });
  });

  it('the discount is a percentage of what credit notes leave of the total', async () => {
    await customerWith('early3', { 'n-1': { units: 100, termsCode: 'early' } });
    const note = { creditNoteId: 'n-cn', amount: eur(50), reason: 'returned' };
    await api.ask('n-1', 'credit-notes', note, accounting);
    await api.ask('n-1', 'payments', { paymentId: 'n-p1', amount: eur(49) }, accounting);
    expect(await order('n-1')).toMatchObject({ status: 'settled', outstanding: eur(0) });
    await customerWith('early4', { 'n-2': { units: 100, termsCode: 'early' } });
    await api.ask('n-2', 'payments', { paymentId: 'n-p2', amount: eur(49) }, accounting);
    await api.ask('n-2', 'credit-notes', { ...note, creditNoteId: 'n-cn-2' }, accounting);
    expect(await order('n-2')).toMatchObject({ status: 'settled', outstanding: eur(0) });
  });

  it('the discount is also given to a transfer over many orders, and not after its last day', async () => {
    await customerWith('early2', {
      'f-1': { units: 100, termsCode: 'early' },
      'f-2': { units: 100, termsCode: 'early' },
    });
    const { body } = await receive('early2', { paymentId: 'f-a', amount: eur(100) });
    expect(body).toMatchObject({
      deducted: eur(2),
      allocations: expect.arrayContaining([
        { orderId: 'f-1', amount: eur(98), deductions: [{ kind: 'discount', amount: eur(2) }] },
        { orderId: 'f-2', amount: eur(2), deductions: [] },
      ]),
    });
    api.clock.now = '2027-03-12T10:00:00.000Z';
    await receive('early2', { paymentId: 'f-b', amount: eur(96) });
    expect(await order('f-2')).toMatchObject({ status: 'open', outstanding: eur(2) });
    await receive('early2', { paymentId: 'f-c', amount: eur(2), receivedOn: '2027-03-12' });
    expect(await order('f-2')).toMatchObject({ status: 'settled' });
    api.clock.now = '2027-03-01T10:00:00.000Z';
  });

  it('a remaining amount within the policy’s tolerance is forgiven, and owed again when the payment comes back', async () => {
    const { body } = await api.call('/policies/receipts');
    const policy = { ...body.policy, underpayment: eur(0.5) };
    await api.call('/policies/receipts', { baseVersion: body.version, policy }, { method: 'PUT' });
    const units = 100;
    await customerWith('cents', { 'c-1': { units }, 'c-2': { units }, 'c-3': { units, termsCode: 'early' } });
    await api.ask('c-1', 'payments', { paymentId: 'c-p1', amount: eur(99.5) }, accounting);
    await api.ask('c-2', 'payments', { paymentId: 'c-p2', amount: eur(99.49) }, accounting);
    expect(await order('c-1')).toMatchObject({ status: 'settled', outstanding: eur(0) });
    expect(await order('c-2')).toMatchObject({ status: 'open', outstanding: eur(0.51) });
    await api.ask('c-3', 'payments', { paymentId: 'c-p5', amount: eur(97.5) }, accounting);
    expect(await order('c-3')).toMatchObject({ status: 'settled', outstanding: eur(0) });
    await reverse('c-p1');
    expect(await order('c-1')).toMatchObject({ status: 'open', outstanding: eur(100) });
    await api.ask('c-2', 'payments', { paymentId: 'c-p3', amount: eur(0.5) }, accounting);
    await api.ask('c-2', 'payments', { paymentId: 'c-p4', amount: eur(10) }, accounting);
    // money that came after the settlement paid nothing of it: the remaining amount stays forgiven
    await reverse('c-p4');
    expect(await order('c-2')).toMatchObject({ status: 'settled', outstanding: eur(0) });
  });
});

describe('credit', () => {
  it('pays an order by a command, never automatically, and no more than is held', async () => {
    await customerWith('credit', { 'k-1': { units: 100 }, 'k-2': { units: 100 } });
    await receive('credit', { paymentId: 'k', amount: eur(60), allocate: 'none' });
    expect(await order('k-1')).toMatchObject({ outstanding: eur(100) });
    const use = (units: number, id = 'k-1') =>
      api.ask(id, 'apply-credit', { amount: eur(units) }, accounting);
    expect(await use(61)).toMatchObject({ status: 409, body: { code: 'insufficient-credit' } });
    expect(await use(101)).toMatchObject({ status: 422, body: { code: 'allocation-exceeds-outstanding' } });
    expect(await use(40)).toMatchObject({ status: 200, body: { outstanding: eur(60) } });
    expect((await api.call('/payments/k')).body).toMatchObject({ allocated: eur(40), unapplied: eur(20) });
    expect(await allocate('k', { allocations: [to('k-2', 21)] })).toMatchObject({ status: 422 });
    const dollars = { amount: { amount: 1, currency: 'USD' } };
    expect(await api.ask('k-1', 'apply-credit', dollars, accounting)).toMatchObject({
      body: { code: 'currency-mismatch' },
    });
  });

  it('from a cancelled order pays another one; then the payment that it came from cannot simply be reversed', async () => {
    await customerWith('moved', { 'm-1': { units: 100 }, 'm-2': { units: 100 } });
    await receive('moved', { paymentId: 'moved', amount: eur(100), allocations: [to('m-1', 60)] });
    await api.ask('m-1', 'cancel', { reason: 'never left' });
    expect((await account('moved')).unapplied).toEqual(eur(100));
    await api.ask('m-2', 'apply-credit', { amount: eur(80) }, accounting);
    expect(await reverse('moved')).toMatchObject({
      status: 409,
      body: { code: 'credit-used', detail: expect.stringContaining('20.00 EUR') },
    });
    expect(await order('m-2')).toMatchObject({ outstanding: eur(20) });
    // Credit left by another payment is not used for it.
    await receive('moved', { paymentId: 'moved-2', amount: eur(100), allocate: 'none' });
    expect(await reverse('moved')).toMatchObject({ status: 409, body: { code: 'credit-used' } });
    expect((await reverse('moved-2')).status).toBe(200);
  });
});

describe('a payment that comes back', () => {
  it('cannot be reversed after a part was refunded, whatever credit other payments left', async () => {
    await customerWith('refunded', {});
    await receive('refunded', { paymentId: 'rf-1', amount: eur(100) });
    const refund = { refundId: 'rf-r', amount: eur(40) };
    expect((await api.call('/customers/refunded/refunds', refund, accounting)).status).toBe(200);
    await receive('refunded', { paymentId: 'rf-2', amount: eur(100) });
    expect(await reverse('rf-1')).toMatchObject({
      status: 409,
      body: { code: 'credit-used', detail: expect.stringMatching(/100\.00 EUR.*60\.00 EUR/) },
    });
    expect(await account('refunded')).toMatchObject({ unapplied: eur(160) });
    expect((await reverse('rf-2')).status).toBe(200);
    expect(await account('refunded')).toMatchObject({ unapplied: eur(60) });
  });

  it('is reversed as a whole: everything that it paid is owed again, in new episodes, with the bank’s fee on the oldest', async () => {
    await customerWith('back', {
      'r-1': { units: 100 },
      'r-2': { units: 100, termsCode: 'net60' },
      'r-3': { units: 100, termsCode: 'net60' },
    });
    await receive('back', {
      paymentId: 'back',
      amount: eur(260),
      allocations: [to('r-1', 100), to('r-2', 99), to('r-3', 50)],
      deductions: [less('r-2', 'rounding', 1)],
    });
    await reverse('back', { fee: eur(7) }).then(({ status, body }) => {
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          reversed: eur(260),
          allocated: eur(0),
          deducted: eur(0),
          unapplied: eur(0),
          orders: [
            {
              orderId: 'r-1',
              status: 'open',
              outstanding: eur(107),
              workflowId: 'order/r-1/2',
              instalments: [{ charges: eur(7) }],
            },
            { orderId: 'r-2', status: 'open', outstanding: eur(100), workflowId: 'order/r-2/2' },
            { orderId: 'r-3', status: 'open', outstanding: eur(100), workflowId: 'order/r-3/1' },
          ],
        },
      });
    });
    expect(await account('back')).toEqual({ exposure: eur(307), unapplied: eur(0) });
    const again = await reverse('back', { fee: eur(7) });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await order('r-1')).toMatchObject({ outstanding: eur(107) });
    expect(await allocate('back', { allocations: [to('r-1', 1)] })).toMatchObject({ status: 422 });
    const paid = await receive('back', { paymentId: 'back-2', amount: eur(10) });
    expect(paid.body.allocations).toMatchObject([{ orderId: 'r-1', amount: eur(10) }]);
    expect((await order('r-1')).instalments).toMatchObject([{ charges: eur(0), outstanding: eur(97) }]);
  });

  it('has its waiting allocations refused', async () => {
    await customerWith('pending', { 'p-1': { units: 100 } });
    await api.call('/customers/pending/payments', { paymentId: 'pending', amount: eur(60) }, accounting);
    expect((await reverse('pending')).body).toMatchObject({
      reversed: eur(60),
      unapplied: eur(0),
      pending: eur(0),
      commands: [{ outcome: 'refused', refusal: 'payment-reversed' }],
    });
    await api.work('p-1');
    expect(await order('p-1')).toMatchObject({ outstanding: eur(100) });
    expect(await reverse('pending', { fee: eur(1) })).toMatchObject({ status: 200 });
  });

  it('charges no fee if no order can take it', async () => {
    await customerWith('no-order', {});
    await receive('no-order', { paymentId: 'no-order', amount: eur(5) });
    expect(await reverse('no-order', { fee: eur(1) })).toMatchObject({
      status: 422,
      body: { code: 'validation' },
    });
    expect(await reverse('no-order', { fee: 'policy' })).toMatchObject({ status: 200 });
  });

  it('withdraws the credit that it had become on a cancelled order, including deductions', async () => {
    await customerWith('gone', { 'g-1': { units: 100 } });
    await receive('gone', { paymentId: 'gone', amount: eur(60), deductions: [less('g-1', 'bank_fee', 5)] });
    await api.ask('g-1', 'cancel', { reason: 'lost' });
    expect(await account('gone')).toEqual({ exposure: eur(0), unapplied: eur(60) });
    await reverse('gone');
    expect(await account('gone')).toEqual({ exposure: eur(0), unapplied: eur(0) });
    expect(await order('g-1')).toMatchObject({ status: 'cancelled', outstanding: eur(0) });
  });
});

describe('a payment on an order', () => {
  it('pays the instalment that it names first, and is refused if that does not exist', async () => {
    await customerWith('parts', { 'i-1': { units: 100, termsCode: 'weekly' } });
    const pay = (paymentId: string, fields: object) =>
      api.ask('i-1', 'payments', { paymentId, amount: eur(30), ...fields }, accounting);
    await pay('i-a', { instalment: 2 });
    expect((await order('i-1')).instalments).toMatchObject([
      { outstanding: eur(50) },
      { outstanding: eur(20) },
    ]);
    await pay('i-b', { instalment: 2 });
    expect((await order('i-1')).instalments).toMatchObject([
      { outstanding: eur(40) },
      { outstanding: eur(0) },
    ]);
    expect(await pay('i-c', { instalment: 3 })).toMatchObject({
      status: 422,
      body: { code: 'instalment-not-found' },
    });
    expect(await pay('i-c', { receivedOn: '2027-02-28' })).toMatchObject({
      status: 422,
      body: { code: 'validation', detail: expect.stringContaining('placed on 2027-03-01') },
    });
  });
});

it('payments are listed by customer and by what is left of them, the newest first, page by page', async () => {
  await customerWith('list', { 'li-1': { units: 100 } });
  for (const n of [1, 2, 3]) {
    api.clock.now = `2027-03-01T10:0${n}:00.000Z`;
    await receive('list', { paymentId: `li-${n}`, amount: eur(40) });
  }
  api.clock.now = '2027-03-01T10:00:00.000Z';
  const ids = async (query: string) => {
    const { items, nextCursor } = (await api.call(`/payments?${query}`)).body;
    return [items.map(({ paymentId }: { paymentId: string }) => paymentId), nextCursor];
  };
  expect((await ids('customerId=list'))[0]).toEqual(['li-3', 'li-2', 'li-1']);
  expect((await ids('customerId=list&unapplied=true'))[0]).toEqual(['li-3']);
  expect((await ids('customerId=list&unapplied=false'))[0]).toEqual(['li-2', 'li-1']);
  const [first, cursor] = await ids('customerId=list&limit=2');
  expect(first).toEqual(['li-3', 'li-2']);
  expect(await ids(`customerId=list&limit=2&cursor=${cursor}`)).toEqual([['li-1'], null]);
});
