import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../../src/kernel/calendar.ts';
import { type Accrual, interestOf } from '../../../../src/modules/interest/rules/accrual.ts';
import { italy } from '../../../../src/modules/interest/rules/italy.ts';
import { movementsOf, type PartPayment } from '../../../../src/modules/interest/rules/part-payments.ts';

const rates = italy.rates;
const owed = (principal: number, dueOn: string, payments: PartPayment[] = []) => ({
  dueOn,
  movements: movementsOf(principal, dueOn, payments),
  rates,
  margin: '8',
});
/** What each period says, in short. */
const periods = (accrual: Accrual) =>
  interestOf(accrual).periods.map(({ from, to, days, ratePercent, principal, interest }) => [
    from,
    to,
    days,
    ratePercent,
    principal,
    interest,
  ]);

describe('late interest', () => {
  it('of 1,000.00 over two years is 161.26, as published', () => {
    const accrued = interestOf({ ...owed(100_000, '2010-01-01'), until: '2012-01-01', margin: '7' });
    expect(accrued.total).toBe(16_126);
    expect(accrued.periods.map(({ days, ratePercent, interest }) => [days, ratePercent, interest])).toEqual([
      [180, '8', 3_945],
      [184, '8', 4_033],
      [181, '8', 3_967],
      [184, '8.25', 4_159],
      [1, '8', 22],
    ]);
  });

  it('runs from the day after the due day to the day of the payment', () => {
    const debt = owed(1_000_000, '2025-03-31');
    expect(periods({ ...debt, until: '2025-03-30' })).toEqual([]);
    expect(periods({ ...debt, until: '2025-03-31' })).toEqual([]);
    expect(periods({ ...debt, until: '2025-04-01' })).toEqual([
      ['2025-04-01', '2025-04-01', 1, '11.15', 1_000_000, 305],
    ]);
    expect(periods({ ...debt, until: '2025-04-30' })).toEqual([
      ['2025-04-01', '2025-04-30', 30, '11.15', 1_000_000, 9_164],
    ]);
  });

  it('counts 366 days in a leap year, each as a 365th of a year', () => {
    const { total, periods } = interestOf({ ...owed(100_000, '2023-12-31'), until: '2024-12-31' });
    expect(periods.map(({ days, ratePercent, interest }) => [days, ratePercent, interest])).toEqual([
      [182, '12.5', 6_233],
      [184, '12.25', 6_175],
    ]);
    expect(total).toBe(12_408);
  });

  it('continues at the new rate on 1 January and 1 July', () => {
    expect(periods({ ...owed(100_000, '2024-12-30'), until: '2025-07-02' })).toEqual([
      ['2024-12-31', '2024-12-31', 1, '12.25', 100_000, 34],
      ['2025-01-01', '2025-06-30', 181, '11.15', 100_000, 5_529],
      ['2025-07-01', '2025-07-02', 2, '10.15', 100_000, 56],
    ]);
  });

  it('falls with each part payment from the day after it, in whatever order they are given', () => {
    const first = { on: '2025-02-10', amount: 40_000 };
    const second = { on: '2025-03-10', amount: 25_000 };
    const expected = [
      ['2025-02-01', '2025-02-10', 10, '11.15', 100_000, 305],
      ['2025-02-11', '2025-03-10', 28, '11.15', 60_000, 513],
      ['2025-03-11', '2025-03-31', 21, '11.15', 35_000, 225],
    ];
    for (const payments of [
      [first, second],
      [second, first],
    ])
      expect(periods({ ...owed(100_000, '2025-01-31', payments), until: '2025-03-31' })).toEqual(expected);
  });

  it('accrues on what is left if a part was paid by the due day', () => {
    const early = [
      { on: '2024-12-15', amount: 30_000 },
      { on: '2025-01-31', amount: 20_000 },
    ];
    expect(periods({ ...owed(100_000, '2025-01-31', early), until: '2025-02-10' })).toEqual([
      ['2025-02-01', '2025-02-10', 10, '11.15', 50_000, 153],
    ]);
    const all = [{ on: '2025-01-31', amount: 100_000 }];
    expect(periods({ ...owed(100_000, '2025-01-31', all), until: '2026-01-31' })).toEqual([]);
  });

  it('ends when the last part is paid, and begins again if a payment comes back', () => {
    const movements = [
      { on: '2025-01-31', principal: 100_000 },
      { on: '2025-02-10', principal: 0 },
      { on: '2025-02-20', principal: 100_000 },
    ];
    expect(periods({ ...owed(0, '2025-01-31'), movements, until: '2025-02-28' })).toEqual([
      ['2025-02-01', '2025-02-10', 10, '11.15', 100_000, 305],
      ['2025-02-21', '2025-02-28', 8, '11.15', 100_000, 244],
    ]);
  });

  it('does not accrue on a disputed part, nor on anything during insolvency', () => {
    const debt = { ...owed(100_000, '2025-01-31'), until: '2025-03-31' };
    const disputed = { from: '2025-02-11', to: '2025-02-20', amount: 70_000 };
    expect(periods({ ...debt, excluded: [disputed] })).toEqual([
      ['2025-02-01', '2025-02-10', 10, '11.15', 100_000, 305],
      ['2025-02-11', '2025-02-20', 10, '11.15', 30_000, 92],
      ['2025-02-21', '2025-03-31', 39, '11.15', 100_000, 1_191],
    ]);
    const insolvent = { from: '2025-02-11', to: null };
    expect(periods({ ...debt, excluded: [insolvent, disputed] })).toEqual([
      ['2025-02-01', '2025-02-10', 10, '11.15', 100_000, 305],
    ]);
    const aDay = { from: '2025-02-01', to: '2025-02-01' };
    expect(periods({ ...debt, excluded: [aDay, { from: '2025-02-03', to: null }] })).toEqual([
      ['2025-02-02', '2025-02-02', 1, '11.15', 100_000, 31],
    ]);
    const before = { from: '2025-01-01', to: null };
    expect(periods({ ...debt, excluded: [before] })).toEqual([]);
  });

  it('is rounded half up, each period separately', () => {
    const debt = { dueOn: '2024-12-31', until: '2025-01-01', rates: [{ from: '2025-01-01', percent: '0' }] };
    const cents = (principal: number, margin: string) =>
      interestOf({ ...debt, movements: [{ on: '2024-12-31', principal }], margin }).total;
    expect(cents(18_250, '1')).toBe(1);
    expect(cents(18_249, '1')).toBe(0);
    expect(cents(1_000_000_000_000, '30')).toBe(821_917_808);
  });

  it('needs the rate of each half-year in which something is owed, and names a missing one', () => {
    const debt = owed(100_000, '2026-06-30');
    expect(() => interestOf({ ...debt, until: '2027-01-01' })).toThrow(
      expect.objectContaining({
        code: 'reference-rate-missing',
        message: expect.stringMatching(/first half of 2027.*"2027-01-01".*PUT \/v1\/policies\/late-interest/),
      }),
    );
    const paid = [{ on: '2026-12-31', amount: 100_000 }];
    expect(interestOf({ ...owed(100_000, '2026-06-30', paid), until: '2030-01-01' }).total).toBe(5_243);
    expect(() => interestOf({ ...owed(100_000, '2001-12-30'), until: '2002-01-01' })).toThrow(
      /second half of 2001/,
    );
  });
});

