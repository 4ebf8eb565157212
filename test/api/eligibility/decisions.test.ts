import { describe, expect, it } from 'vitest';
import { eur } from '../../support/builders.ts';
import { addCustomer } from '../../support/merchant.ts';
import { storefront, useEligibility } from './use-eligibility.ts';

const { api, useRules, place, check, settle } = useEligibility();

describe('what Netterms has seen of a customer', () => {
  it('orders and turnover of a period count by their day of placement, without cancelled orders', async () => {
    await addCustomer(api.sql, 'buyer');
    await place('b-old', 'buyer', { placedAt: '2027-01-29T22:59:59Z' });
    await place('b-first', 'buyer', { placedAt: '2027-01-29T23:00:00Z' });
    await place('b-gone', 'buyer');
    await place('b-held', 'buyer', { confirm: 'later' });
    await api.ask('b-gone', 'cancel', { reason: 'changed their mind' }, storefront);
    await useRules(
      { rule: 'minOrders', orders: 2, withinDays: 30 },
      { rule: 'minTurnover', turnover: eur(20), withinDays: 31 },
    );
    expect(await check('minOrders', 'buyer')).toMatchObject({ passed: false, actual: '1' });
    expect(await check('minTurnover', 'buyer')).toMatchObject({ passed: true, actual: '20.00 EUR' });
    await addCustomer(api.sql, 'buys-nothing');
    expect(await check('minOrders', 'buys-nothing')).toMatchObject({ passed: false, actual: '0' });
  });

  it('a debt past due refuses the next order from its day on, a residue of cents does not', async () => {
    await addCustomer(api.sql, 'debtor');
    await place('d-1', 'debtor', { total: eur(100) });
    await useRules({ rule: 'maxDaysPastDue', days: 2, tolerance: eur(1) });
    // Due on 2027-03-31, when Italy's clocks have already changed.
    api.clock.now = '2027-04-02T21:59:59.000Z';
    expect(await check('maxDaysPastDue', 'debtor')).toMatchObject({ passed: true, actual: '0.00 EUR' });
    api.clock.now = '2027-04-02T22:00:00.000Z';
    expect(await check('maxDaysPastDue', 'debtor')).toMatchObject({
      passed: false,
      actual: '100.00 EUR',
      message: '100.00 EUR is more than 2 days past due, the oldest by 3 days.',
    });
    const refused = await place('d-2', 'debtor');
    expect(refused).toMatchObject({ status: 422, body: { code: 'not-eligible' } });
    await api.ask('d-1', 'payments', { paymentId: 'd-almost', amount: eur(99.5) });
    expect(await check('maxDaysPastDue', 'debtor')).toMatchObject({ passed: true, actual: '0.50 EUR' });
    expect((await place('d-2', 'debtor')).status).toBe(201);
  });

  it('days late are counted on average, to the day on which the money was received', async () => {
    await addCustomer(api.sql, 'slow');
    for (const id of ['s-early', 's-late', 's-open', 's-bounced', 's-credited']) await place(id, 'slow');
    const note = { creditNoteId: 'cn-slow', amount: eur(10), reason: 'returned' };
    await api.ask('s-credited', 'credit-notes', note);
    await settle('s-early', '2027-03-10T10:00:00.000Z');
    api.clock.now = '2027-04-30T10:00:00.000Z';
    await api.ask('s-late', 'payments', { paymentId: 'p-late', amount: eur(10), receivedOn: '2027-04-04' });
    await api.ask('s-bounced', 'payments', {
      paymentId: 'p-back',
      amount: eur(10),
      receivedOn: '2027-04-30',
    });
    api.clock.now = '2027-04-10T10:00:00.000Z';
    await useRules({ rule: 'maxAverageDaysLate', days: 3 });
    // 0 + 4 + 10 (still open) + 30; what was credited is not paid by anybody
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({
      passed: false,
      actual: '11 days over 4 instalments',
    });
    const reversed = await api.call('/payments/p-back/reverse', { reason: 'bounced' });
    expect(reversed.status).toBe(200);
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({ actual: '6 days over 4 instalments' });
    await api.ask('s-bounced', 'payments', {
      paymentId: 'p-good',
      amount: eur(10),
      receivedOn: '2027-04-02',
    });
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({ actual: '4 days over 4 instalments' });
    await useRules({ rule: 'maxAverageDaysLate', days: 3, withinDays: 9 });
    expect(await check('maxAverageDaysLate', 'slow')).toMatchObject({ passed: true, actual: 'none' });
  });

  it('of 50 orders at once only as many are accepted as may be open, and a settled one makes room', async () => {
    await addCustomer(api.sql, 'crowd');
    await useRules({ rule: 'maxOpenOrders', orders: 7 }, { rule: 'minOrders', orders: 1 });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => place(`c-${n}`, 'crowd')));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(7);
    expect(answers.filter(({ body }) => body.code === 'not-eligible')).toHaveLength(43);
    expect((await place('c-more', 'crowd', { confirm: 'later' })).status).toBe(422);
    await settle(accepted[0]!.body.orderId, api.clock.now);
    expect((await place('c-more', 'crowd', { confirm: 'later' })).status).toBe(201);
    expect((await place('c-last', 'crowd')).status).toBe(422);
  });

  it('of 50 orders at once exactly those within the turnover of an insured limit are accepted', async () => {
    const external = { insuredLimit: { amount: eur(105), validUntil: '2027-03-01' } };
    await addCustomer(api.sql, 'insured', { external });
    await useRules({ rule: 'insuredLimit' });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => place(`i-${n}`, 'insured')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    api.clock.now = '2027-03-01T23:00:00.000Z';
    expect(await check('insuredLimit', 'insured')).toMatchObject({
      passed: false,
      message: 'The insured limit expired on 2027-03-01.',
    });
  });
});

