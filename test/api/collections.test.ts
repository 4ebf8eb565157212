import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  const { body } = await api.call('/policies/receipts');
  const policy = { ...body.policy, returnFee: eur(8) };
  await api.call('/policies/receipts', { baseVersion: body.version, policy }, { method: 'PUT' });
});
beforeEach(() => {
  api.clock.now = '2027-03-01T10:00:00.000Z';
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const place = (orderId: string, termsCode = 'net30') =>
  api.call('/orders', { orderId, customerId: 'rossi', total: eur(100), termsCode });
const move = (orderId: string, state: string, fields: object = {}, instalment = 1) =>
  api.working(
    api.call(
      `/orders/${orderId}/instalments/${instalment}/collection`,
      { state, ...fields },
      { as: 'accounting' },
    ),
  );
const order = async (id: string) => (await api.call(`/orders/${id}`)).body;
const exposure = async () => (await api.call('/customers/rossi')).body.credit.exposure.amount;

it('a RiBa that is credited subject to collection settles nothing, and the exposure remains until it is paid', async () => {
  const before = await exposure();
  await place('riba');
  expect(await move('riba', 'planned')).toMatchObject({
    status: 200,
    body: { state: 'planned', method: 'riba' },
  });
  await move('riba', 'presented');
  await move('riba', 'credited');
  expect(await order('riba')).toMatchObject({ status: 'open', outstanding: eur(100) });
  expect(await exposure()).toBe(before + 10_000);

  // Due on Wednesday the 31st: five bank days later it is Wednesday the 7th.
  api.clock.now = '2027-04-06T10:00:00.000Z';
  expect(await move('riba', 'paid', { paymentId: 'riba-1' })).toMatchObject({
    status: 409,
    body: { code: 'collection-too-early', finalOn: '2027-04-07' },
  });
  expect(await api.call('/payments/riba-1')).toMatchObject({ status: 404 });
  api.clock.now = '2027-04-07T10:00:00.000Z';
  const paid = { paymentId: 'riba-1' };
  expect(await move('riba', 'paid', paid)).toMatchObject({
    status: 200,
    body: { state: 'paid', paymentId: 'riba-1' },
  });
  expect(await order('riba')).toMatchObject({ status: 'settled' });
  expect((await move('riba', 'paid', paid)).headers.get('idempotent-replayed')).toBe('true');
  // Money that the bank collected in time is not late, although it is certain only days later.
  expect((await api.call('/payments/riba-1')).body).toMatchObject({
    method: 'riba',
    receivedOn: '2027-03-31',
    allocated: eur(100),
  });
  expect(await move('riba', 'paid', { ...paid, amount: eur(60) })).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
  expect(await exposure()).toBe(before);
});

it('a RiBa that is returned after it was paid opens the order again, with the bank’s fee by policy, and can be presented again', async () => {
  await place('back');
  await move('back', 'presented');
  await move('back', 'paid', { paymentId: 'back-1', confirmed: true });
  expect(await order('back')).toMatchObject({ status: 'settled' });
  expect(await move('back', 'unpaid')).toMatchObject({ status: 200, body: { state: 'unpaid' } });
  expect(await order('back')).toMatchObject({
    status: 'open',
    outstanding: eur(108),
    workflowId: 'order/back/2',
    instalments: [{ charges: eur(8) }],
  });
  expect((await move('back', 'unpaid')).headers.get('idempotent-replayed')).toBe('true');
  expect(await order('back')).toMatchObject({ outstanding: eur(108) });
  expect(await move('back', 'presented')).toMatchObject({ body: { presentations: 2 } });
  expect(await move('back', 'paid', { paymentId: 'back-1', confirmed: true })).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
  await move('back', 'paid', { paymentId: 'back-2', confirmed: true });
  expect(await order('back')).toMatchObject({ status: 'settled', outstanding: eur(0) });
});

it('a RiBa that was never paid costs the fee once for each presentation, or nothing if the caller says so', async () => {
  await place('never');
  await move('never', 'presented');
  await move('never', 'unpaid');
  await move('never', 'presented');
  await move('never', 'unpaid', { fee: eur(2) });
  await move('never', 'presented');
  await move('never', 'unpaid', { fee: 'none' });
  expect(await order('never')).toMatchObject({ status: 'open', outstanding: eur(110) });
});

it('a collection pays its own instalment; when its payment is reversed, it is unpaid', async () => {
  await place('parts', 'weekly');
  await move('parts', 'presented', { method: 'sdd' }, 2);
  await move('parts', 'paid', { paymentId: 'parts-2', confirmed: true }, 2);
  expect((await order('parts')).instalments).toMatchObject([
    { outstanding: eur(50) },
    { outstanding: eur(0) },
  ]);
  await api.call('/payments/parts-2/reverse', { reason: 'returned' });
  expect((await api.call('/orders/parts/collections')).body.items).toMatchObject([
    { instalment: 2, state: 'unpaid', method: 'sdd', paymentId: 'parts-2' },
  ]);
});

it('a state that cannot follow is refused, and the answer says which can', async () => {
  await place('wrong');
  const refused = async (state: string, fields: object, code: string, detail: string, instalment = 1) =>
    expect((await move('wrong', state, fields, instalment)).body).toMatchObject({
      code,
      detail: expect.stringContaining(detail),
    });
  await refused('credited', {}, 'collection-not-allowed', 'it can become planned, presented, cancelled');
  await refused('paid', { paymentId: 'x', confirmed: true }, 'collection-not-allowed', 'has not begun');
  await refused('planned', {}, 'instalment-not-found', 'instalment 2', 2);
  await refused('planned', { on: '2027-03-02' }, 'validation', '/on');
  await move('wrong', 'presented');
  await refused('paid', { confirmed: true }, 'validation', '/paymentId');
  await refused('paid', { paymentId: 'x' }, 'collection-too-early', '2027-04-07');
  await api.ask('wrong', 'settle', { reason: 'cash' });
  await refused('credited', {}, 'order-closed', 'settled');
  await refused('paid', { paymentId: 'x', confirmed: true }, 'instalment-paid', 'is already paid');
  expect(await api.call('/payments/x')).toMatchObject({ status: 404 });
  await move('wrong', 'paid', { paymentId: 'twice', amount: eur(100), confirmed: true });
  expect((await api.call('/payments/twice')).body).toMatchObject({ unapplied: eur(100), allocated: eur(0) });
  expect(await move('none', 'planned')).toMatchObject({ status: 404, body: { code: 'order-not-found' } });
});