describe('whatever the debt', () => {
  const day = fc.integer({ min: 0, max: 8_000 }).map((days) => addDays('2002-01-01', days));
  const debt = fc
    .record({
      principal: fc.integer({ min: 1, max: 1_000_000_000 }),
      dueOn: day,
      days: fc.integer({ min: 0, max: 900 }),
      margin: fc.constantFrom('0', '7', '8', '12', '8.0725'),
      parts: fc.array(fc.record({ after: fc.integer({ min: -30, max: 900 }), share: fc.nat(300) }), {
        maxLength: 5,
      }),
    })
    .map(({ principal, dueOn, days, margin, parts }) => {
      let left = principal;
      const payments = parts.map(({ after, share }) => {
        const amount = Math.min(left, Math.floor((principal * share) / 1000));
        left -= amount;
        return { on: addDays(dueOn, after), amount };
      });
      return { ...owed(principal, dueOn, payments), margin, days, payments, principal };
    });
  const total = (accrual: Accrual) => interestOf(accrual).total;

  it('interest is never negative, and each of its periods has one principal and one half-year', () => {
    fc.assert(
      fc.property(debt, ({ days, ...given }) => {
        const { periods, total } = interestOf({ ...given, until: addDays(given.dueOn, days) });
        for (const period of periods) {
          expect(period.interest).toBeGreaterThanOrEqual(0);
          expect(Number.isSafeInteger(period.interest)).toBe(true);
          expect(period.from > given.dueOn && period.from <= period.to).toBe(true);
        }
        expect(total).toBe(periods.reduce((sum, { interest }) => sum + interest, 0));
      }),
    );
  });

  it('one more day never means less interest', () => {
    fc.assert(
      fc.property(debt, ({ days, ...given }) => {
        const until = addDays(given.dueOn, days);
        expect(total({ ...given, until: addDays(until, 1) })).toBeGreaterThanOrEqual(
          total({ ...given, until }),
        );
      }),
    );
  });

  it('an earlier payment never costs more, except for a cent per rounding', () => {
    fc.assert(
      fc.property(debt, fc.nat(400), ({ days, payments, principal, ...given }, earlier) => {
        const until = addDays(given.dueOn, days);
        const sooner = payments.map(({ on, amount }) => ({ on: addDays(on, -earlier), amount }));
        const movements = movementsOf(principal, given.dueOn, sooner);
        const most = total({ ...given, until }) + 2 * payments.length + 2;
        expect(total({ ...given, movements, until })).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('the order of payments does not matter', () => {
    fc.assert(
      fc.property(debt, ({ days, payments, principal, ...given }) => {
        const until = addDays(given.dueOn, days);
        const movements = movementsOf(principal, given.dueOn, [...payments].reverse());
        expect(total({ ...given, movements, until })).toBe(total({ ...given, until }));
      }),
    );
  });

  it('counting up to a day and on from it differs from counting in one go by a cent at most', () => {
    fc.assert(
      fc.property(debt, fc.nat(900), ({ days, ...given }, at) => {
        const until = addDays(given.dueOn, days);
        const middle = addDays(given.dueOn, Math.min(at, days));
        const parts = total({ ...given, until: middle }) + total({ ...given, dueOn: middle, until });
        expect(Math.abs(parts - total({ ...given, until }))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('a movement to the same principal does not split a period', () => {
    fc.assert(
      fc.property(debt, fc.nat(900), ({ days, payments, principal, ...given }, after) => {
        const until = addDays(given.dueOn, days);
        const payingNothing = [...payments, { on: addDays(given.dueOn, after), amount: 0 }];
        const movements = movementsOf(principal, given.dueOn, payingNothing);
        expect(interestOf({ ...given, movements, until })).toEqual(interestOf({ ...given, until }));
      }),
    );
  });
});
