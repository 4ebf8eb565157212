import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur } from '../support/builders.ts';
import { addCustomer } from '../support/merchant.ts';
import { type Answer, type Api, openApi } from './harness.ts';

/*
 * Each entry counts on its value day, whenever it is booked: the same facts entered in another sequence give the
 * same interest.
 */

let api: Api;
const accounting = { as: 'accounting' } as const;
const PLACED = '2025-12-01';
const LATE = '2026-02-10';
beforeAll(async () => {
  api = await openApi();
  await api.call('/customers/rossi/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
  const { version, policy: known } = (await api.call('/policies/terms')).body;
  const early = { label: '2/10 net 30', kind: 'net', days: 30, discount: { percent: '2', withinDays: 10 } };
  const policy = { ...known, terms: [...known.terms, { code: 'early', ...early }] };
  await api.call('/policies/terms', { baseVersion: version, policy }, { method: 'PUT' });
});
afterAll(() => api.close());
beforeEach(() => on(PLACED));
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const on = (day: string) => {
  api.clock.now = `${day}T10:00:00.000Z`;
};
/** Due on 31 December 2025. */
const place = (orderId: string, fields: object = {}) => api.place(orderId, { total: eur(1_220), ...fields });
const done = async (answer: Promise<Answer>) => expect((await answer).status).toBeLessThan(202);
const pay = (orderId: string, units = 1_220, receivedOn = LATE) =>
  done(
    api.ask(orderId, 'payments', { paymentId: `p-${orderId}`, amount: eur(units), receivedOn }, accounting),
  );
const credit = (orderId: string, issuedOn: string, units = 220) =>
  done(
    api.ask(
      orderId,
      'credit-notes',
      { creditNoteId: `cn-${orderId}`, amount: eur(units), issuedOn, reason: 'returned' },
      accounting,
    ),
  );
const invoice = (orderId: string, payable: number, withheld?: object) =>
  done(
    api.working(
      api.call(
        `/invoices/inv-${orderId}`,
        {
          number: `inv-${orderId}`,
          issuedOn: api.clock.now.slice(0, 10),
          total: eur(1_220),
          payable: eur(payable),
          orders: [{ orderId, amount: eur(1_220) }],
          ...withheld,
        },
        { method: 'PUT', ...accounting },
      ),
    ),
  );
const bounce = (orderId: string) =>
  done(api.call(`/payments/p-${orderId}/reverse`, { reason: 'bounced' }, accounting));
const accrued = async (orderId: string, until = LATE): Promise<number> =>
  (await api.call(`/orders/${orderId}/interest?until=${until}`)).body.accrued.amount;
const order = async (orderId: string) => (await api.call(`/orders/${orderId}`)).body;
const entries = async (orderId: string) => (await api.call(`/orders/${orderId}/ledger`)).body.items;

describe('late interest, at 10.15 %,', () => {
  it('counts a credit note from its day of issue, even if everything was paid before it was entered', async () => {
    await place('after');
    await place('before');
    on(LATE);
    await pay('after');
    await credit('after', '2026-01-10');
    await credit('before', '2026-01-10');
    await pay('before', 1_000);
    // 10 days of 1,220.00 and 31 of 1,000.00
    expect(await accrued('before')).toBe(339 + 862);
    expect(await accrued('after')).toBe(339 + 862);
    expect(await accrued('after', '2026-03-31')).toBe(339 + 862);
  });

  it('accrues on what is left by a credit note that was issued before the due day', async () => {
    await place('early-note');
    on(LATE);
    await pay('early-note');
    await credit('early-note', '2025-12-20');
    // 41 days of 1,000.00
    expect(await accrued('early-note')).toBe(1_140);
  });

  it('is none on what was paid in time, even if a later credit note is entered before the payment', async () => {
    for (const [orderId, facts] of [
      ['in-time', [() => pay('in-time', 1_220, '2025-12-20'), () => credit('in-time', '2026-02-05')]],
      ['as-well', [() => credit('as-well', '2026-02-05'), () => pay('as-well', 1_220, '2025-12-20')]],
    ] as const) {
      on(PLACED);
      await place(orderId);
      on(LATE);
      for (const enter of facts) await enter();
      expect([orderId, await accrued(orderId, '2026-02-28')]).toEqual([orderId, 0]);
    }
  });

  it('counts a credit note over two instalments on the earliest due first', async () => {
    const terms = { termsCode: 'weekly', total: eur(1_000) };
    await place('two-after', terms);
    await place('two-before', terms);
    on(LATE);
    await pay('two-after', 1_000);
    await credit('two-after', '2026-01-10', 600);
    await credit('two-before', '2026-01-10', 600);
    await pay('two-before', 400);
    // 10 days of the first 500.00; of the second 3 days of 500.00 and 31 of 400.00
    expect(await accrued('two-before')).toBe(139 + 42 + 345);
    expect(await accrued('two-after')).toBe(139 + 42 + 345);
    expect(
      (await entries('two-after'))
        .filter(({ account }: { account: string }) => account === 'unapplied')
        .map(({ kind, instalment, amount, valueOn, cause }: Answer['body']) => [
          kind,
          instalment,
          amount.amount,
          valueOn,
          cause,
        ]),
    ).toEqual([
      ['credit_note', 1, 50_000, '2026-01-10', { kind: 'credit-note', id: 'cn-two-after' }],
      ['credit_note', 2, 10_000, '2026-01-10', { kind: 'credit-note', id: 'cn-two-after' }],
    ]);
  });

  it('never accrues on what an invoice lets the customer keep back, even if everything was paid before', async () => {
    for (const [orderId, withheld] of [
      ['split', {}],
      ['kept', { withheld: { kind: 'withholding' } }],
    ] as const) {
      await place(orderId);
      on(LATE);
      await pay(orderId);
      await invoice(orderId, 1_000, withheld);
      expect(await accrued(orderId)).toBe(1_140);
      on(PLACED);
    }
  });

  it('does not accrue on VAT that a credit note gives back under split payment, in whatever sequence they come', async () => {
    const acts = {
      invoice: (orderId: string) => invoice(orderId, 1_000),
      credit: (orderId: string) => credit(orderId, '2026-01-10', 122),
      pay: (orderId: string) => pay(orderId),
    };
    for (const sequence of [
      ['invoice', 'credit', 'pay'],
      ['credit', 'invoice', 'pay'],
      ['credit', 'pay', 'invoice'],
      ['invoice', 'pay', 'credit'],
      ['pay', 'invoice', 'credit'],
      ['pay', 'credit', 'invoice'],
    ] as const) {
      const orderId = sequence.join('-');
      on(PLACED);
      await place(orderId);
      on(LATE);
      for (const act of sequence) await acts[act](orderId);
      // 10 days of 1,000.00 and 31 of 900.00
      expect([orderId, await accrued(orderId)]).toEqual([orderId, 278 + 776]);
    }
  });

  it('has the same balance with an invoice before, between or after two credit notes: its share is rounded once', async () => {
    const note = (orderId: string, number: number) => {
      const body = { creditNoteId: `${orderId}-${number}`, amount: eur(20), reason: 'returned' };
      return done(api.ask(orderId, 'credit-notes', body, accounting));
    };
    for (const at of [0, 1, 2]) {
      const orderId = `third-${at}`;
      await place(orderId);
      for (const number of [0, 1, 2]) {
        if (number === at) await invoice(orderId, 1_000, { withheld: { kind: 'withholding' } });
        if (number < 2) await note(orderId, number);
      }
      // 1,220.00 less 40.00, of which 180/1,220 are kept back: 1,000.00 less 32.79
      expect((await order(orderId)).outstanding).toEqual(eur(967.21));
    }
  });

  it('is the same when the payment bounces: what was credited is no longer owed', async () => {
    await place('bounced');
    on(LATE);
    await pay('bounced');
    await credit('bounced', '2026-01-10');
    await bounce('bounced');
    expect(await order('bounced')).toMatchObject({ status: 'open', outstanding: eur(1_000) });
    expect(await accrued('bounced')).toBe(339 + 862);
    await place('bounced-parts', { termsCode: 'weekly', placedAt: `${PLACED}T10:00:00.000Z` });
    await pay('bounced-parts');
    await invoice('bounced-parts', 1_000);
    await bounce('bounced-parts');
    expect((await order('bounced-parts')).instalments).toMatchObject([
      { outstanding: eur(500) },
      { outstanding: eur(500) },
    ]);
  });

  it('is the same for an order that its costs keep open: what was credited is no longer owed', async () => {
    await place('costs', { termsCode: 'weekly', total: eur(100) });
    const held = await api.unapplied();
    await pay('costs', 50, PLACED);
    const other = { paymentId: 'costs-2', amount: eur(10), instalment: 2 };
    await done(api.ask('costs', 'payments', other, accounting));
    await done(api.call('/payments/costs-2/reverse', { reason: 'bounced', fee: eur(40) }, accounting));
    await credit('costs', PLACED, 80);
    expect(await order('costs')).toMatchObject({ status: 'open', outstanding: eur(40) });
    expect((await api.unapplied()) - held).toBe(eur(30).amount);
    await bounce('costs');
    expect(await order('costs')).toMatchObject({ status: 'open', outstanding: eur(60) });
    expect((await api.unapplied()) - held).toBe(0);
  });

  it('accrues on what is owed again because the credit was refunded before the payment bounced', async () => {
    await addCustomer(api.sql, 'spent');
    await place('spent', { customerId: 'spent' });
    on(LATE);
    await pay('spent');
    await credit('spent', '2026-01-10');
    const refund = { refundId: 'spent', amount: eur(220) };
    await done(api.call('/customers/spent/refunds', refund, accounting));
    await bounce('spent');
    expect(await order('spent')).toMatchObject({ outstanding: eur(1_220) });
    // 41 days of 1,220.00
    expect(await accrued('spent')).toBe(1_391);
  });

  it('begins after the later due date of an extension, on what a credit note left', async () => {
    await place('extended');
    await done(api.ask('extended', 'extend', { dueOn: '2026-01-15', reason: 'asked' }));
    on(LATE);
    await pay('extended');
    await credit('extended', '2026-01-10');
    // 26 days of 1,000.00
    expect(await accrued('extended')).toBe(723);
  });

  it('needs no audit trail: an insolvency that ended is left out without it', async () => {
    await addCustomer(api.sql, 'broke');
    await place('broke', { customerId: 'broke' });
    on('2026-01-10');
    await done(api.call('/customers/broke/insolvency', { reason: 'the court says so' }));
    on('2026-01-20');
    await done(api.call('/customers/broke/grant', { reason: 'it is over' }));
    on(LATE);
    await pay('broke');
    await credit('broke', '2026-01-25');
    await api.sql`truncate audit`;
    // 9 days of 1,220.00 before, 5 days of 1,220.00 and 16 of 1,000.00 after it
    expect(await accrued('broke')).toBe(305 + 170 + 445);
  });
});

describe('an early-payment discount', () => {
  const read = async (orderId: string) => {
    const { discount } = await order(orderId);
    const { items } = (await api.call('/orders?customerId=rossi')).body;
    expect(items.find((item: Answer['body']) => item.orderId === orderId).discount).toEqual(discount);
    return [discount.amount.amount, discount.payable.amount];
  };

  it('is shown as the amount that settles the order, after a credit note', async () => {
    expect((await place('less', { termsCode: 'early' })).discount.payable).toEqual(eur(1_195.6));
    await credit('less', PLACED);
    expect(await read('less')).toEqual([2_000, 98_000]);
    await pay('less', 980, PLACED);
    expect(await order('less')).toMatchObject({ status: 'settled' });
  });

  it('is a percentage of what is payable under split payment, but includes what is withheld', async () => {
    await place('less-split', { termsCode: 'early' });
    await invoice('less-split', 1_000);
    expect(await read('less-split')).toEqual([2_000, 98_000]);
    await pay('less-split', 980, PLACED);
    expect(await order('less-split')).toMatchObject({ status: 'settled' });
    await place('less-kept', { termsCode: 'early' });
    await invoice('less-kept', 1_020, { withheld: { kind: 'withholding' } });
    expect(await read('less-kept')).toEqual([2_440, 99_560]);
    await pay('less-kept', 995.6, PLACED);
    expect(await order('less-kept')).toMatchObject({ status: 'settled' });
  });

  it('is less if a credit note or split payment comes after it was earned: what was paid is given back, no more', async () => {
    const acts = {
      credit: (orderId: string) => credit(orderId, '2026-01-10'),
      invoice: (orderId: string) => invoice(orderId, 1_000),
    };
    for (const [orderId, lower] of Object.entries(acts)) {
      on(PLACED);
      await place(orderId, { termsCode: 'early' });
      on(LATE);
      const held = await api.unapplied();
      await pay(orderId, 1_195.6, '2025-12-08');
      await lower(orderId);
      // Of 1,000.00 the discount is 20.00
      expect(await order(orderId)).toMatchObject({ status: 'settled', outstanding: eur(0) });
      expect([orderId, (await api.unapplied()) - held]).toEqual([orderId, eur(215.6).amount]);
      expect(await accrued(orderId, '2026-02-28')).toBe(0);
      await bounce(orderId);
      expect(await order(orderId)).toMatchObject({ status: 'open', outstanding: eur(1_000) });
      expect((await api.unapplied()) - held).toBe(0);
    }
  });

  it('is the same in the answer to a repeated checkout', async () => {
    const request = { orderId: 'repeated', customerId: 'rossi', total: eur(1_220), termsCode: 'early' };
    await done(api.call('/orders', request).then((answer) => ({ ...answer, status: answer.status - 1 })));
    await credit('repeated', PLACED);
    const again = await api.call('/orders', request);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.discount).toMatchObject({ amount: eur(20), payable: eur(980) });
  });
});

