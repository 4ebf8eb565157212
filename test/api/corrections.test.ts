import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/db/reconcile.ts';
import { eur, settings } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Api, openApi } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
});
afterAll(() => api.close());
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

  it('is booked once: the same again is answered as before, another content is a conflict', async () => {
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

  it('has its number once in a year on an order, and for one customer; a refused one has not used it', async () => {
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

  it('settles an order that it credits whole; what was paid on top of the rest becomes credit', async () => {
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

  it('is refused beyond the total, on a cancelled order, in another currency, of tomorrow', async () => {
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

  it('and a write-off are no money: an order is not amended or ended below them', async () => {
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
    expect((await api.unapplied()) - before).toBe(500); // of the ten that were paid
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

  it('and a confirmation that wait for the same pass are judged one after the other', async () => {
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

  it('that was refunded is asked for before the order can be cancelled', async () => {
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

describe('a refund', () => {
  const refund = (refundId: string, units: number, more: object = {}) =>
    api.call('/customers/rossi/refunds', { refundId, amount: eur(units), ...more }, accounting);

  it('pays credit out, once, and not more than is held', async () => {
    await api.place('over');
    await api.ask('over', 'payments', { paymentId: 'over-1', amount: eur(150) }, accounting);
    const held = await api.unapplied();
    const paid = await refund('rf-1', 20, { method: 'transfer', reference: 'CRO 1' });
    expect(paid).toMatchObject({ status: 200, body: { unapplied: { amount: held - 2_000 } } });
    expect((await refund('rf-1', 20, { method: 'transfer', reference: 'CRO 1' })).body).toEqual(paid.body);
    expect(await refund('rf-1', 21)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await refund('rf-2', held)).toMatchObject({ status: 409, body: { code: 'insufficient-credit' } });
    expect(await api.unapplied()).toBe(held - 2_000);
  });

  it('twenty at once never pay out more than is held', async () => {
    const held = Math.floor((await api.unapplied()) / 100);
    const part = Math.floor(held / 5);
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, index) => refund(`rf-at-once-${index}`, part)),
    );
    expect(done.filter(({ status }) => status === 200)).toHaveLength(5);
  });
});

describe('an instalment plan', () => {
  const plan = (orderId: string, lines: [string, number][], more: object = {}) =>
    api.ask(orderId, 'instalment-plan', {
      instalments: lines.map(([dueOn, units]) => ({ dueOn, amount: eur(units) })),
      reason: 'agreed on the phone',
      ...more,
    });

  it('puts new instalments in place of what is overdue, to the cent, and reminds of them', async () => {
    const start = api.clock.now;
    await api.place('planned', { termsCode: 'weekly' });
    await api.ask('planned', 'payments', { paymentId: 'pl-1', amount: eur(10) }, accounting);
    api.clock.now = '2027-04-02T10:00:00.000Z';
    expect(await plan('planned', [['2027-05-01', 39]])).toMatchObject({
      status: 422,
      body: { code: 'plan-does-not-sum' },
    });
    const lines: [string, number][] = [
      ['2027-05-03', 20],
      ['2027-06-01', 20],
    ];
    const { body } = await plan('planned', lines);
    expect(body).toMatchObject({ status: 'open', outstanding: eur(90), total: eur(100), overdue: false });
    const shown = body.instalments.map((line: Record<string, unknown>) => [
      line.number,
      line.dueOn,
      line.amount,
      line.outstanding,
    ]);
    expect(shown).toEqual([
      [1, '2027-03-31', eur(10), eur(0)],
      [2, '2027-04-07', eur(50), eur(50)],
      [3, '2027-05-03', eur(20), eur(20)],
      [4, '2027-06-01', eur(20), eur(20)],
    ]);
    const { items } = (await api.call('/orders/planned/timeline')).body;
    const keys = items
      .filter(({ future }: { future: boolean }) => future)
      .map((item: never) => (item as { detail: { step: string } }).detail.step);
    expect(keys).toContain('3/-P3D');
    expect(keys).toContain('4/P7D');
    api.clock.now = start;
  });

  it('stands when the order gets another total: the last instalments take the difference', async () => {
    await api.place('amended');
    await api.ask('amended', 'payments', { paymentId: 'am-1', amount: eur(30) }, accounting);
    const lines: [string, number][] = [
      ['2027-05-03', 40],
      ['2027-06-01', 30],
    ];
    await plan('amended', lines, { of: 'outstanding' });
    const amend = async (units: number) => {
      const { body } = await api.ask('amended', 'amend', { total: eur(units) });
      return body.instalments.map((line: Record<string, unknown>) => [
        line.dueOn,
        line.amount,
        line.outstanding,
      ]);
    };
    expect(await amend(110)).toEqual([
      ['2027-03-31', eur(30), eur(0)],
      ['2027-05-03', eur(40), eur(40)],
      ['2027-06-01', eur(40), eur(40)],
    ]);
    expect(await amend(60)).toEqual([
      ['2027-03-31', eur(30), eur(0)],
      ['2027-05-03', eur(30), eur(30)],
      ['2027-06-01', eur(0), eur(0)],
    ]);
    const before = await api.unapplied();
    expect((await api.ask('amended', 'amend', { total: eur(20) })).body.status).toBe('settled');
    expect((await api.unapplied()) - before).toBe(1_000);
  });

  it('is refused where nothing is overdue, into the past, and in another currency', async () => {
    await api.place('early');
    expect(await plan('early', [['2027-05-01', 100]])).toMatchObject({
      status: 409,
      body: { code: 'nothing-overdue' },
    });
    const whole = { of: 'outstanding' };
    expect(await plan('early', [['2027-01-01', 100]], whole)).toMatchObject({ status: 422 });
    const usd = { amount: 100, currency: 'USD' };
    expect(
      await plan('early', [], { ...whole, instalments: [{ dueOn: '2027-05-01', amount: usd }] }),
    ).toMatchObject({ status: 422, body: { code: 'currency-mismatch' } });
    expect((await plan('early', [['2027-05-01', 100]], whole)).body).toMatchObject({ outstanding: eur(100) });
  });
});

describe('a write-off', () => {
  const off = (orderId: string, body: object, options = {}) => api.ask(orderId, 'write-off', body, options);

  it('of all that is owed closes the order; of a part, the latest due goes first', async () => {
    await api.place('lost', { termsCode: 'weekly' });
    const part = await off('lost', { amount: eur(60), reason: 'agreed' });
    expect(part.body.instalments.map((line: { outstanding: unknown }) => line.outstanding)).toEqual([
      eur(40),
      eur(0),
    ]);
    expect(await off('lost', { amount: eur(41), reason: 'too much' })).toMatchObject({
      status: 422,
      body: { code: 'write-off-exceeds-balance' },
    });
    const rest = await off('lost', { reason: 'bankrupt' });
    expect(rest.body).toMatchObject({ status: 'written_off', closeReason: 'bankrupt', outstanding: eur(0) });
    expect(await off('lost', { reason: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'order-closed' },
    });
  });

  it('over the threshold waits for another admin, who approves it once', async () => {
    const { version } = (await api.call('/settings')).body;
    await api.call(
      '/settings',
      { baseVersion: version, settings: { ...settings, writeOffApprovalOver: eur(50) } },
      { method: 'PUT' },
    );
    const second = await api.newKey(['admin']);
    await api.place('big');
    expect((await off('big', { amount: eur(50), reason: 'small' })).body.status).toBe('open');
    // A second one of the same order would bring both over it.
    expect(await off('big', { amount: eur(1), reason: 'more' })).toMatchObject({
      status: 202,
      body: { approval: { amount: eur(1) } },
    });
    await api.place('bigger');
    const asked = await off('bigger', { reason: 'gone' });
    expect(asked).toMatchObject({
      status: 202,
      body: { status: 'open', outstanding: eur(100), approval: { amount: eur(100), decision: null } },
    });
    const { approvalId } = asked.body.approval;
    expect((await off('bigger', { reason: 'gone' })).body.approval.approvalId).toBe(approvalId);
    const waiting = await api.call('/approvals?waiting=true', undefined, { as: 'read' });
    expect(waiting.body.items.map((item: { approvalId: string }) => item.approvalId)).toContain(approvalId);

    const decide = (path: string, options: object = {}) =>
      api.call(`/approvals/${approvalId}/${path}`, {}, options);
    expect(await decide('approve')).toMatchObject({ status: 403, body: { code: 'approval-by-another' } });
    const deciding = decide('approve', { as: second });
    await api.work('bigger');
    for (let tries = 0; tries < 50; tries++) await api.work('bigger');
    expect(await deciding).toMatchObject({ status: 200, body: { decision: 'approved' } });
    expect((await api.call('/orders/bigger')).body).toMatchObject({
      status: 'written_off',
      outstanding: eur(0),
    });
    expect((await decide('approve', { as: second })).body.decision).toBe('approved');
    expect(await decide('reject')).toMatchObject({ status: 409, body: { code: 'approval-decided' } });
  });

  it('repeated with its key is the same one, whatever was written off or approved since', async () => {
    const keyed = (orderId: string, key: string, body: object) =>
      off(orderId, { reason: 'small', ...body }, { headers: { 'idempotency-key': key } });
    await api.place('keyed');
    const first = { amount: eur(40) };
    expect((await keyed('keyed', 'key-1', first)).body.outstanding).toEqual(eur(60));
    const again = await keyed('keyed', 'key-1', first);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(await keyed('keyed', 'key-1', { amount: eur(41) })).toMatchObject({ status: 409 });
    const waiting = await keyed('keyed', 'key-2', { amount: eur(20) });
    expect((await keyed('keyed', 'key-2', { amount: eur(20) })).body.approval).toEqual(waiting.body.approval);
    expect(await keyed('keyed', 'key-3', { amount: eur(30) })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('that does not fit any more when it is approved is not decided', async () => {
    const second = await api.newKey(['admin']);
    await api.place('paid-since');
    const { approvalId } = (await off('paid-since', { amount: eur(80), reason: 'gone' })).body.approval;
    await api.ask('paid-since', 'payments', { paymentId: 'since', amount: eur(50) }, accounting);
    expect(await api.call(`/approvals/${approvalId}/approve`, {}, { as: second })).toMatchObject({
      status: 422,
      body: { code: 'write-off-exceeds-balance' },
    });
    expect((await api.call(`/approvals/${approvalId}`)).body).toMatchObject({ decision: null });
  });

  it('many at once stay below the threshold together', async () => {
    await api.place('many');
    const each = { amount: eur(20), reason: 'small' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => off('many', each)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect((await api.call('/orders/many')).body.outstanding).toEqual(eur(60));
  });

  it('that another admin rejects leaves the order as it is', async () => {
    const second = await api.newKey(['admin']);
    await api.place('kept');
    const { approvalId } = (await off('kept', { reason: 'gone' })).body.approval;
    const rejected = await api.call(
      `/approvals/${approvalId}/reject`,
      { comment: 'they pay' },
      { as: second },
    );
    expect(rejected).toMatchObject({ status: 200, body: { decision: 'rejected', comment: 'they pay' } });
    expect((await api.call('/orders/kept')).body).toMatchObject({ status: 'open', outstanding: eur(100) });
  });

  it('money that comes after it becomes credit of the customer', async () => {
    const before = await api.unapplied();
    const paid = await api.call(
      '/orders/lost/payments',
      { paymentId: 'late-1', amount: eur(40) },
      accounting,
    );
    expect(paid).toMatchObject({ status: 200, body: { status: 'written_off' } });
    expect((await api.unapplied()) - before).toBe(4_000);
  });
});
