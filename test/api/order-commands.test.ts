import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterAll(() => api.close());
beforeEach(() => {
  api.clock.now = '2027-03-01T10:00:00.000Z';
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const accounting = { as: 'accounting' } as const;

describe('a payment', () => {
  it('is applied by the workflow, and the last one settles the order', async () => {
    await api.place('paid');
    const before = await api.unapplied();
    const part = await api.ask(
      'paid',
      'payments',
      { paymentId: 'b-1', amount: eur(40), method: 'transfer' },
      accounting,
    );
    expect(part).toMatchObject({ status: 200, body: { status: 'open', outstanding: eur(60) } });
    expect(part.body.command).toMatchObject({ kind: 'recordPayment', outcome: 'applied' });
    const rest = await api.ask('paid', 'payments', { paymentId: 'b-2', amount: eur(75) }, accounting);
    expect(rest.body).toMatchObject({ status: 'settled', outstanding: eur(0), nextStep: null });
    expect((await api.unapplied()) - before).toBe(1_500);
    const { body } = await api.call('/orders/paid/ledger', undefined, { as: 'read' });
    expect(
      body.items.map(({ kind, account, amount }: never) => [
        kind,
        account,
        (amount as { amount: number }).amount,
      ]),
    ).toEqual([
      ['charge', 'receivable', 10_000],
      ['payment', 'receivable', -4_000],
      ['payment', 'receivable', -6_000],
      ['payment', 'unapplied', 1_500],
    ]);
  });

  it('is kept while Temporal is down: the answer is 202, and its command shows the outcome', async () => {
    await api.place('kept');
    const { status, headers, body } = await api.call(
      '/orders/kept/payments',
      { paymentId: 'k-1', amount: eur(100) },
      accounting,
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'open', outstanding: eur(100), command: { outcome: null } });
    const location = headers.get('location')!;
    expect(location).toBe(`/v1/commands/${body.command.commandId}`);
    await api.work('kept');
    expect((await api.send(location, undefined, { as: 'read' })).body).toMatchObject({
      orderId: 'kept',
      kind: 'recordPayment',
      outcome: 'applied',
      actor: expect.stringMatching(/^key:/),
    });
    expect((await api.call('/orders/kept')).body.status).toBe('settled');
  });

  it('is booked once however often it is sent, and is a conflict with another content or on another order', async () => {
    await Promise.all([api.place('once'), api.place('other')]);
    const payment = { paymentId: 'once-1', amount: eur(30), receivedOn: '2027-03-01' };
    const answers = await Promise.all([1, 2, 3].map(() => api.ask('once', 'payments', payment, accounting)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
    expect((await api.call('/orders/once')).body.outstanding).toEqual(eur(70));
    const conflict = { status: 409, body: { code: 'conflict' } };
    expect(await api.call('/orders/once/payments', { ...payment, amount: eur(31) })).toMatchObject(conflict);
    expect(await api.call('/orders/once/payments', { ...payment, method: 'card' })).toMatchObject(conflict);
    expect(await api.call('/orders/other/payments', payment)).toMatchObject(conflict);
    expect((await api.call('/orders/other')).body.outstanding).toEqual(eur(100));
  });

  it('on a closed order becomes credit at once', async () => {
    await api.place('closed');
    await api.ask('closed', 'settle', { reason: 'cash' });
    const before = await api.unapplied();
    const late = await api.call('/orders/closed/payments', { paymentId: 'late', amount: eur(5) }, accounting);
    expect(late).toMatchObject({ status: 200, body: { status: 'settled', command: { outcome: 'applied' } } });
    expect((await api.unapplied()) - before).toBe(500);
  });

  it('may be received up to today in the merchant’s zone, in the order’s currency', async () => {
    await api.place('dates');
    api.clock.now = '2027-03-01T23:30:00.000Z';
    const pay = (fields: object) =>
      api.ask('dates', 'payments', { paymentId: 'd-1', amount: eur(1), ...fields }, accounting);
    for (const receivedOn of ['2027-03-03', '2017-03-01', '2027-02-30'])
      expect((await pay({ receivedOn })).body).toMatchObject({
        code: 'validation',
        errors: [{ pointer: '/receivedOn' }],
      });
    expect(await pay({ amount: { amount: 1, currency: 'USD' } })).toMatchObject({
      status: 422,
      body: { code: 'currency-mismatch' },
    });
    expect((await pay({ receivedOn: '2027-03-02' })).status).toBe(200);
  });
});

describe('an admin', () => {
  it('settles an order: the rest counts as paid, with reason and actor on the timeline', async () => {
    await api.place('settled');
    const { status, body } = await api.ask('settled', 'settle', { reason: 'cash at the counter' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'settled', outstanding: eur(0) });
    const { body: timeline } = await api.call('/orders/settled/timeline', undefined, { as: 'read' });
    expect(timeline.items).toContainEqual(
      expect.objectContaining({
        kind: 'order.settle',
        reason: 'cash at the counter',
        actor: body.command.actor,
      }),
    );
    for (const what of ['settle', 'cancel', 'chase'])
      expect(await api.call(`/orders/settled/${what}`, { reason: 'again' })).toMatchObject({
        status: 409,
        body: { code: 'order-closed', orderStatus: 'settled' },
      });
  });

  it('can repeat a call safely with an Idempotency-Key, but not use it for two different calls', async () => {
    await api.place('keyed');
    const headers = { 'idempotency-key': 'shift-7/settle' };
    const first = await api.ask('keyed', 'settle', { reason: 'cash' }, { headers });
    const second = await api.ask('keyed', 'settle', { reason: 'cash' }, { headers });
    expect(second.body.command).toEqual(first.body.command);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const other = await api.ask('keyed', 'settle', { reason: 'card' }, { headers });
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const broken = await api.call(
      '/orders/keyed/settle',
      { reason: 'cash' },
      { headers: { 'idempotency-key': 'a b' } },
    );
    expect(broken.body).toMatchObject({ code: 'validation', errors: [{ pointer: 'Idempotency-Key' }] });
  });

  it('cancels a part-paid order: what was paid becomes credit', async () => {
    await api.place('cancelled');
    await api.ask('cancelled', 'payments', { paymentId: 'c-1', amount: eur(25) });
    const before = await api.unapplied();
    const { body } = await api.ask('cancelled', 'cancel', { reason: 'returned' }, { as: 'storefront' });
    expect(body).toMatchObject({ status: 'cancelled', outstanding: eur(0), closeReason: 'returned' });
    expect((await api.unapplied()) - before).toBe(2_500);
  });

  it('is refused what the order is not waiting for, and nothing is kept of it', async () => {
    await api.place('told');
    for (const [what, body] of [
      ['chase', { reason: 'late' }],
      ['retry-store', undefined],
    ] as const) {
      const answer = await api.ask('told', what, body);
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'store-not-waiting', orderStatus: 'open', outstanding: eur(100), total: eur(100) },
      });
      expect(answer.body.detail).toMatch(/nothing was changed. Order told is open; 100.00 EUR of 100.00 EUR/);
    }
    expect(await api.sql`select 1 from commands where order_id = 'told'`).toEqual([]);
  });

  it('is refused by the workflow if another command came first, in the same words, and the refusal is kept', async () => {
    await api.place('raced');
    const headers = { 'idempotency-key': 'raced-1' };
    const cancelled = api.call('/orders/raced/cancel', { reason: 'first' });
    await eventually(
      'it waits',
      async () => (await api.sql`select 1 from commands where order_id = 'raced'`)[0],
    );
    const settling = api.call('/orders/raced/settle', { reason: 'cash' }, { headers });
    await eventually(
      'both wait',
      async () => (await api.sql`select 1 from commands where order_id = 'raced'`).length === 2,
    );
    await api.work('raced');
    expect((await cancelled).body).toMatchObject({ status: 'cancelled', command: { outcome: 'applied' } });
    const refused = await settling;
    const detail = 'Order raced is already cancelled: nothing was changed.';
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'order-closed', detail, orderStatus: 'cancelled', command: { outcome: 'refused' } },
    });
    const again = await api.call('/orders/raced/settle', { reason: 'cash' }, { headers });
    expect(again.body.command).toEqual(refused.body.command);
    const fresh = await api.call('/orders/raced/settle', { reason: 'cash' });
    expect(fresh).toMatchObject({ status: 409, body: { code: 'order-closed', detail } });
    expect(fresh.body).not.toHaveProperty('command');
  });

  it('gives an order its number when the store has it', async () => {
    await api.place('numbered');
    const patched = await api.call(
      '/orders/numbered',
      { orderNumber: 'SO-9' },
      { method: 'PATCH', as: 'storefront' },
    );
    expect(patched).toMatchObject({ status: 200, body: { orderNumber: 'SO-9' } });
    const { body } = await api.call('/orders/numbered/timeline');
    expect(body.items).toContainEqual(
      expect.objectContaining({ kind: 'order.numbered', detail: { before: null, after: 'SO-9' } }),
    );
  });
});

