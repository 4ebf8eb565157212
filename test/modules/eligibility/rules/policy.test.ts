import { describe, expect, test } from 'vitest';
import { changeOf, outlook, withoutOrderRules } from '../../../../src/modules/eligibility/rules/compare.ts';
import {
  contradictionsOf,
  unknownReferences,
} from '../../../../src/modules/eligibility/rules/contradictions.ts';
import { creditOf } from '../../../../src/modules/eligibility/rules/credit.ts';
import { decide } from '../../../../src/modules/eligibility/rules/decide.ts';
import {
  offeredTerms,
  type RuleSet,
  termsCodesOf,
} from '../../../../src/modules/eligibility/rules/policy.ts';
import type { Condition, Rule } from '../../../../src/modules/eligibility/rules/rules.ts';
import { afterSuspension, privilegeAt } from '../../../../src/modules/eligibility/rules/standing.ts';
import { dunning, terms } from '../../../support/builders.ts';
import { anApplicant, aPolicy, aSet, eur } from './applicants.ts';

const wholesalers: Condition = { rule: 'groups', anyOf: ['wholesale'] };
const wholesale = aSet('wholesale', {
  when: [wholesalers],
  rules: [{ rule: 'vatNumber' }],
  creditLimit: eur(1_000_000),
  terms: ['net60', 'net30'],
});
const others = aSet('others', { rules: [{ rule: 'minOrders', orders: 3 }], creditLimit: eur(100_000) });
const policy = { sets: [wholesale, others] };

describe('rule sets', () => {
  test('the first set whose conditions the customer meets decides: its rules, its limit, its terms', () => {
    const wholesaler = anApplicant({ vatNumber: null });
    const refused = decide(wholesaler, policy, eur(100));
    expect(refused.set).toBe(wholesale);
    expect(refused.checks.map(({ rule, passed }) => [rule, passed])).toEqual([
      ['privilege', true],
      ['ruleSet', true],
      ['vatNumber', false],
      ['creditLimit', true],
    ]);
    const retailer = anApplicant({ groups: [], vatNumber: null });
    expect(decide(retailer, policy, eur(100_000))).toMatchObject({ eligible: true, set: others });
    expect(decide(retailer, policy, eur(100_001)).eligible).toBe(false);
    expect(termsCodesOf(anApplicant(), policy)).toEqual(['net60', 'net30']);
    expect(termsCodesOf(retailer, policy)).toBeNull();
  });

  test('a customer who matches no set is refused, and has no limit', () => {
    const { eligible, checks, set } = decide(anApplicant({ groups: [] }), { sets: [wholesale] }, eur(1));
    expect([eligible, set]).toEqual([false, null]);
    expect(checks[1]).toEqual({
      rule: 'ruleSet',
      passed: false,
      actual: 'none',
      required: 'wholesale',
      message: 'No rule set of the policy applies to this customer.',
    });
    expect(checks.at(-1)).toMatchObject({ rule: 'creditLimit', passed: false, required: 'at most 0.00 EUR' });
  });

  test('the customer’s own privilege, limit and terms take precedence over them', () => {
    const own = anApplicant({ groups: [], privilege: 'granted', creditLimit: 500, ownTerms: ['net90'] });
    expect(decide(own, { sets: [wholesale] }, { ...eur(500), termsCode: 'net90' }).eligible).toBe(true);
    expect(decide(own, { sets: [wholesale] }, { ...eur(501), termsCode: 'net90' }).eligible).toBe(false);
    expect(decide(own, { sets: [wholesale] }, { ...eur(1), termsCode: 'net60' }).eligible).toBe(false);
  });

  test('terms of another set are refused by name', () => {
    const { checks } = decide(anApplicant(), policy, { ...eur(1), termsCode: 'demo' });
    expect(checks.find(({ rule }) => rule === 'terms')).toEqual({
      rule: 'terms',
      passed: false,
      actual: 'demo',
      required: 'net60 or net30',
      message: 'This customer may not choose these terms.',
    });
  });

  test('the first of the codes that the merchant still offers is the usual one', () => {
    expect(offeredTerms(terms, null)).toBe(terms);
    expect(offeredTerms(terms, ['gone', 'net60', 'net30'])).toMatchObject({
      defaultCode: 'net60',
      terms: [{ code: 'net60' }, { code: 'net30' }],
    });
    expect(offeredTerms(terms, ['gone'])).toEqual({ terms: [], defaultCode: 'net30' });
  });
});

