import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileBalances } from '../../src/modules/overview/reconcile-balances.ts';
import { eur, settings } from '../support/builders.ts';
import { useApi } from './harness.ts';

const api = useApi();
beforeEach(() => {
  api.clock.now = '2027-01-30T09:00:00.000Z';
});
afterEach(async () => {
  expect(await reconcileBalances(api.sql)).toEqual([]);
});

const total = eur(1220);
const net = (days: number) => ({ kind: 'net', days });
const facts = { name: 'Verdi', email: 'verdi@verdi.example', locale: 'it-IT', country: 'IT' };

const replace = async (path: string, name: string, content: unknown) => {
  const { version } = (await api.call(path)).body;
  return api.call(path, { baseVersion: version, [name]: content }, { method: 'PUT' });
};
const offerTerms = (terms: object[]) =>
  replace('/policies/terms', 'policy', {
    terms: terms.map((given, index) => ({ code: `t${index}`, label: `T${index}`, ...given })),
    defaultCode: 't0',
  });
const preview = (terms: object, fields: object = {}) =>
  api.call('/terms/preview', { terms, placedOn: '2027-01-30', total, ...fields }, { as: 'read' });
const customer = (id: string, fields: object = {}) =>
  api.call(`/customers/${id}`, { ...facts, ...fields }, { method: 'PUT' });
const withCredit = async (id: string, fields: object = {}) => {
  await customer(id, fields);
  await api.call(`/customers/${id}/grant`, { reason: 'test' });
};

const deposit = {
  kind: 'instalments',
  lines: [
    { percent: '30', terms: net(0) },
    { amount: eur(200), terms: { kind: 'dayOfMonth', day: 10, months: 1 } },
    { remainder: true, terms: net(60) },
  ],
};
const endOfMonth = (convention: string, more: object = {}) => ({
  kind: 'endOfMonth',
  days: 30,
  convention,
  ...more,
});