describe('what the store says', () => {
  const facts = { name: 'Neri', email: 'conti@neri.example', locale: 'it', country: 'IT' };
  const put = (id: string, fields: object) =>
    api.call(`/customers/${id}`, { ...facts, ...fields }, { ...storefront, method: 'PUT' });

  it('about the first day and credit scores is kept, used by the rules, and removed when it is left out', async () => {
    const external = {
      creditScore: { value: 61, validUntil: '2027-12-31' },
      insuredLimit: { amount: eur(500), validUntil: '2027-06-30' },
    };
    expect(await put('neri', { since: '2026-03-01', external })).toMatchObject({
      status: 201,
      body: { since: '2026-03-01', external },
    });
    await useRules({ rule: 'accountAge', days: 365 }, { rule: 'creditScore', min: 60 });
    expect((await place('n-1', 'neri')).status).toBe(201);
    expect((await put('neri', {})).body).toMatchObject({ since: null, external: {} });
    expect(await check('creditScore', 'neri')).toMatchObject({ passed: false, actual: 'none' });
    expect(await check('accountAge', 'neri')).toMatchObject({
      passed: false,
      actual: '0 days, since 2027-03-01',
    });
  });

  it.each([
    ['BE', 'BE1001686633', true, 'BE1001686633'],
    ['CY', 'CY60001744K', true, 'CY60001744K'],
    ['SM', 'SM 24165', true, 'SM24165'],
    ['IT', 'P.IVA 023\u200b31250163', true, 'IT02331250163'],
    ['BE', 'BE (0)468.561.072', true, 'BE0468561072'],
    ['FR', 'FRXX999999999', false, 'FRXX999999999'],
  ])('in %s with the VAT number %j is accepted: %s', async (country, vatNumber, accepted, actual) => {
    await useRules({ rule: 'vatNumber' });
    await put('vat', { country, vatNumber });
    expect(await check('vatNumber', 'vat')).toMatchObject({ passed: accepted, actual });
    expect((await place(`vat-${actual}`, 'vat')).status).toBe(accepted ? 201 : 422);
  });

  it.each([
    [{ since: '2027-02-30' }, '/since'],
    [{ external: { creditScore: { value: 61 } } }, '/external/creditScore/validUntil'],
    [{ external: { creditScore: { value: 1.5, validUntil: '2027-01-01' } } }, '/external/creditScore/value'],
    [{ external: { mood: 1 } }, '/external/mood'],
  ])('with %j is refused at %s', async (fields, pointer) => {
    expect(await put('neri', fields)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('about the categories decides, and belongs to the request', async () => {
    await useRules({ rule: 'categories', noneOf: ['gift-cards'] }, { rule: 'maxAmount', amount: eur(50) });
    expect((await place('k-1', 'rossi', { categories: ['tools', 'gift-cards'] })).status).toBe(422);
    expect((await place('k-1', 'rossi', { categories: ['tools'], total: eur(51) })).status).toBe(422);
    expect((await place('k-1', 'rossi', { categories: ['tools'] })).status).toBe(201);
    expect((await place('k-1', 'rossi', { categories: ['paint'] })).body.code).toBe('conflict');
    expect(await check('categories', 'rossi', '&categories=tools,gift-cards')).toMatchObject({
      passed: false,
      actual: 'tools, gift-cards',
    });
    const broken = await api.call('/customers/rossi/eligibility?amount=1&currency=EUR&categories=a,,b');
    expect(broken.body.code).toBe('validation');
  });
});

describe('an admin sees', () => {
  it('why customers were refused, page by page', async () => {
    await useRules({ rule: 'country', anyOf: ['DE'] });
    await addCustomer(api.sql, 'refused');
    api.clock.now = '2027-07-01T10:00:00.000Z';
    for (const id of ['r-1', 'r-2', 'r-3']) await place(id, 'refused');
    await place('r-other', 'rossi');
    const { body } = await api.call('/declines?customerId=refused&limit=2', undefined, { as: 'read' });
    expect(body.items).toMatchObject([
      { orderId: 'r-3', customerId: 'refused', total: eur(10), declinedAt: api.clock.now },
      { orderId: 'r-2' },
    ]);
    expect(body.items[0].checks[1]).toMatchObject({ rule: 'country', actual: 'IT', required: 'DE' });
    const rest = await api.call(`/declines?customerId=refused&limit=2&cursor=${body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ orderId: 'r-1' }], nextCursor: null });
    expect((await api.call('/declines?limit=1')).body.items[0].orderId).toBe('r-other');
    expect((await api.call('/declines', undefined, storefront)).status).toBe(403);
  });

  it('the same VAT number on a second customer, however it is written; the store does not', async () => {
    const ids = ['vat-a', 'vat-b', 'vat-c'];
    await addCustomer(api.sql, 'vat-a', { vatNumber: 'DE 136695976', country: 'DE' });
    await addCustomer(api.sql, 'vat-b', { vatNumber: '136.695-976', country: 'DE' });
    await addCustomer(api.sql, 'vat-c', { vatNumber: '136695976', country: 'FR' });
    const views = await Promise.all(ids.map((id) => api.call(`/customers/${id}`)));
    expect(views.map(({ body }) => body.sameVatNumber)).toEqual([['vat-b'], ['vat-a'], []]);
    const seen = (await api.call('/customers/vat-a', undefined, storefront)).body;
    for (const name of ['sameVatNumber', 'privilege', 'credit', 'terms', 'ruleSet'])
      expect(seen).not.toHaveProperty(name);
  });
});
