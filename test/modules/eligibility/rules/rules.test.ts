import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Applicant, RequestedOrder } from '../../../../src/modules/eligibility/rules/applicant.ts';
import { checkRule, needsOf, type Rule } from '../../../../src/modules/eligibility/rules/rules.ts';
import { anApplicant, eur, seen } from './applicants.ts';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const anOrder: RequestedOrder = eur(10_000);
const until = (validUntil: string) => ({ value: 70, validUntil });
const insured = (amount: { amount: number; currency: string }, validUntil = '2027-03-01') => ({
  external: { insuredLimit: { amount, validUntil } },
});

type Line = [
  rule: Rule,
  of: Partial<Applicant>,
  asked: RequestedOrder,
  passed: boolean,
  figures: [string, string],
  message: string,
];

const lines: Line[] = [
  [
    { rule: 'accountAge', days: 59 },
    {},
    anOrder,
    true,
    ['59 days, since 2027-01-01', '59 days'],
    'Known for long enough.',
  ],
  [
    { rule: 'accountAge', days: 60 },
    {},
    anOrder,
    false,
    ['59 days, since 2027-01-01', '60 days'],
    '1 more day must pass. The store has not said since when it has known the customer, so the customer’s first day in Netterms counts.',
  ],
  [
    { rule: 'accountAge', days: 30 },
    { since: '2027-02-28' },
    anOrder,
    false,
    ['1 day, since 2027-02-28', '30 days'],
    '29 more days must pass.',
  ],
  [
    { rule: 'accountAge', days: 1 },
    { since: '2027-03-09' },
    anOrder,
    false,
    ['0 days, since 2027-03-09', '1 day'],
    '1 more day must pass.',
  ],
  [
    { rule: 'country', anyOf: ['IT', 'SM'] },
    {},
    anOrder,
    true,
    ['IT', 'IT or SM'],
    'From one of the countries.',
  ],
  [{ rule: 'country', anyOf: ['FR'] }, {}, anOrder, false, ['IT', 'FR'], 'From none of the countries.'],
  [
    { rule: 'creditScore', min: 70 },
    {},
    anOrder,
    false,
    ['none', 'at least 70'],
    'No credit score is known.',
  ],
  [
    { rule: 'creditScore', min: 70 },
    { external: { creditScore: until('2027-03-01') } },
    anOrder,
    true,
    ['70, valid until 2027-03-01', 'at least 70'],
    'The credit score is high enough.',
  ],
  [
    { rule: 'creditScore', min: 70 },
    { external: { creditScore: until('2027-02-28') } },
    anOrder,
    false,
    ['70, valid until 2027-02-28', 'at least 70'],
    'The credit score expired on 2027-02-28.',
  ],
  [
    { rule: 'creditScore', min: 75 },
    { external: { creditScore: until('2027-12-31') } },
    anOrder,
    false,
    ['70, valid until 2027-12-31', 'at least 75'],
    'The credit score is 5 too low.',
  ],
  [
    { rule: 'insuredLimit' },
    {},
    anOrder,
    false,
    ['100.00 EUR', 'an insured limit'],
    'No insured limit is known.',
  ],
  [
    { rule: 'insuredLimit' },
    { exposure: 50_000, unapplied: 10_000, ...insured(eur(50_000)) },
    anOrder,
    true,
    ['500.00 EUR', 'at most 500.00 EUR, insured until 2027-03-01'],
    'Within the insured limit.',
  ],
  [
    { rule: 'insuredLimit' },
    insured(eur(9_999)),
    anOrder,
    false,
    ['100.00 EUR', 'at most 99.99 EUR, insured until 2027-03-01'],
    'Over the insured limit by 0.01 EUR.',
  ],
  [
    { rule: 'insuredLimit' },
    insured(eur(900_000), '2027-02-28'),
    anOrder,
    false,
    ['100.00 EUR', 'at most 9,000.00 EUR, insured until 2027-02-28'],
    'The insured limit expired on 2027-02-28.',
  ],
  [
    { rule: 'insuredLimit' },
    insured(usd(900_000)),
    anOrder,
    false,
    ['100.00 EUR', 'at most 9,000.00 USD, insured until 2027-03-01'],
    'The insured limit is in USD, the account in EUR, and the order in EUR.',
  ],
  [
    { rule: 'minAmount', amount: eur(10_000) },
    {},
    anOrder,
    true,
    ['100.00 EUR', 'at least 100.00 EUR'],
    'The order is large enough.',
  ],
  [
    { rule: 'minAmount', amount: eur(10_001) },
    {},
    anOrder,
    false,
    ['100.00 EUR', 'at least 100.01 EUR'],
    'The order is 0.01 EUR too small.',
  ],
  [
    { rule: 'minAmount', amount: eur(1) },
    {},
    usd(500),
    false,
    ['5.00 USD', 'at least 0.01 EUR'],
    'The order is in USD, but the rule is in EUR.',
  ],
  [
    { rule: 'maxAmount', amount: eur(10_000) },
    {},
    anOrder,
    true,
    ['100.00 EUR', 'at most 100.00 EUR'],
    'The order is small enough.',
  ],
  [
    { rule: 'maxAmount', amount: eur(9_999) },
    {},
    anOrder,
    false,
    ['100.00 EUR', 'at most 99.99 EUR'],
    'The order is 0.01 EUR too large.',
  ],
  [
    { rule: 'categories', noneOf: ['tobacco', 'gift-cards'] },
    {},
    { ...anOrder, categories: ['tools', 'tobacco'] },
    false,
    ['tools, tobacco', 'none of tobacco, gift-cards'],
    'Not sold on terms: tobacco.',
  ],
  [
    { rule: 'categories', noneOf: ['tobacco'] },
    {},
    anOrder,
    true,
    ['none named', 'none of tobacco'],
    'None of the excluded categories.',
  ],
  [
    { rule: 'categories', onlyOf: ['tools', 'paint'] },
    {},
    { ...anOrder, categories: ['paint'] },
    true,
    ['paint', 'only tools, paint'],
    'Only categories that are sold on terms.',
  ],
  [
    { rule: 'categories', onlyOf: ['tools'] },
    {},
    { ...anOrder, categories: ['tools', 'wine'] },
    false,
    ['tools, wine', 'only tools'],
    'Not sold on terms: wine.',
  ],
  [
    { rule: 'categories', onlyOf: ['tools'] },
    {},
    anOrder,
    false,
    ['none named', 'only tools'],
    'The order names no categories.',
  ],
  [
    { rule: 'minOrders', orders: 2, withinDays: 90 },
    seen({ placed: [{ withinDays: 90, orders: 1, turnover: [eur(5_000)] }] }),
    anOrder,
    false,
    ['1', '2 in the last 90 days'],
    '1 more order is needed.',
  ],
  [
    { rule: 'minTurnover', turnover: eur(5_000), withinDays: 1 },
    seen({ placed: [{ withinDays: 1, orders: 1, turnover: [eur(5_000)] }] }),
    anOrder,
    true,
    ['50.00 EUR', '50.00 EUR in the last 1 day'],
    'Enough turnover.',
  ],
  [
    { rule: 'minTurnover', turnover: usd(1), withinDays: 90 },
    seen({ placed: [{ withinDays: 90, orders: 1, turnover: [eur(5_000)] }] }),
    anOrder,
    false,
    ['50.00 EUR', '0.01 USD in the last 90 days'],
    'The turnover is known only in EUR, but the rule is in USD.',
  ],
  [
    { rule: 'maxDaysPastDue', days: 5 },
    seen({ overdue: [{ daysLate: 5, ...eur(90_000) }] }),
    anOrder,
    true,
    ['0.00 EUR', 'at most 0.00 EUR more than 5 days past due'],
    'Nothing is more than 5 days past due.',
  ],
  [
    { rule: 'maxDaysPastDue', days: 5 },
    seen({
      overdue: [
        { daysLate: 6, ...eur(3) },
        { daysLate: 40, ...eur(2) },
      ],
    }),
    anOrder,
    false,
    ['0.05 EUR', 'at most 0.00 EUR more than 5 days past due'],
    '0.05 EUR is more than 5 days past due, the oldest by 40 days.',
  ],
  [
    { rule: 'maxDaysPastDue', days: 5, tolerance: eur(5) },
    seen({
      overdue: [
        { daysLate: 200, ...eur(5) },
        { daysLate: 1, ...eur(90_000) },
      ],
    }),
    anOrder,
    true,
    ['0.05 EUR', 'at most 0.05 EUR more than 5 days past due'],
    '0.05 EUR is more than 5 days past due, which is tolerated.',
  ],
  [
    { rule: 'maxDaysPastDue', days: 0, tolerance: usd(900) },
    seen({ overdue: [{ daysLate: 1, ...eur(1) }] }),
    anOrder,
    false,
    ['0.01 EUR', 'at most 9.00 USD more than 0 days past due'],
    '0.01 EUR is more than 0 days past due, the oldest by 1 day.',
  ],
  [
    { rule: 'maxDaysPastDue', days: 0, tolerance: usd(900) },
    seen({
      overdue: [
        { daysLate: 2, ...eur(1) },
        { daysLate: 3, ...usd(900) },
      ],
    }),
    anOrder,
    false,
    ['0.01 EUR and 9.00 USD', 'at most 9.00 USD more than 0 days past due'],
    '0.01 EUR and 9.00 USD is more than 0 days past due, the oldest by 3 days.',
  ],
  [
    { rule: 'minTurnover', turnover: usd(900), withinDays: 90 },
    seen({ placed: [{ withinDays: 90, orders: 2, turnover: [eur(5_000), usd(900)] }] }),
    anOrder,
    true,
    ['9.00 USD', '9.00 USD in the last 90 days'],
    'Enough turnover.',
  ],
  [
    { rule: 'maxAverageDaysLate', days: 3, withinDays: 365 },
    seen({ late: [{ withinDays: 365, instalments: 4, daysLate: 12 }] }),
    anOrder,
    true,
    ['3 days over 4 instalments', 'at most 3 days on average in the last 365 days'],
    'Pays early enough on average.',
  ],
  [
    { rule: 'maxAverageDaysLate', days: 3, withinDays: 365 },
    seen({ late: [{ withinDays: 365, instalments: 4, daysLate: 13 }] }),
    anOrder,
    false,
    ['3.25 days over 4 instalments', 'at most 3 days on average in the last 365 days'],
    'Pays too late on average.',
  ],
  [
    { rule: 'maxAverageDaysLate', days: 0, withinDays: 30 },
    seen({ late: [{ withinDays: 30, instalments: 0, daysLate: 0 }] }),
    anOrder,
    true,
    ['none', 'at most 0 days on average in the last 30 days'],
    'Nothing fell due in the last 30 days.',
  ],
  [
    { rule: 'maxOpenOrders', orders: 3 },
    seen({ openOrders: 2 }),
    anOrder,
    true,
    ['3, this one included', 'at most 3'],
    'Few enough orders are open.',
  ],
  [
    { rule: 'maxOpenOrders', orders: 1 },
    seen({ openOrders: 1 }),
    anOrder,
    false,
    ['2, this one included', 'at most 1'],
    '1 order is already open.',
  ],
];