describe('a policy that contradicts itself', () => {
  const wrong = (rules: Rule[], set: Partial<RuleSet> = {}) =>
    contradictionsOf({ sets: [aSet('first', { rules, ...set })] }).map(({ pointer }) => pointer);

  test('gets an error for each place', () => {
    expect(contradictionsOf({ sets: [others, wholesale] })).toEqual([
      {
        pointer: '/sets/1',
        detail:
          'Never reached: the set “others” decides on all of these customers. Move this set before it, or change its conditions.',
      },
    ]);
    expect(contradictionsOf({ sets: [wholesale, { ...others, name: 'wholesale' }] })).toEqual([
      { pointer: '/sets/1/name', detail: 'An earlier set has this name: give this one another name.' },
    ]);
    const narrow = aSet('narrow', { when: [wholesalers, { rule: 'country', anyOf: ['IT'] }] });
    expect(contradictionsOf({ sets: [wholesale, narrow] })).toMatchObject([{ pointer: '/sets/1' }]);
    expect(contradictionsOf({ sets: [narrow, wholesale, others] })).toEqual([]);
  });

  test.each<[Rule[], Partial<RuleSet>, string[]]>([
    [
      [
        { rule: 'maxAmount', amount: eur(99) },
        { rule: 'minAmount', amount: eur(100) },
      ],
      {},
      ['/sets/0/rules/0'],
    ],
    [
      [
        { rule: 'maxAmount', amount: eur(100) },
        { rule: 'minAmount', amount: eur(100) },
      ],
      {},
      [],
    ],
    [[{ rule: 'maxAmount', amount: { amount: 1, currency: 'USD' } }], {}, ['/sets/0/rules/0']],
    [
      [{ rule: 'maxDaysPastDue', days: 1, tolerance: { amount: 1, currency: 'USD' } }],
      {},
      ['/sets/0/rules/0'],
    ],
    [
      [{ rule: 'country', anyOf: ['FR'] }],
      { when: [{ rule: 'country', anyOf: ['IT'] }] },
      ['/sets/0/rules/0'],
    ],
    [[{ rule: 'country', anyOf: ['FR'] }], { when: [{ rule: 'country', anyOf: ['IT', 'FR'] }] }, []],
    [
      [
        { rule: 'categories', onlyOf: ['a', 'b'] },
        { rule: 'categories', noneOf: ['a', 'b', 'c'] },
      ],
      {},
      ['/sets/0/rules/0'],
    ],
    [
      [
        { rule: 'categories', onlyOf: ['a', 'b'] },
        { rule: 'categories', noneOf: ['a'] },
      ],
      {},
      [],
    ],
  ])('%j in %j: %j', (rules, set, pointers) => {
    expect(wrong(rules, set)).toEqual(pointers);
  });

  test('or another policy gets an error for what is missing there, from the side that is changed', () => {
    const eligibility = { sets: [aSet('all', { terms: ['net30', 'net90'], dunning: 'strict' })] };
    const all = { eligibility, terms, dunning };
    expect(unknownReferences('eligibility', all).map(({ pointer }) => pointer)).toEqual([
      '/sets/0/terms/1',
      '/sets/0/dunning',
    ]);
    expect(unknownReferences('terms', all)).toMatchObject([{ pointer: '/terms' }]);
    expect(unknownReferences('dunning', all)).toMatchObject([{ pointer: '/plans' }]);
    expect(unknownReferences('eligibility', { ...all, eligibility: aPolicy() })).toEqual([]);
  });
});