describe('terms', () => {
  it.each([
    [net(30), [['2027-03-01', 1220]]],
    [{ kind: 'months', months: 1 }, [['2027-02-28', 1220]]],
    [endOfMonth('daysThenMonthEnd'), [['2027-03-31', 1220]]],
    [endOfMonth('monthsThenMonthEnd'), [['2027-02-28', 1220]]],
    [endOfMonth('monthEndThenDays'), [['2027-03-02', 1220]]],
    [endOfMonth('monthsThenMonthEnd', { plusDays: 10 }), [['2027-03-10', 1220]]],
    [endOfMonth('monthsThenMonthEnd', { nonBusinessDays: 'next' }), [['2027-03-01', 1220]]],
    [{ kind: 'dayOfMonth', day: 10, months: 1 }, [['2027-02-10', 1220]]],
    [{ kind: 'fixed', on: '2027-06-30' }, [['2027-06-30', 1220]]],
    [
      deposit,
      [
        ['2027-01-30', 366],
        ['2027-02-10', 200],
        ['2027-03-31', 654],
      ],
    ],
  ])('%j are the same in a preview, an offer and an order', async (terms, expected) => {
    const instalments = expected.map(([dueOn, amount]) => ({ dueOn, amount: eur(amount as number) }));
    expect((await preview(terms)).body.instalments).toEqual(instalments);

    expect((await offerTerms([terms])).status).toBe(200);
    expect((await api.call('/policies/terms')).body.policy.terms).toEqual([
      { code: 't0', label: 'T0', ...terms },
    ]);
    const query = '/customers/rossi/eligibility?amount=122000&currency=EUR';
    expect((await api.call(query, undefined, { as: 'storefront' })).body.offers).toEqual([
      { termsCode: 't0', label: 'T0', instalments },
    ]);

    await withCredit('same');
    await api.call('/customers/same/credit', { limit: eur(1_000_000) }, { method: 'PUT' });
    const orderId = `same-${(await api.sql`select count(*)::int as n from orders`)[0]!.n}`;
    const placed = await api.call('/orders', { orderId, customerId: 'same', total });
    expect(placed).toMatchObject({ status: 201, body: { instalments, terms, discount: null } });
    const read = (await api.call(`/orders/${orderId}`)).body;
    expect(read).toEqual(placed.body);
  });

  it('show an early-payment discount in a preview, an offer and the order; nothing of it is booked', async () => {
    const terms = { ...net(30), discount: { percent: '2', withinDays: 10 } };
    const discount = { percent: '2', until: '2027-02-09', amount: eur(24.4), payable: eur(1195.6) };
    expect((await preview(terms)).body.discount).toEqual(discount);
    await offerTerms([terms]);
    const { offers } = (await api.call('/customers/rossi/eligibility?amount=122000&currency=EUR')).body;
    expect(offers[0].discount).toEqual(discount);
    const { body } = await api.call('/orders', { orderId: 'early', customerId: 'rossi', total });
    expect(body).toMatchObject({ discount, outstanding: total });
    expect((await api.call('/orders/early')).body.discount).toEqual(discount);
  });

  it('warn of each due date more than 60 days away', async () => {
    const long = endOfMonth('monthsThenMonthEnd', { days: 60 });
    const { body } = await preview(long, { placedOn: '2026-07-01' });
    expect(body.warnings).toEqual([expect.stringMatching(/91 days.*2011\/7\/EU, art\. 3/)]);
    const lines = [
      { percent: '50', terms: net(60) },
      { remainder: true, terms: net(61) },
    ];
    expect((await preview({ kind: 'instalments', lines })).body.warnings).toEqual([
      expect.stringMatching(/^Instalment 2 .*61 days/),
    ]);
  });

  it('that do not fit an order are not offered for it, and are refused at the checkout', async () => {
    const upfront = {
      kind: 'instalments',
      lines: [
        { amount: eur(500), terms: net(0) },
        { remainder: true, terms: net(30) },
      ],
    };
    await offerTerms([upfront, { kind: 'fixed', on: '2027-01-29' }, net(30)]);
    const { offers } = (await api.call('/customers/rossi/eligibility?amount=49999&currency=EUR')).body;
    expect(offers.map(({ termsCode }: { termsCode: string }) => termsCode)).toEqual(['t2']);
    for (const termsCode of ['t0', 't1']) {
      const order = { orderId: 'unfit', customerId: 'rossi', total: eur(499.99), termsCode };
      expect(await api.call('/orders', order)).toMatchObject({
        status: 422,
        body: { code: 'terms-not-applicable', detail: expect.stringMatching(/500\.00 EUR|2027-01-29/) },
      });
    }
    expect(await preview(upfront, { total: eur(499.99) })).toMatchObject({
      status: 422,
      body: { code: 'terms-not-applicable' },
    });
    expect((await api.call('/orders/unfit')).status).toBe(404);
    const exact = await preview(upfront, { total: eur(500) });
    expect(exact.body.instalments).toEqual([{ dueOn: '2027-01-30', amount: eur(500) }]);
  });
});

describe('a customer’s closed months', () => {
  const closedMonths = [{ month: 8, moveToDay: 10 }];

  it('move what would be due in them, in previews, offers, reminders and orders', async () => {
    await withCredit('august', { closedMonths });
    expect((await api.call('/customers/august')).body.closedMonths).toEqual(closedMonths);
    api.clock.now = '2027-07-15T09:00:00.000Z';
    const on = { placedOn: '2027-07-15' };
    expect((await preview(net(30), on)).body.instalments[0].dueOn).toBe('2027-08-14');
    expect((await preview(net(30), { ...on, customerId: 'august' })).body.instalments[0].dueOn).toBe(
      '2027-09-10',
    );
    await offerTerms([net(30)]);
    const { offers } = (await api.call('/customers/august/eligibility?amount=122000&currency=EUR')).body;
    expect(offers[0].instalments[0].dueOn).toBe('2027-09-10');
    const { body } = await api.call('/orders', { orderId: 'august', customerId: 'august', total });
    expect(body.instalments[0]).toMatchObject({ dueOn: '2027-09-10', dueAt: '2027-09-10T22:00:00.000Z' });
    const { steps } = (
      await api.call('/policies/dunning/preview', { terms: net(30), ...on, total, customerId: 'august' })
    ).body;
    expect(steps[0]).toMatchObject({ key: '1/-P3D', at: body.nextStep.at });
  });

  it('are removed if the store leaves them out', async () => {
    await customer('december', { closedMonths: [{ month: 12, moveToDay: 31 }] });
    expect((await customer('december')).body.closedMonths).toEqual([]);
  });

  it.each([
    [[{ month: 13, moveToDay: 1 }], '/closedMonths/0/month'],
    [[{ month: 0, moveToDay: 1 }], '/closedMonths/0/month'],
    [[{ month: 8, moveToDay: 32 }], '/closedMonths/0/moveToDay'],
    [[{ month: 8 }], '/closedMonths/0/moveToDay'],
    [[...closedMonths, ...closedMonths], '/closedMonths'],
    [Array.from({ length: 12 }, (_, n) => ({ month: n + 1, moveToDay: 1 })), '/closedMonths'],
  ])('%j are refused at %s', async (given, pointer) => {
    expect(await customer('never', { closedMonths: given })).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer }] },
    });
  });
});