it('a store that could not be notified is notified again, or the order continues without it', async () => {
  const told = await openApi({ notifiesStore: true });
  for (const [orderId, what, body, becomes] of [
    ['again', 'retry-store', undefined, 'pending'],
    ['without', 'chase', { reason: 'the shop was sold' }, 'chased'],
  ] as const) {
    const placed = await told.call('/orders', { orderId, customerId: 'rossi', total: eur(1) });
    expect(placed.body).toMatchObject({ paidInStore: false, storeStatus: 'pending' });
    await told.work(orderId, { storeFailed: true });
    expect((await told.call(`/orders/${orderId}`)).body.storeStatus).toBe('failed');
    expect(await told.ask(orderId, what, body)).toMatchObject({
      status: 200,
      body: { storeStatus: becomes },
    });
  }
  await told.close();
});

it('an order that does not exist is not found, whatever is asked of it', async () => {
  const asked: [string, unknown][] = [
    ['confirm', undefined],
    ['cancel', { reason: 'x' }],
    ['settle', { reason: 'x' }],
    ['chase', { reason: 'x' }],
    ['retry-store', undefined],
    ['payments', { paymentId: 'x', amount: eur(1) }],
  ];
  const missing = { status: 404, body: { code: 'order-not-found' } };
  for (const [what, body] of asked)
    expect(await api.call(`/orders/none/${what}`, body, { method: 'POST' })).toMatchObject(missing);
  for (const path of ['', '/ledger', '/timeline'])
    expect(await api.call(`/orders/none${path}`)).toMatchObject(missing);
  expect(await api.call('/orders/none', { orderNumber: 'x' }, { method: 'PATCH' })).toMatchObject(missing);
  expect(await api.call('/commands/none')).toMatchObject({
    status: 404,
    body: { code: 'command-not-found' },
  });
});