test.each(lines)('%j of %j, order %j: passed %s', (rule, of, asked, passed, [actual, required], message) => {
  expect(checkRule(rule, anApplicant(of), asked)).toEqual({
    rule: rule.rule,
    passed,
    actual,
    required,
    message,
  });
});

describe('what is read from the database', () => {
  test('is nothing if no rule asks for it', () => {
    expect(needsOf([{ rule: 'vatNumber' }, { rule: 'minOrders', orders: 3 }, { rule: 'insuredLimit' }])).toBe(
      null,
    );
  });

  test('is each period once, and no more than the rules ask for', () => {
    expect(
      needsOf([
        { rule: 'minOrders', orders: 3, withinDays: 90 },
        { rule: 'minTurnover', turnover: eur(1), withinDays: 90 },
        { rule: 'minTurnover', turnover: eur(1), withinDays: 365 },
        { rule: 'maxAverageDaysLate', days: 3, withinDays: 365 },
      ]),
    ).toEqual({
      openOrders: false,
      overdue: false,
      placedWithin: [90, 365],
      lateWithin: [365],
      vatCheck: false,
    });
    expect(needsOf([{ rule: 'maxOpenOrders', orders: 3 }])).toMatchObject({
      openOrders: true,
      overdue: false,
    });
    expect(needsOf([{ rule: 'maxDaysPastDue', days: 3 }])).toMatchObject({
      openOrders: false,
      overdue: true,
    });
  });

  test('is never taken for empty if it was forgotten', () => {
    for (const rule of [
      { rule: 'maxOpenOrders', orders: 1 },
      { rule: 'maxDaysPastDue', days: 1 },
      { rule: 'minOrders', orders: 1, withinDays: 5 },
      { rule: 'maxAverageDaysLate', days: 1, withinDays: 5 },
    ] as const)
      expect(() => checkRule(rule, anApplicant(), anOrder)).toThrow(/not read/);
  });
});

test('a later debt never helps, and a higher tolerance never hurts', () => {
  const line = fc.record({
    daysLate: fc.integer({ min: 0, max: 400 }),
    amount: fc.integer({ min: 1, max: 1e6 }),
    currency: fc.constantFrom('EUR', 'USD'),
  });
  const small = fc.integer({ min: 0, max: 1e6 });
  fc.assert(
    fc.property(
      fc.array(line),
      line,
      small,
      small,
      fc.integer({ min: 0, max: 60 }),
      (overdue, more, low, extra, days) => {
        const passes = (debts: typeof overdue, tolerance: number) =>
          checkRule(
            { rule: 'maxDaysPastDue', days, tolerance: eur(tolerance) },
            anApplicant(seen({ overdue: debts })),
            anOrder,
          ).passed;
        if (passes([...overdue, more], low)) expect(passes(overdue, low)).toBe(true);
        if (passes(overdue, low)) expect(passes(overdue, low + extra)).toBe(true);
      },
    ),
  );
});
