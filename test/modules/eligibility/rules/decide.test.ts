import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Applicant } from '../../../../src/modules/eligibility/rules/applicant.ts';
import { creditOf } from '../../../../src/modules/eligibility/rules/credit.ts';
import { buyerMessage, decide } from '../../../../src/modules/eligibility/rules/decide.ts';
import type { SimplePolicy } from '../../../../src/modules/eligibility/rules/policy.ts';
import type { Rule } from '../../../../src/modules/eligibility/rules/rules.ts';
import { defaultEligibility } from '../../../../src/modules/settings/rules/defaults.ts';
import { anApplicant, aPolicy, eur } from './applicants.ts';

/** The only check by that rule. */
function check(rule: Rule, applicant: Partial<Applicant>) {
  const { checks } = decide(anApplicant(applicant), aPolicy([rule]), eur(100));
  return checks.find((one) => one.rule === rule.rule);
}

test.each<[Rule, Partial<Applicant>, boolean, string, string, string]>([
  [{ rule: 'vatNumber' }, {}, true, 'IT12345670488', 'a valid VAT number', 'The VAT number is well formed.'],
  [
    { rule: 'vatNumber' },
    { vatNumber: '12345670489' },
    false,
    'IT12345670489',
    'a valid VAT number',
    'The VAT number is not a VAT number of Italy: check its digits.',
  ],
  [
    { rule: 'vatNumber' },
    { vatNumber: null },
    false,
    'none',
    'a valid VAT number',
    'The customer has no VAT number.',
  ],
  [{ rule: 'minOrders', orders: 3 }, { pastOrders: 3 }, true, '3', '3', 'Enough past orders.'],
  [{ rule: 'minOrders', orders: 5 }, { pastOrders: 3 }, false, '3', '5', '2 more orders are needed.'],
  [
    { rule: 'minTurnover', turnover: eur(100_000) },
    {},
    true,
    '1,000.00 EUR',
    '1,000.00 EUR',
    'Enough turnover.',
  ],
  [
    { rule: 'minTurnover', turnover: eur(100_000) },
    { turnover: eur(99_999) },
    false,
    '999.99 EUR',
    '1,000.00 EUR',
    '0.01 EUR more turnover is needed.',
  ],
  [
    { rule: 'minTurnover', turnover: eur(100_000) },
    { turnover: null },
    false,
    '0.00 EUR',
    '1,000.00 EUR',
    '1,000.00 EUR more turnover is needed.',
  ],
  [
    { rule: 'minTurnover', turnover: eur(100_000) },
    { turnover: { amount: 900_000, currency: 'USD' } },
    false,
    '9,000.00 USD',
    '1,000.00 EUR',
    'The turnover is known only in USD, but the rule is in EUR.',
  ],
  [
    { rule: 'groups', anyOf: ['vip', 'wholesale'] },
    { groups: ['wholesale', 'north'] },
    true,
    'wholesale, north',
    'vip or wholesale',
    'In one of the groups.',
  ],
  [{ rule: 'groups', anyOf: ['vip'] }, { groups: [] }, false, 'none', 'vip', 'In none of the groups.'],
  [
    { rule: 'customers', anyOf: ['acme', 'other'] },
    {},
    true,
    'acme',
    'a customer named in the policy',
    'Named in the policy.',
  ],
  [
    { rule: 'customers', anyOf: ['other'] },
    {},
    false,
    'acme',
    'a customer named in the policy',
    'Not named in the policy.',
  ],
])('%j of %j: passed %s', (rule, applicant, passed, actual, required, message) => {
  expect(check(rule, applicant)).toEqual({ rule: rule.rule, passed, actual, required, message });
});

test('every rule must pass: the decision lists all of them, in the policy’s order, between privilege and limit', () => {
  const policy = aPolicy([
    { rule: 'minOrders', orders: 5 },
    { rule: 'vatNumber' },
    { rule: 'groups', anyOf: ['vip'] },
  ]);
  const { eligible, checks } = decide(anApplicant(), policy, eur(100));
  expect(eligible).toBe(false);
  expect(checks.map(({ rule, passed }) => [rule, passed])).toEqual([
    ['privilege', true],
    ['minOrders', false],
    ['vatNumber', true],
    ['groups', false],
    ['creditLimit', true],
  ]);
});

test('the rules are not applied to a granted customer, but the limit is', () => {
  const policy = aPolicy([{ rule: 'minOrders', orders: 1_000 }], { creditLimit: eur(50_000) });
  const granted = anApplicant({ privilege: 'granted' });
  const within = decide(granted, policy, eur(50_000));
  expect([within.eligible, within.checks.map(({ rule }) => rule)]).toEqual([
    true,
    ['privilege', 'creditLimit'],
  ]);
  expect(decide(granted, policy, eur(50_001)).eligible).toBe(false);
});