describe('a customer’s closures of days', () => {
  it('move what would be due in them, and are removed if the store leaves them out', async () => {
    const closures = [
      { from: '08-09', to: '08-27' },
      { from: '2027-12-23', to: '2028-01-07' },
    ];
    expect((await customer('closed', { closures })).body.closures).toEqual(closures);
    const dueOf = async (placedOn: string) =>
      (await preview(net(30), { placedOn, customerId: 'closed' })).body.instalments[0].dueOn;
    expect(await dueOf('2027-07-15')).toBe('2027-08-28'); // 14 August
    expect(await dueOf('2027-12-01')).toBe('2028-01-08'); // 31 December
    expect(await dueOf('2028-12-01')).toBe('2028-12-31'); // another year
    expect((await customer('closed')).body.closures).toEqual([]);
  });

  it.each([
    [[{ from: '08-09' }], '/closures/0/to'],
    [[{ from: '13-09', to: '12-01' }], '/closures/0/from'],
    [[{ from: '08-09', to: '2027-08-27' }], '/closures/0/to'],
    [[{ from: '2027-08-27', to: '2027-08-09' }], '/closures/0/to'],
    [[{ from: '01-02', to: '12-31' }], '/closures'],
    [Array.from({ length: 21 }, () => ({ from: '08-09', to: '08-27' })), '/closures'],
  ])('%j are refused at %s', async (closures, pointer) => {
    expect(await customer('never', { closures })).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer }] },
    });
  });
});

describe('payment days and a cut-off day', () => {
  const on10or25 = { ...net(30), paymentDays: [10, 25] };
  const afterThe25th = endOfMonth('monthsThenMonthEnd', { cutOffDay: 25, paymentDays: [15] });

  it('are the same in previews, offers, reminders and orders', async () => {
    await withCredit('monthly', {});
    api.clock.now = '2027-07-27T09:00:00.000Z';
    const on = { placedOn: '2027-07-27', customerId: 'monthly' };
    for (const [terms, dueOn] of [
      [on10or25, '2027-09-10'], // 26 August
      [afterThe25th, '2027-10-15'],
      [
        { kind: 'instalments', paymentDays: [10], lines: [{ remainder: true, terms: net(30) }] },
        '2027-09-10',
      ],
    ] as const) {
      expect((await preview(terms, on)).body.instalments[0].dueOn, JSON.stringify(terms)).toBe(dueOn);
      await offerTerms([terms]);
      const { offers } = (await api.call('/customers/monthly/eligibility?amount=100&currency=EUR')).body;
      expect(offers[0].instalments[0].dueOn).toBe(dueOn);
      const orderId = `monthly-${terms.kind}`;
      const { body } = await api.call('/orders', { orderId, customerId: 'monthly', total: eur(1) });
      expect(body.instalments[0].dueOn).toBe(dueOn);
      const asked = { terms, ...on, total: eur(1) };
      expect((await api.call('/policies/dunning/preview', asked)).body.steps[0].at).toBe(body.nextStep.at);
    }
  });
});

