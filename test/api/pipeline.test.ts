import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { aLook, eur, settings } from '../support/builders.ts';
import { askOf, keep } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Answer, useApi } from './harness.ts';

const api = useApi();
beforeAll(async () => {
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
beforeEach(() => {
  api.clock.now = '2027-03-01T10:00:00.000Z';
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const commandsOf = (orderId: string) =>
  api.sql<{ kind: string; outcome: string | null }[]>`
    select kind, outcome from commands where order_id = ${orderId} order by position`;
const waiting = (orderId: string, count: number) =>
  eventually(`${count} commands wait for ${orderId}`, async () => {
    const rows = await commandsOf(orderId);
    return rows.filter(({ outcome }) => outcome === null).length === count;
  });

describe('what is asked of one order at the same time', () => {
  /** Each is written before the next is sent; then the order's workflow takes them all at once. */
  async function atOnce(orderId: string, calls: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
    const answers: Promise<Answer>[] = [];
    for (const [index, call] of calls.entries()) {
      answers.push(call());
      await waiting(orderId, index + 1);
    }
    await api.work(orderId);
    return Promise.all(answers);
  }
  const confirm = (orderId: string) => () =>
    api.call(`/orders/${orderId}/confirm`, undefined, { method: 'POST', as: 'storefront' });
  const cancel = (orderId: string) => () => api.call(`/orders/${orderId}/cancel`, { reason: 'a mistake' });

  it('two confirmations and a cancellation each get a true answer: no store ships a cancelled order', async () => {
    await api.place('race', { confirm: 'later' });
    const answers = await atOnce('race', [confirm('race'), cancel('race'), confirm('race')]);
    const [first, cancelled, second] = answers;
    expect(first).toMatchObject({
      status: 409,
      body: {
        code: 'order-closed',
        orderStatus: 'cancelled',
        command: { kind: 'confirm', outcome: 'applied' },
      },
    });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(second).toMatchObject({
      status: 409,
      body: { code: 'order-closed', command: { kind: 'confirm', outcome: 'refused' } },
    });
  });

  it('a confirmation that is repeated with its key after the order was cancelled does not get 200', async () => {
    await api.place('later', { confirm: 'later' });
    const headers = { 'idempotency-key': 'later-1' };
    const confirmed = await api.ask('later', 'confirm', undefined, { headers });
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'open' } });
    await api.ask('later', 'cancel', { reason: 'a mistake' });
    const again = await api.call('/orders/later/confirm', undefined, { method: 'POST', headers });
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'order-closed', command: { commandId: confirmed.body.command.commandId } },
    });
  });

  it('a confirmation that comes after a waiting cancellation is judged when that is applied', async () => {
    await api.place('after', { confirm: 'later' });
    const [cancelled, confirmed] = await atOnce('after', [cancel('after'), confirm('after')]);
    expect(cancelled!.status).toBe(200);
    expect(confirmed).toMatchObject({ status: 409, body: { code: 'order-closed' } });
  });

  it('a waiting command may make another one valid: an extension after the confirmation', async () => {
    await api.place('both', { confirm: 'later' });
    const extend = () => api.call('/orders/both/extend', { dueOn: '2027-06-30', reason: 'agreed' });
    expect(await extend()).toMatchObject({ status: 409, body: { code: 'order-not-confirmed' } });
    const [confirmed, extended] = await atOnce('both', [confirm('both'), extend]);
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'open' } });
    expect(extended).toMatchObject({ status: 200, body: { instalments: [{ dueOn: '2027-06-30' }] } });
  });

  it('money is accepted only if it will be booked, whatever waits', async () => {
    await api.place('money', { confirm: 'later' });
    const confirming = confirm('money')();
    await waiting('money', 1);
    const payment = { paymentId: 'money-1', amount: eur(10) };
    expect(await api.call('/orders/money/payments', payment)).toMatchObject({
      status: 409,
      body: { code: 'order-not-confirmed' },
    });
    expect((await api.call('/payments/money-1')).status).toBe(404);
    await api.work('money');
    expect((await confirming).status).toBe(200);
    expect((await api.ask('money', 'payments', payment)).status).toBe(200);
  });

  it('money that was accepted is booked, even if a later time zone says that it came before the order', async () => {
    const put = async (timeZone: string) => {
      const { version } = (await api.call('/settings')).body;
      const body = { baseVersion: version, settings: { ...settings, timeZone } };
      expect((await api.call('/settings', body, { method: 'PUT' })).status).toBe(200);
    };
    await put('America/New_York');
    api.clock.now = '2027-03-01T23:30:00.000Z';
    await api.place('zone');
    const payment = { paymentId: 'zone-1', amount: eur(1), receivedOn: '2027-03-01' };
    expect((await api.call('/orders/zone/payments', payment)).status).toBe(202);
    await put('Europe/Rome');
    await api.work('zone');
    expect(await commandsOf('zone')).toEqual([{ kind: 'recordPayment', outcome: 'applied' }]);
    expect((await api.call('/orders/zone')).body.outstanding).toEqual(eur(99));
  });

  it('a credit note whose number is taken is refused, whatever waits, and the first one counts', async () => {
    await api.place('notes');
    const note = (creditNoteId: string, units: number) =>
      api.call('/orders/notes/credit-notes', {
        ...{ creditNoteId, amount: eur(units), number: 'NC-7', reason: 'returned' },
      });
    const first = note('n-1', 10);
    await waiting('notes', 1);
    expect(await note('n-2', 30)).toMatchObject({ status: 409, body: { code: 'credit-note-number-taken' } });
    await api.work('notes');
    expect(await first).toMatchObject({ status: 200, body: { outstanding: eur(90) } });
  });

  it('a credit note in another currency is refused, whatever waits, and its id stays free', async () => {
    await api.place('dollars');
    const extending = api.call('/orders/dollars/extend', { dueOn: '2027-06-30', reason: 'agreed' });
    await waiting('dollars', 1);
    const note = { creditNoteId: 'd-1', reason: 'returned' };
    const inDollars = { ...note, amount: { amount: 100, currency: 'USD' } };
    expect(await api.call('/orders/dollars/credit-notes', inDollars)).toMatchObject({
      status: 422,
      body: { code: 'currency-mismatch' },
    });
    await api.work('dollars');
    expect((await extending).status).toBe(200);
    expect((await api.ask('dollars', 'credit-notes', { ...note, amount: eur(1) })).status).toBe(200);
  });

  it('a reservation whose confirmation waits can be written off: all of it, and the order is closed', async () => {
    await api.place('off', { confirm: 'later' });
    const writeOff = () => api.call('/orders/off/write-off', { reason: 'gone' });
    const answers = await atOnce('off', [confirm('off'), writeOff]);
    expect(answers[1]).toMatchObject({ status: 200, body: { status: 'written_off', outstanding: eur(0) } });
  });

  it('an approval of more than is outstanding is refused and stays open, whatever waits', async () => {
    const { version } = (await api.call('/settings')).body;
    const body = { baseVersion: version, settings: { ...settings, writeOffApprovalOver: eur(50) } };
    await api.call('/settings', body, { method: 'PUT' });
    const second = await api.newKey(['admin']);
    await api.place('much');
    const asked = await api.ask('much', 'write-off', { amount: eur(90), reason: 'gone' });
    const { approvalId } = asked.body.approval;
    await api.ask('much', 'payments', { paymentId: 'much-1', amount: eur(30) });
    const extending = api.call('/orders/much/extend', { dueOn: '2027-06-30', reason: 'agreed' });
    await waiting('much', 1);
    expect(await api.call(`/approvals/${approvalId}/approve`, {}, { as: second })).toMatchObject({
      status: 422,
      body: { code: 'write-off-exceeds-balance' },
    });
    expect((await api.call(`/approvals/${approvalId}`)).body.decision).toBeNull();
    await api.work('much');
    await extending;
  });

  it('a confirmation that lost to another one is right when it is repeated: the order is open', async () => {
    await api.place('lost', { confirm: 'later' });
    const withKey = (key: string) => () =>
      api.call('/orders/lost/confirm', undefined, { method: 'POST', headers: { 'idempotency-key': key } });
    const [won, lost] = await atOnce('lost', [withKey('lost-1'), withKey('lost-2')]);
    expect(won!.status).toBe(200);
    expect(lost).toMatchObject({ status: 409, body: { code: 'order-already-confirmed' } });
    expect(await withKey('lost-2')()).toMatchObject({ status: 200, body: { status: 'open' } });
  });
});

