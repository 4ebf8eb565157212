import { describe, expect, it } from 'vitest';
import { dunning, eur } from '../../support/builders.ts';
import { addCustomer } from '../../support/merchant.ts';
import { useEligibility } from './use-eligibility.ts';

const { api, use, place } = useEligibility();

describe('rule sets', () => {
  const sets = [
    {
      name: 'wholesale',
      when: [{ rule: 'groups', anyOf: ['wholesale'] }],
      rules: [{ rule: 'vatNumber' }],
      creditLimit: eur(10_000),
      terms: ['net60'],
      dunning: 'demo',
    },
    { name: 'others', rules: [{ rule: 'minOrders', orders: 3 }], creditLimit: eur(1_000) },
  ];

  it('give the customer terms, limit and reminders; a simple policy is one set for all', async () => {
    await addCustomer(api.sql, 'big', { groups: ['wholesale'] });
    await addCustomer(api.sql, 'small');
    const { body: written } = await use({ sets });
    expect(written.policy.sets).toEqual([
      { ...sets[0], tolerance: eur(0) },
      { ...sets[1], when: [], tolerance: eur(0) },
    ]);
    expect((await api.call('/customers/big')).body).toMatchObject({
      ruleSet: 'wholesale',
      terms: { own: null, codes: ['net60'] },
      credit: { limit: eur(10_000), ownLimit: null, raise: null },
    });
    expect((await api.call('/customers/small')).body).toMatchObject({
      ruleSet: 'others',
      terms: { codes: ['net30', 'net60', 'deposit', 'weekly', 'demo'] },
      credit: { limit: eur(1_000) },
    });
    const { body: may } = await api.call('/customers/big/eligibility?amount=100000&currency=EUR');
    expect(may.offers.map(({ termsCode }: { termsCode: string }) => termsCode)).toEqual(['net60']);
    const usual = await place('big-1', 'big');
    expect(usual.body).toMatchObject({ terms: { code: 'net60' }, instalments: [{ dueOn: '2027-04-30' }] });
    // The plan "demo" of the dunning policy, not the plan of net60.
    expect(usual.body.nextStep).toMatchObject({ key: '1/-PT40S', at: '2027-04-30T21:59:20.000Z' });
    const asked = { termsCode: 'net60', placedOn: '2027-03-01', total: eur(10), customerId: 'big' };
    const preview = await api.call('/policies/dunning/preview', asked);
    expect(preview.body.steps[0]).toMatchObject({ key: '1/-PT40S', at: '2027-04-30T21:59:20.000Z' });
    const other = await place('big-2', 'big', { termsCode: 'net30' });
    expect(other).toMatchObject({ status: 422, body: { code: 'not-eligible' } });
    expect((await place('small-1', 'small', { termsCode: 'net30' })).status).toBe(201);
    expect((await place('small-2', 'small', { total: eur(991) })).status).toBe(422);
  });

  it('give way to the customer’s own terms', async () => {
    await use({ sets });
    await addCustomer(api.sql, 'special', { groups: ['wholesale'] });
    const give = (terms: string[] | null) =>
      api.call('/customers/special/terms', { terms, reason: 'agreed' }, { method: 'PUT' });
    expect((await give(['net30', 'demo'])).body.terms).toEqual({
      own: ['net30', 'demo'],
      codes: ['net30', 'demo'],
    });
    expect((await place('sp-1', 'special')).body.terms.code).toBe('net30');
    expect((await place('sp-2', 'special', { termsCode: 'net60' })).status).toBe(422);
    expect((await give(['net30', 'net90'])).body).toMatchObject({
      code: 'validation',
      errors: [{ pointer: '/terms/1' }],
    });
    expect((await give([])).status).toBe(422);
    expect((await give(null)).body.terms).toEqual({ own: null, codes: ['net60'] });
  });

  it.each<[object, string]>([
    [{ sets, rules: [] }, '/policy/rules'],
    [{ sets: [] }, '/policy/sets'],
    [{ sets: [{ ...sets[1] }, { ...sets[0] }] }, '/policy/sets/1'],
    [{ sets: [sets[0], { ...sets[1], name: 'wholesale' }] }, '/policy/sets/1/name'],
    [{ sets: [{ ...sets[0], terms: ['net60', 'net90'] }] }, '/policy/sets/0/terms/1'],
    [{ sets: [{ ...sets[0], terms: ['net60', 'net60'] }] }, '/policy/sets/0/terms'],
    [{ sets: [{ ...sets[0], dunning: 'strict' }] }, '/policy/sets/0/dunning'],
    [{ sets: [{ ...sets[0], when: [{ rule: 'maxAmount', amount: eur(1) }] }] }, '/policy/sets/0/when/0/rule'],
    [
      { sets: [{ ...sets[0], tolerance: { amount: 1, currency: 'USD' } }] },
      '/policy/sets/0/tolerance/currency',
    ],
    [{ rules: [{ rule: 'categories' }], creditLimit: eur(1) }, '/policy/rules/0'],
    [
      { rules: [{ rule: 'categories', noneOf: ['a'], onlyOf: ['b'] }], creditLimit: eur(1) },
      '/policy/rules/0',
    ],
    [{ rules: [{ rule: 'country', anyOf: ['Italy'] }], creditLimit: eur(1) }, '/policy/rules/0/anyOf/0'],
    [{ rules: [{ rule: 'accountAge', days: -1 }], creditLimit: eur(1) }, '/policy/rules/0/days'],
    [
      { rules: [{ rule: 'minOrders', orders: 1, withinDays: 0 }], creditLimit: eur(1) },
      '/policy/rules/0/withinDays',
    ],
    [
      {
        rules: [
          { rule: 'minAmount', amount: eur(2) },
          { rule: 'maxAmount', amount: eur(1) },
        ],
        creditLimit: eur(1),
      },
      '/policy/rules/1',
    ],
  ])('%j are refused at %s', async (policy, pointer) => {
    const answer = await use(policy);
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation' } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('keep the terms and plans that they name from being removed', async () => {
    await use({ sets });
    const net30 = { code: 'net30', label: '30', kind: 'net', days: 30 };
    const terms = await use({ terms: [net30], defaultCode: 'net30' }, 'terms');
    expect(terms).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/terms', detail: expect.stringContaining('“wholesale”') }] },
    });
    const plans = await use({ ...dunning, plans: {} }, 'dunning');
    expect(plans.body).toMatchObject({ code: 'validation', errors: [{ pointer: '/policy/plans' }] });
  });
});