it('orders are listed newest first, page by page, each once, by status, customer and lateness', async () => {
  await api.call(
    '/customers/verdi',
    {
      name: 'Verdi',
      email: 'v@verdi.example',
      locale: 'it',
      country: 'IT',
      vatNumber: '12345670488',
      stats: { orders: 9, turnover: eur(9_000) },
    },
    { method: 'PUT' },
  );
  const placed = Array.from({ length: 7 }, (_, n) => `list-${n}`);
  for (const [n, orderId] of placed.entries())
    await api.call('/orders', {
      orderId,
      customerId: 'verdi',
      total: eur(1),
      ...(n < 3 ? { placedAt: '2027-01-02T10:00:00.123456Z' } : {}),
    });
  const read = async (query: string, limit: number) => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.call(`/orders?customerId=verdi&limit=${limit}${query}${cursor}`, undefined, {
        as: 'read',
      });
      seen.push(...body.items.map(({ orderId }: { orderId: string }) => orderId));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    return seen;
  };
  const expected = ['list-6', 'list-5', 'list-4', 'list-3', 'list-2', 'list-1', 'list-0'];
  for (const limit of [1, 2, 3, 7, 200]) expect(await read('', limit)).toEqual(expected);
  expect(await read('&overdue=true', 2)).toEqual(['list-2', 'list-1', 'list-0']);
  expect(await read('&overdue=false', 2)).toEqual(['list-6', 'list-5', 'list-4', 'list-3']);
  expect(await read('&status=settled', 2)).toEqual([]);
  const late = (await api.call('/orders/list-0')).body;
  expect(late).toMatchObject({ overdue: true, daysLate: 28 });
});