describe('a payment that comes back', () => {
  it('cannot be reversed before it is booked, neither by itself nor with its bank collection', async () => {
    await api.place('riba');
    const collect = (body: object) => api.call('/orders/riba/instalments/1/collection', body);
    await collect({ state: 'presented' });
    await collect({ state: 'credited' });
    const paid = { state: 'paid', paymentId: 'riba-1', confirmed: true, on: '2027-03-01' };
    expect((await collect(paid)).status).toBe(202);
    const notBooked = { status: 409, body: { code: 'payment-not-booked' } };
    expect(await collect({ state: 'unpaid', reason: 'returned' })).toMatchObject(notBooked);
    expect(await api.call('/payments/riba-1/reverse', { reason: 'returned' })).toMatchObject(notBooked);
    await api.work('riba');
    expect((await api.call('/orders/riba')).body.status).toBe('settled');
    expect((await collect({ state: 'unpaid', reason: 'returned' })).status).toBe(200);
    expect((await api.call('/orders/riba')).body).toMatchObject({ status: 'open', outstanding: eur(100) });
  });

  it('makes its orders’ workflows look again when it is repeated, in case they were not told', async () => {
    await api.place('told');
    await api.ask('told', 'payments', { paymentId: 'told-1', amount: eur(40) });
    const notify = vi.spyOn(api.orderWorkflows, 'notify');
    for (const replayed of [null, 'true']) {
      const answer = await api.call('/payments/told-1/reverse', { reason: 'bounced' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('idempotent-replayed')).toBe(replayed);
    }
    expect(notify).toHaveBeenCalledTimes(2);
    notify.mockRestore();
  });
});

it('a command that had to wait for its order is not kept waiting as long again for its outcome', async () => {
  await api.place('busy');
  const began = performance.now();
  let asked: Promise<Answer> | undefined;
  await api.sql.begin(async (tx) => {
    await tx`select 1 from orders where id = 'busy' for update`;
    asked = api.call('/orders/busy/extend', { dueOn: '2027-06-30', reason: 'agreed' });
    await sleep(1_500);
  });
  expect((await asked!).status).toBe(202);
  expect(performance.now() - began).toBeLessThan(2_800);
  await api.work('busy');
});

it('one Idempotency-Key may serve the allocations of two payments', async () => {
  await api.place('keyed');
  const headers = { 'idempotency-key': 'rest-1' };
  for (const paymentId of ['k-1', 'k-2']) {
    await api.call('/customers/rossi/payments', { paymentId, amount: eur(10), allocate: 'none' });
    const body = { allocations: [{ orderId: 'keyed', amount: eur(10) }] };
    const allocating = api.call(`/payments/${paymentId}/allocations`, body, { headers });
    expect((await api.working(allocating)).status).toBe(200);
  }
  expect((await api.call('/orders/keyed')).body.outstanding).toEqual(eur(80));
});

it('a revocation’s id that another customer’s revocation has is a conflict', async () => {
  await addCustomer(api.sql, 'bianchi');
  await addCustomer(api.sql, 'neri');
  const body = { reason: 'unpaid', openOrders: 'demand' };
  const { revocation } = (await api.call('/customers/bianchi/revoke', body)).body;
  const same = { ...body, revocationId: revocation.revocationId };
  expect(await api.call('/customers/neri/revoke', same)).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
});

it('the audit trail keeps the id of a payment, and not what the payer wrote', async () => {
  await api.place('payer');
  const reference = 'IT60X0542811101000000123456';
  await api.ask('payer', 'payments', { paymentId: 'payer-1', amount: eur(1), reference });
  const rows = await api.sql<{ detail: object }[]>`
    select detail from audit where subject = 'order/payer' and detail ->> 'paymentId' = 'payer-1'`;
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(reference);
});

describe('a payment over two orders', () => {
  it('gets the commands of both orders as the answer when it is repeated while one of them waits, and books nothing again', async () => {
    await Promise.all([api.place('p-1'), api.place('p-2')]);
    const body = {
      ...{ paymentId: 'p-both', amount: eur(150), receivedOn: '2027-03-01' },
      allocations: [
        { orderId: 'p-1', amount: eur(100) },
        { orderId: 'p-2', amount: eur(50) },
      ],
    };
    const pay = (given: object = body) => api.call('/customers/rossi/payments', given);
    const paying = pay();
    await waiting('p-1', 1);
    await api.work('p-1');
    const first = await paying;
    expect(first.status).toBe(202);
    const again = await pay();
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.commands).toMatchObject([
      { orderId: 'p-1', outcome: 'applied' },
      { orderId: 'p-2', outcome: null },
    ]);
    expect(again.body.commands).toEqual(first.body.commands);
    expect(await pay({ ...body, amount: eur(151) })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    await api.work('p-2');
    expect(await pay()).toMatchObject({
      status: 200,
      body: {
        ...{ allocated: eur(150), unapplied: eur(0), pending: eur(0) },
        commands: [{ outcome: 'applied' }, { outcome: 'applied' }],
      },
    });
    expect(await commandsOf('p-1')).toHaveLength(1);
    expect(await commandsOf('p-2')).toHaveLength(1);
  });

  it('is booked once if another customer’s payment has the same id at the same moment; the other is a conflict', async () => {
    await addCustomer(api.sql, 'verdi');
    const pay = (customerId: string) =>
      api.call(`/customers/${customerId}/payments`, { paymentId: 'same', amount: eur(1), allocate: 'none' });
    const answers = await Promise.all([pay('rossi'), pay('verdi'), pay('rossi'), pay('verdi')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
    expect(await api.sql`select 1 from payments where payment_id = 'same'`).toHaveLength(1);
  });

  it('with the id of a payment on one order: the one that comes first is the payment', async () => {
    await api.place('one-id');
    const of = { paymentId: 'one-id-1', amount: eur(5) };
    expect((await api.ask('one-id', 'payments', of)).status).toBe(200);
    const other = await api.call('/customers/rossi/payments', of);
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(other.body.detail).toContain('one-id-1');
  });
});

it('an order takes at most fifty commands in one transaction, and the rest in the next ones, in sequence', async () => {
  await api.place('many');
  const now = api.clock.now;
  for (let n = 1; n <= 60; n++)
    await keep(api.sql, (within) =>
      askOf(within, 'many', 'recordPayment', {
        body: { paymentId: `many-${n}`, ...eur(1), receivedOn: '2027-03-01' },
        now,
      }),
    );
  const look = () => api.commands.advance(aLook('many', now));
  expect(await look()).toMatchObject({ moreWaits: true, outstanding: 5_000 });
  const first =
    await api.sql`select count(*)::int as n from commands where order_id = 'many' and outcome is null`;
  expect(first).toMatchObject([{ n: 10 }]);
  expect(await look()).toMatchObject({ moreWaits: false, outstanding: 4_000 });
});

it('a command that cannot be read any more is refused, and does not hold up those that come after it', async () => {
  await api.place('unread');
  const now = api.clock.now;
  const extend = (dueOn: string) =>
    keep(api.sql, (within) => askOf(within, 'unread', 'extend', { body: { dueOn }, now }));
  await extend('2027-07-01');
  await api.sql`update commands set body = '{"dueOn": 7}' where order_id = 'unread'`;
  await extend('2027-08-02');
  await api.work('unread');
  expect(await commandsOf('unread')).toMatchObject([{ outcome: 'refused' }, { outcome: 'applied' }]);
  expect((await api.call('/orders/unread')).body.instalments[0].dueOn).toBe('2027-08-02');
});

it('a command on a customer has no address of its own among the commands', async () => {
  const refund = await api.call('/customers/rossi/credit/adjustments', {
    ...{ adjustmentId: 'a-1', amount: eur(1), reason: 'r' },
  });
  expect(refund.status).toBe(200);
  const [row] = await api.sql<{ id: string }[]>`select id from commands where kind = 'adjustCredit'`;
  expect(await api.call(`/commands/${row!.id}`)).toMatchObject({
    status: 404,
    body: { code: 'command-not-found' },
  });
});
