import { beforeAll, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Answer, type Api, useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});

type Call = readonly [path: string, body: object, options?: Parameters<Api['call']>[2]];

/** Each has its own id or a key, so that it can be repeated. */
const calls: readonly Call[] = [
  ['/orders/part/payments', { paymentId: 'part-1', amount: eur(40) }],
  ['/orders/part/extend', { dueOn: '2027-09-30', reason: 'agreed' }],
  ['/orders/over/payments', { paymentId: 'over-1', amount: eur(120) }],
  ['/orders/over/credit-notes', { creditNoteId: 'cn-1', amount: eur(30), reason: 'returned goods' }],
  ['/orders/bounced/payments', { paymentId: 'bounced-1', amount: eur(100) }],
  ['/payments/bounced-1/reverse', { reason: 'bounced', fee: eur(5) }],
  ['/orders/gone/cancel', { reason: 'a mistake' }],
  ['/orders/lost/write-off', { amount: eur(10), reason: 'too small' }],
  ['/customers/rossi/payments', { paymentId: 'both', amount: eur(130) }],
  ['/customers/rossi/credit/adjustments', { adjustmentId: 'a-1', amount: eur(7), reason: 'goodwill' }],
  ['/customers/rossi/refunds', { refundId: 'r-1', amount: eur(3), reason: 'asked for' }],
  [
    '/invoices/inv-1',
    {
      number: '2027/1',
      issuedOn: '2027-03-01',
      total: eur(100),
      orders: [{ orderId: 'lost', amount: eur(100) }],
    },
    { method: 'PUT' },
  ],
  ['/customers/broke/revoke', { reason: 'cheques bounced', openOrders: 'demand', revocationId: 'rev-1' }],
];
const repeatable = ([path, body, options]: Call, index: number): Promise<Answer> =>
  api.working(api.call(path, body, { headers: { 'idempotency-key': `call-${index}` }, ...options }));

/** All figures: orders, interest, payments, accounts, statements, reports. */
async function figures(): Promise<unknown> {
  const orders = ['part', 'over', 'bounced', 'gone', 'lost', 'unsafe'];
  const paths = [
    ...orders.flatMap((id) => [
      `/orders/${id}`,
      `/orders/${id}/ledger`,
      `/orders/${id}/interest?until=2027-12-31`,
    ]),
    ...['part-1', 'over-1', 'bounced-1', 'both'].map((id) => `/payments/${id}`),
    ...['rossi', 'broke'].flatMap((id) => [
      `/customers/${id}`,
      `/customers/${id}/statement?from=2027-01-01&to=2027-03-31`,
    ]),
    '/reports/ageing',
  ];
  const answers: [string, unknown][] = [];
  for (const path of paths) {
    const { status, body } = await api.call(path);
    expect([path, status]).toEqual([path, 200]);
    answers.push([path, body]);
  }
  return answers;
}

it('only people read the audit trail: without it every balance, all interest and every replay is the same', async () => {
  await addCustomer(api.sql, 'broke');
  const { version, policy } = (await api.call('/policies/late-interest')).body;
  const referenceRates = ['2027-01-01', '2027-07-01'].map((from) => ({ from, percent: '2.15' }));
  const charging = { baseVersion: version, policy: { ...policy, enabled: true, referenceRates } };
  expect((await api.call('/policies/late-interest', charging, { method: 'PUT' })).status).toBe(200);
  for (const [orderId, customerId] of [
    ...['part', 'over', 'bounced', 'gone', 'lost'].map((id) => [id, 'rossi'] as const),
    ['unsafe', 'broke'] as const,
  ])
    await api.place(orderId, { customerId });
  api.clock.now = '2027-05-03T10:00:00.000Z';
  for (const privilege of ['insolvency', 'grant'])
    expect((await api.call(`/customers/broke/${privilege}`, { reason: 'the court' })).status, privilege).toBe(
      200,
    );
  const first: Answer[] = [];
  for (const [index, call] of calls.entries()) first.push(await repeatable(call, index));
  expect(first.map(({ status }) => status).filter((status) => status > 201)).toEqual([]);

  const before = await figures();
  await api.sql`truncate audit`;
  expect(await figures()).toEqual(before);
  for (const [index, call] of calls.entries()) {
    const again = await repeatable(call, index);
    const what = JSON.stringify(call);
    expect([what, again.headers.get('idempotent-replayed')]).toEqual([what, 'true']);
    expect((again.body as { command?: object }).command, what).toEqual(first[index]!.body.command);
  }
  expect(await figures()).toEqual(before);
  expect(await reconcileBalances(api.sql)).toEqual([]);
});