describe('a return', () => {
  const returned = async (orderId: string) =>
    (await entries(orderId))
      .filter(({ kind }: { kind: string }) => kind === 'reversal' || kind === 'return_fee')
      .map(({ kind, valueOn, cause }: Answer['body']) => [kind, valueOn, cause]);

  it('has its own day, and so has its fee', async () => {
    on('2026-09-01');
    await place('returned');
    on('2026-09-10');
    await pay('returned', 1_220, '2026-09-10');
    on('2026-10-05');
    const body = { reason: 'no funds', fee: eur(8) };
    await done(api.call('/payments/p-returned/reverse', body, accounting));
    const cause = { kind: 'payment', id: 'p-returned' };
    expect(await returned('returned')).toEqual([
      ['reversal', '2026-10-05', cause],
      ['return_fee', '2026-10-05', cause],
    ]);
    const { lines } = (await api.call('/customers/rossi/statement?from=2026-10-05&to=2026-10-05')).body;
    expect(lines.map(({ kind, valueOn }: Answer['body']) => [kind, valueOn])).toEqual([
      ['reversal', '2026-10-05'],
      ['return_fee', '2026-10-05'],
    ]);
    // A reversed payment was never received: 4 days of 1,220.00 by then
    expect(await accrued('returned', '2026-10-05')).toBeGreaterThan(0);
  });

  it('of a collection has the bank’s day as its own', async () => {
    on('2026-09-01');
    await place('riba');
    const move = (state: string, fields: object) =>
      done(api.working(api.call('/orders/riba/instalments/1/collection', { state, ...fields }, accounting)));
    await move('presented', {});
    on('2026-10-05');
    await move('unpaid', { on: '2026-10-02', fee: eur(8) });
    const cause = (presentation: number) => ({ kind: 'collection', id: `riba/1/${presentation}` });
    expect(await returned('riba')).toEqual([['return_fee', '2026-10-02', cause(1)]]);
    await move('presented', {});
    await move('paid', { paymentId: 'p-riba', on: '2026-10-05', confirmed: true });
    on('2026-10-12');
    await move('unpaid', { on: '2026-10-09', fee: eur(8) });
    const payment = { kind: 'payment', id: 'p-riba' };
    expect(await returned('riba')).toEqual([
      ['return_fee', '2026-10-02', cause(1)],
      ['reversal', '2026-10-09', payment],
      ['reversal', '2026-10-09', payment],
      ['return_fee', '2026-10-09', payment],
    ]);
  });
});