test.each(['suspended', 'revoked'] as const)(
  'a %s customer is refused, whatever the rules say',
  (privilege) => {
    const { eligible, checks } = decide(anApplicant({ privilege }), aPolicy(), eur(1));
    expect(eligible).toBe(false);
    expect(checks[0]).toEqual({
      rule: 'privilege',
      passed: false,
      actual: privilege,
      required: 'by_rules or granted',
      message: `Payment terms ${privilege === 'revoked' ? 'were' : 'are'} ${privilege} for this customer.`,
    });
  },
);

const creditCheck = (applicant: Partial<Applicant>, policy: Partial<SimplePolicy>, amount = eur(10_000)) =>
  decide(anApplicant(applicant), aPolicy([], policy), amount).checks.at(-1);

test('the limit counts what is open, less the credit held, plus this order', () => {
  const figures = { exposure: 70_000, unapplied: 5_000 };
  expect(creditCheck(figures, { creditLimit: eur(75_000) })).toEqual({
    rule: 'creditLimit',
    passed: true,
    actual: '750.00 EUR',
    required: 'at most 750.00 EUR',
    message: 'Within the limit: 0.00 EUR remains available.',
  });
  expect(creditCheck(figures, { creditLimit: eur(74_999) })).toEqual({
    rule: 'creditLimit',
    passed: false,
    actual: '750.00 EUR',
    required: 'at most 749.99 EUR',
    message: 'Over the limit by 0.01 EUR.',
  });
});

test('the tolerance allows an order to exceed the limit by that much, and no more', () => {
  const policy = { creditLimit: eur(9_000), tolerance: eur(1_000) };
  expect(creditCheck({}, policy)).toMatchObject({
    passed: true,
    required: 'at most 100.00 EUR',
    message: 'Within the limit: 0.00 EUR remains available.',
  });
  expect(creditCheck({}, policy, eur(10_001))).toMatchObject({
    passed: false,
    message: 'Over the limit by 0.01 EUR.',
  });
});

test('the customer’s own limit takes precedence over the policy’s, even if it is zero', () => {
  expect(creditCheck({ creditLimit: 10_000 }, { creditLimit: eur(0) })!.passed).toBe(true);
  expect(creditCheck({ creditLimit: 0 }, { creditLimit: eur(1_000_000) })!.passed).toBe(false);
});

test('a policy in another currency gives neither limit nor tolerance to the account', () => {
  const usd = { amount: 1_000_000, currency: 'USD' };
  expect(creditCheck({}, { creditLimit: usd, tolerance: usd }, eur(1))).toMatchObject({
    passed: false,
    required: 'at most 0.00 EUR',
  });
});

test('an order in another currency than the account’s is refused, and the two are never added', () => {
  expect(creditCheck({ exposure: 5_000 }, {}, { amount: 100, currency: 'USD' })).toEqual({
    rule: 'creditLimit',
    passed: false,
    actual: '1.00 USD',
    required: 'at most 10,000.00 EUR',
    message: 'The account is in EUR, but the order is in USD.',
  });
});

test('credit: available is the limit, less exposure, plus unapplied, and negative if a limit was lowered', () => {
  expect(
    creditOf(anApplicant({ exposure: 70_000, unapplied: 5_000, creditLimit: 60_000 }), aPolicy()),
  ).toEqual({
    limit: eur(60_000),
    exposure: eur(70_000),
    unapplied: eur(5_000),
    available: eur(-5_000),
    warning: 'over-limit',
  });
});

test('an order is within the limit exactly when it is no more than what is available and the tolerance', () => {
  const amount = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(amount, amount, amount, amount, amount, (limit, tolerance, exposure, unapplied, order) => {
      const applicant = anApplicant({ exposure, unapplied });
      const policy = aPolicy([], { creditLimit: eur(limit), tolerance: eur(tolerance) });
      expect(decide(applicant, policy, eur(order)).eligible).toBe(
        order <= creditOf(applicant, policy).available.amount + tolerance,
      );
    }),
  );
});

test('until the merchant sets a policy, nobody has credit', () => {
  expect(decide(anApplicant(), defaultEligibility, eur(1)).eligible).toBe(false);
});

test('the buyer reads one neutral sentence in their language, without figures', () => {
  expect(buyerMessage(true, 'it-IT')).toBe('Può pagare questo ordine con pagamento dilazionato.');
  expect(buyerMessage(true, 'en')).toBe('You can pay for this order on account.');
  expect(buyerMessage(false, 'de')).toContain('Please choose another payment method.');
  for (const locale of ['it', 'en']) expect(buyerMessage(false, locale)).not.toMatch(/\d|limit|revoc|revok/i);
});