describe('the merchant’s holidays', () => {
  const due = async (on: string, nonBusinessDays?: string) =>
    (await preview({ kind: 'fixed', on, nonBusinessDays })).body.instalments[0].dueOn;

  it('move a due date if the terms say so, by country, region and Saturdays', async () => {
    expect(await due('2027-10-04', 'next')).toBe('2027-10-05');
    expect(await due('2027-10-04', 'keep')).toBe('2027-10-04');
    expect(await due('2027-10-04')).toBe('2027-10-04');
    expect(await due('2027-05-01', 'next')).toBe('2027-05-03');
    expect(await due('2027-05-08', 'next')).toBe('2027-05-08'); // a Saturday
    await replace('/settings', 'settings', { ...settings, region: '32', saturdays: 'closed' });
    expect(await due('2027-05-08', 'next')).toBe('2027-05-10');
    expect(await due('2027-05-17', 'next')).toBe('2027-05-18'); // Whit Monday, in Alto Adige only
    await replace('/settings', 'settings', settings);
    expect(await due('2027-05-17', 'next')).toBe('2027-05-17');
  });

  it('belong to a region that exists in the country', async () => {
    for (const wrong of [{ region: 'BY' }, { country: 'FR', region: '32' }, { region: 'constructor' }])
      expect(await replace('/settings', 'settings', { ...settings, ...wrong })).toMatchObject({
        status: 422,
        body: { code: 'validation', errors: [{ pointer: '/settings/region' }] },
      });
    expect(await replace('/settings', 'settings', { ...settings, saturdays: 'maybe' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/settings/saturdays' }] },
    });
  });
});

describe('terms that contradict themselves', () => {
  const half = { percent: '50', terms: net(0) };
  const rest = { remainder: true, terms: net(30) };
  const lines = (...given: object[]) => ({ kind: 'instalments', lines: given });
  it.each([
    [net(-1), '/days'],
    [net(1.5), '/days'],
    [net(731), '/days'],
    [{ kind: 'months', months: 0 }, '/months'],
    [endOfMonth('monthsThenMonthEnd', { days: 45 }), '/days'],
    [endOfMonth('thirtyFirst'), '/convention'],
    [{ kind: 'endOfMonth', days: 30 }, '/convention'],
    [endOfMonth('daysThenMonthEnd', { plusDays: -1 }), '/plusDays'],
    [{ ...net(30), paymentDays: [] }, '/paymentDays'],
    [{ ...net(30), paymentDays: [10, 10] }, '/paymentDays'],
    [{ ...net(30), paymentDays: [0] }, '/paymentDays/0'],
    [{ ...net(30), paymentDays: [32] }, '/paymentDays/0'],
    [{ ...net(30), cutOffDay: 25 }, '/cutOffDay'],
    [endOfMonth('daysThenMonthEnd', { cutOffDay: 32 }), '/cutOffDay'],
    [{ kind: 'fixed', on: '2027-12-31', paymentDays: [10] }, '/paymentDays'],
    [{ kind: 'dayOfMonth', day: 32, months: 1 }, '/day'],
    [{ kind: 'dayOfMonth', day: 0, months: 1 }, '/day'],
    [{ kind: 'dayOfMonth', day: 10, months: -1 }, '/months'],
    [{ kind: 'fixed', on: '2027-02-30' }, '/on'],
    [{ kind: 'fixed', on: '9999-12-31' }, '/on'],
    [{ ...net(30), nonBusinessDays: 'previous' }, '/nonBusinessDays'],
    [{ ...net(30), from: 'delivered' }, '/from'],
    [{ ...net(30), discount: { percent: '101', withinDays: 10 } }, '/discount/percent'],
    [{ ...net(30), discount: { percent: '0', withinDays: 10 } }, '/discount/percent'],
    [{ ...net(30), discount: { percent: 2, withinDays: 10 } }, '/discount/percent'],
    [{ ...net(10), discount: { percent: '2', withinDays: 30 } }, '/discount/withinDays'],
    [lines(), '/lines'],
    [lines(half), '/lines'],
    [lines(rest, rest), '/lines'],
    [lines(half, half, rest), '/lines'],
    [lines({ percent: '101', terms: net(0) }, rest), '/lines/0/percent'],
    [lines({ percent: '-1', terms: net(0) }, rest), '/lines/0/percent'],
    [lines({ percent: '1e1', terms: net(0) }, rest), '/lines/0/percent'],
    [lines({ percent: '33.33333', terms: net(0) }, rest), '/lines/0/percent'],
    [lines({ amount: eur(0), terms: net(0) }, rest), '/lines/0/amount/amount'],
    [lines({ ...half, amount: eur(1) }, rest), '/lines/0'],
    [lines({ terms: net(0) }, rest), '/lines/0'],
    [lines({ remainder: false, terms: net(0) }, rest), '/lines/0/remainder'],
    [lines({ percent: '50' }, rest), '/lines/0/terms'],
    [lines({ percent: '50', terms: lines(rest) }, rest), '/lines/0/terms/kind'],
    [lines({ percent: '50', terms: { ...net(0), discount: {} } }, rest), '/lines/0/terms/discount'],
  ])('%j are refused at %s, as a policy and in a preview', async (terms, pointer) => {
    const previewed = await preview(terms);
    expect(previewed).toMatchObject({ status: 422, body: { code: 'validation' } });
    const pointers = (body: { errors: { pointer: string }[] }) => body.errors.map((error) => error.pointer);
    expect(pointers(previewed.body)).toContain(`/terms${pointer}`);
    const offered = await offerTerms([terms]);
    expect(offered.status).toBe(422);
    expect(pointers(offered.body)).toContain(`/policy/terms/0${pointer}`);
  });

  it('are explained in words', async () => {
    const detail = async (terms: object) => (await preview(terms)).body.errors[0].detail;
    expect(await detail(lines(half))).toBe('Give `remainder` on exactly one line.');
    expect(await detail(lines(half, half, rest))).toMatch(/sum to less than 100/);
    expect(await detail(lines({ percent: '50', terms: lines(rest) }, rest))).toMatch(
      /^A line has one due date/,
    );
    expect(await detail(endOfMonth('monthsThenMonthEnd', { days: 45 }))).toMatch(/a multiple of 30/);
  });
});

describe('an order in instalments', () => {
  it('is paid in parts over them, late by the earliest unpaid one, and settled by the last', async () => {
    await offerTerms([deposit]);
    const { body } = await api.call('/orders', { orderId: 'parts', customerId: 'rossi', total });
    expect(body.instalments.map(({ outstanding }: { outstanding: object }) => outstanding)).toEqual([
      eur(366),
      eur(200),
      eur(654),
    ]);
    const pay = (paymentId: string, amount: number) =>
      api.ask('parts', 'payments', { paymentId, amount: eur(amount) });
    const left = async () => {
      const order = (await api.call('/orders/parts')).body;
      const parts = order.instalments.map(
        (line: { outstanding: { amount: number } }) => line.outstanding.amount / 100,
      );
      return [order.status, order.overdue, order.daysLate, ...parts];
    };
    expect(await left()).toEqual(['open', false, 0, 366, 200, 654]);
    api.clock.now = '2027-02-02T09:00:00.000Z';
    expect(await left()).toEqual(['open', true, 3, 366, 200, 654]);

    await pay('parts-1', 400);
    expect(await left()).toEqual(['open', false, 0, 0, 166, 654]);
    const { items } = (await api.call('/orders/parts/ledger')).body;
    expect(items.filter(({ kind }: { kind: string }) => kind === 'payment')).toMatchObject([
      { instalment: 1, amount: eur(-366) },
      { instalment: 2, amount: eur(-34) },
    ]);
    const timeline = (await api.call('/orders/parts/timeline')).body.items;
    const planned = timeline.filter(({ future }: { future: boolean }) => future);
    expect(
      new Set(planned.map((event: { detail: { instalment: number } }) => event.detail.instalment)),
    ).toEqual(new Set([2, 3]));

    api.clock.now = '2027-02-11T09:00:00.000Z';
    expect(await left()).toEqual(['open', true, 1, 0, 166, 654]);
    await pay('parts-2', 820);
    expect(await left()).toEqual(['settled', false, 0, 0, 0, 0]);
  });

  it('has an instalment open again when the payment on it bounces', async () => {
    await offerTerms([deposit]);
    await api.call('/orders', { orderId: 'bounced', customerId: 'rossi', total });
    await api.ask('bounced', 'payments', { paymentId: 'b1', amount: eur(500) });
    expect((await api.call('/payments/b1/reverse', { reason: 'returned' })).status).toBe(200);
    const { instalments } = (await api.call('/orders/bounced')).body;
    expect(instalments.map((line: { outstanding: object }) => line.outstanding)).toEqual([
      eur(366),
      eur(200),
      eur(654),
    ]);
  });

  it('is cancelled as a whole: what was received becomes credit', async () => {
    await offerTerms([deposit]);
    const before = (await api.call('/customers/rossi')).body.credit.unapplied.amount;
    await api.call('/orders', { orderId: 'off', customerId: 'rossi', total });
    await api.ask('off', 'payments', { paymentId: 'off-1', amount: eur(500) });
    await api.ask('off', 'cancel', { reason: 'no stock' });
    expect((await api.call('/orders/off')).body.status).toBe('cancelled');
    const { unapplied } = (await api.call('/customers/rossi')).body.credit;
    expect(unapplied.amount - before).toBe(50_000);
  });
});