describe('a suspension with an end', () => {
  const until = '2027-03-10T00:00:00.000Z';
  const suspended = { privilege: 'suspended', privilegeUntil: until, privilegeAfter: 'granted' } as const;

  test('ends at exactly that instant, and restores what applied before', () => {
    expect(privilegeAt(suspended, '2027-03-09T23:59:59.999Z')).toBe('suspended');
    expect(privilegeAt(suspended, until)).toBe('granted');
    expect(privilegeAt({ ...suspended, privilegeUntil: null }, '2099-01-01T00:00:00.000Z')).toBe('suspended');
    expect(privilegeAt({ ...suspended, privilege: 'revoked' }, '2099-01-01T00:00:00.000Z')).toBe('revoked');
  });

  test('that follows another restores what applied before the first', () => {
    expect(afterSuspension(suspended, '2027-03-09T00:00:00.000Z')).toBe('granted');
    expect(afterSuspension({ ...suspended, privilege: 'by_rules' }, until)).toBe('by_rules');
    expect(afterSuspension({ ...suspended, privilege: 'revoked' }, until)).toBe('revoked');
  });
});

describe('credit', () => {
  test('is raised for a time, never lowered by a raise', () => {
    expect(creditOf(anApplicant({ raisedLimit: 1_500_000 }), policy).limit).toEqual(eur(1_500_000));
    expect(creditOf(anApplicant({ raisedLimit: 5 }), policy).limit).toEqual(eur(1_000_000));
    expect(creditOf(anApplicant({ creditLimit: 10, raisedLimit: 20 }), policy).limit).toEqual(eur(20));
  });

  test.each([
    [0, 0, 0, undefined],
    [79_999, 0, 100_000, undefined],
    [80_000, 0, 100_000, 'near-limit'],
    [100_000, 0, 100_000, 'near-limit'],
    [100_001, 0, 100_000, 'over-limit'],
    [100_001, 30_000, 100_000, undefined],
    [1, 0, 0, 'over-limit'],
    [0, 500, 0, undefined],
  ])('%i open, %i held, limit %i: warning %s', (exposure, unapplied, creditLimit, warning) => {
    expect(creditOf(anApplicant({ exposure, unapplied, creditLimit }), policy).warning).toBe(warning);
  });
});

describe('two policies compared', () => {
  const change = (after: Parameters<typeof outlook>[1], of = {}) => {
    const applicant = anApplicant({ groups: [], ...of });
    return changeOf(outlook(applicant, policy, null), outlook(applicant, after, null));
  };

  test('a customer gains or loses, and otherwise the limit and the terms count', () => {
    expect(change(policy)).toBeNull();
    expect(change(aPolicy([], { creditLimit: eur(100_000) }), { pastOrders: 0 })).toBe('gains');
    expect(change({ sets: [wholesale] })).toBe('loses');
    expect(change(aPolicy())).toBe('limitRaised');
    expect(change(aPolicy([], { creditLimit: eur(99_999) }))).toBe('limitLowered');
    expect(change({ sets: [{ ...others, terms: ['net30'] }] })).toBe('termsChanged');
    expect(change({ sets: [wholesale] }, { pastOrders: 0 })).toBeNull();
  });

  test('rules about the order do not count if no order is given, an insured limit does', () => {
    const asking = aPolicy([
      { rule: 'minAmount', amount: eur(100) },
      { rule: 'categories', onlyOf: ['tools'] },
      { rule: 'insuredLimit' },
    ]);
    expect(withoutOrderRules(asking)).toMatchObject({ rules: [{ rule: 'insuredLimit' }] });
    expect(withoutOrderRules({ sets: [aSet('a', { rules: asking.rules })] })).toMatchObject({
      sets: [{ rules: [{ rule: 'insuredLimit' }] }],
    });
  });
});
