import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { percentOf } from '../../../../src/kernel/percent.ts';
import { defaultSettings } from '../../../../src/modules/settings/rules/defaults.ts';
import { offerOf } from '../../../../src/modules/terms/rules/offer.ts';
import type { InstalmentLine, Terms } from '../../../../src/modules/terms/rules/terms.ts';

const placedAt = '2026-11-25T08:00:00.000Z';
const offer = (terms: Terms, amount: number) =>
  offerOf(terms, {
    placedAt,
    total: { amount, currency: 'EUR' },
    settings: defaultSettings,
    closedMonths: [],
    closures: [],
  });
const net = (days: number) => ({ terms: { kind: 'net', days } }) as const;
const percent = (share: string, days: number): InstalmentLine => ({ percent: share, ...net(days) });
const fixed = (amount: number, days: number, currency = 'EUR'): InstalmentLine => ({
  amount: { amount, currency },
  ...net(days),
});
const rest = (days: number): InstalmentLine => ({ remainder: true, ...net(days) });
const instalments = (lines: InstalmentLine[], amount: number) =>
  offer({ kind: 'instalments', lines }, amount).instalments.map((part) => [
    part.number,
    part.dueOn,
    part.amount,
  ]);

describe('instalments', () => {
  it('divide a total into a deposit, percentages and the remainder', () => {
    expect(instalments([percent('30', 0), percent('30', 30), rest(60)], 122_000)).toEqual([
      [1, '2026-11-25', 36_600],
      [2, '2026-12-25', 36_600],
      [3, '2027-01-24', 48_800],
    ]);
  });

  it('take set amounts, and give the remainder to its own line wherever it stands', () => {
    expect(instalments([rest(90), fixed(50_000, 0), percent('25', 30)], 100_001)).toEqual([
      [1, '2026-11-25', 50_000],
      [2, '2026-12-25', 25_000],
      [3, '2027-02-23', 25_001],
    ]);
  });

  it.each([
    [1, [[1, '2027-01-24', 1]]],
    [
      2,
      [
        [1, '2026-11-25', 1],
        [2, '2026-12-25', 1],
      ],
    ],
    [
      5,
      [
        [1, '2026-11-25', 2],
        [2, '2026-12-25', 2],
        [3, '2027-01-24', 1],
      ],
    ],
  ])('of %i cents are rounded half up, and a line of zero is left out', (amount, expected) => {
    expect(instalments([percent('30', 0), percent('30', 30), rest(60)], amount)).toEqual(expected);
  });

  it('never ask for more than the total, although each is rounded up', () => {
    expect(instalments([percent('33.33', 1), percent('33.33', 2), percent('33.33', 3), rest(4)], 5)).toEqual([
      [1, '2026-11-26', 2],
      [2, '2026-11-27', 2],
      [3, '2026-11-28', 1],
    ]);
  });

  it('follow the due dates, not the lines', () => {
    const terms: Terms = {
      kind: 'instalments',
      nonBusinessDays: 'next',
      lines: [
        { remainder: true, terms: { kind: 'fixed', on: '2027-01-31', nonBusinessDays: 'keep' } },
        { percent: '50', terms: { kind: 'dayOfMonth', day: 25, months: 1 } },
      ],
    };
    expect(offer(terms, 100).instalments.map(({ number, dueOn }) => [number, dueOn])).toEqual([
      [1, '2026-12-28'], // Christmas
      [2, '2027-01-31'], // a Sunday, which its own line keeps
    ]);
  });

  it('may leave nothing to the remainder', () => {
    expect(instalments([fixed(500, 0), rest(30)], 500)).toEqual([[1, '2026-11-25', 500]]);
  });

  it.each([
    ['a set amount over the total', [fixed(501, 0), rest(30)], 500],
    ['amounts and percentages over the total', [fixed(300, 0), percent('50', 10), rest(30)], 500],
    ['another currency', [fixed(100, 0, 'USD'), rest(30)], 500],
  ])('are refused for %s', (_, lines, amount) => {
    expect(() => instalments(lines, amount)).toThrow(
      expect.objectContaining({
        code: 'terms-not-applicable',
        message: expect.stringMatching(/5\.00 EUR|EUR/),
      }),
    );
  });

  it('sum to the total exactly, each above zero, for any total from one cent on', () => {
    const line = fc.record({
      share: fc.integer({ min: 1, max: 200_000 }).map((units) => (units / 10_000).toString()),
      days: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 4 }),
        fc.nat(4),
        fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 10 ** 12 })),
        (lines, place, total) => {
          const given = lines.map(({ share, days }) => percent(share, days));
          given.splice(place, 0, rest(50));
          const parts = offer({ kind: 'instalments', lines: given }, total).instalments;
          expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(total);
          expect(parts.every(({ amount }) => amount > 0 && Number.isSafeInteger(amount))).toBe(true);
          expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
          const dates = parts.map(({ dueAt }) => Date.parse(dueAt!));
          expect(dates).toEqual(dates.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});

describe('an early-payment discount', () => {
  it('2/10 net 30 is two percent less until the tenth day', () => {
    const terms: Terms = { kind: 'net', days: 30, discount: { percent: '2', withinDays: 10 } };
    expect(offer(terms, 122_000)).toMatchObject({
      instalments: [{ amount: 122_000, dueOn: '2026-12-25' }],
      discount: {
        percent: '2',
        until: '2026-12-05',
        amount: { amount: 2_440, currency: 'EUR' },
        payable: { amount: 119_560, currency: 'EUR' },
      },
    });
    expect(offer({ kind: 'net', days: 30 }, 122_000).discount).toBeNull();
  });

  it('does not outlive the last due date', () => {
    const terms: Terms = {
      kind: 'endOfMonth',
      days: 0,
      convention: 'daysThenMonthEnd',
      discount: { percent: '3', withinDays: 10 },
    };
    expect(offer(terms, 100).discount?.until).toBe('2026-11-30');
  });
});

test.each([
  [1, '50', 1],
  [1, '49.9999', 0],
  [1_000_000_000_000, '33.3333', 333_333_000_000],
  [999_999_999_999, '0.0001', 1_000_000],
])('of %i minor units, %s percent is %i', (amount, share, expected) => {
  expect(percentOf(amount, share)).toBe(expected);
});
