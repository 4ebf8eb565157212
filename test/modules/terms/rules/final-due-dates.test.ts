import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, timeOn } from '../../../../src/kernel/calendar.ts';
import { defaultSettings } from '../../../../src/modules/settings/rules/defaults.ts';
import type { ClosedMonth } from '../../../../src/modules/terms/rules/closures.ts';
import { dueOnDay } from '../../../../src/modules/terms/rules/due-dates.ts';
import { finalDueDates } from '../../../../src/modules/terms/rules/final-due-dates.ts';
import { instalmentsOf, partsOf, sharesOf } from '../../../../src/modules/terms/rules/instalments.ts';
import { offerOf } from '../../../../src/modules/terms/rules/offer.ts';
import { type Regime, requireWithin } from '../../../../src/modules/terms/rules/regime.ts';
import type { DueRule, InstalmentLine, Terms } from '../../../../src/modules/terms/rules/terms.ts';

const zone = defaultSettings.timeZone;
const total = { amount: 100_000, currency: 'EUR' };
type Given = { closedMonths?: ClosedMonth[]; regime?: Regime | null; time?: string };
const context = (day: string, { closedMonths = [], time = '00:00' }: Given = {}) => ({
  placedAt: timeOn(day, time, zone),
  settings: defaultSettings,
  closedMonths,
  closures: [],
});
const final = (terms: Terms, day: string, given: Given = {}) =>
  finalDueDates(terms, 'fulfilled', {
    ...context(day, given),
    regime: given.regime ?? null,
    deliveredOn: day,
  });
const dueOn = (terms: Terms, day: string, given: Given = {}) => final(terms, day, given).get(0)?.dueOn;
const net = (days: number) => ({ kind: 'net', days }) as const;
const food = (perishable: boolean): Regime => ({ kind: 'agrifood', perishable });

describe('a due date that counts from the fulfilment', () => {
  it.each<[DueRule, string, string, string]>([
    [net(30), '2027-03-01', '2027-03-10', '2027-04-09'], // over the change to summer time
    [net(30), '2027-10-01', '2027-10-15', '2027-11-14'], // and back
    [net(1), '2028-02-01', '2028-02-28', '2028-02-29'],
    [{ kind: 'months', months: 1 }, '2028-01-01', '2028-01-31', '2028-02-29'],
    [{ kind: 'months', months: 1 }, '2027-01-01', '2027-01-31', '2027-02-28'],
    [
      { kind: 'endOfMonth', days: 30, convention: 'monthsThenMonthEnd' },
      '2026-12-31',
      '2027-01-30',
      '2027-02-28',
    ],
    [
      { kind: 'endOfMonth', days: 30, convention: 'daysThenMonthEnd' },
      '2026-12-31',
      '2027-01-30',
      '2027-03-31',
    ],
    [{ kind: 'dayOfMonth', day: 31, months: 1 }, '2027-01-01', '2027-03-31', '2027-04-30'],
  ])('%j, placed on %s, fulfilled on %s, is due on %s', (rule, placedOn, fulfilledOn, expected) => {
    const terms: Terms = { ...rule, from: 'fulfilled' };
    const [provisional] = instalmentsOf(terms, { ...context(placedOn), total });
    expect(provisional).toMatchObject({ dueAt: null, from: 'fulfilled', line: 0 });
    expect(final(terms, fulfilledOn).get(0)).toEqual(dueOnDay(expected, defaultSettings));
  });

  it('is the same as for an order placed on that day, whatever the rule and the day', () => {
    fc.assert(
      fc.property(rules, days, closed, (rule, day, closedMonths) => {
        const [placed] = instalmentsOf(rule, { ...context(day, { closedMonths }), total });
        expect(final({ ...rule, from: 'fulfilled' }, day, { closedMonths }).get(0)).toEqual({
          dueOn: placed!.dueOn,
          dueAt: placed!.dueAt,
        });
      }),
    );
  });

  it('is never earlier for a later fulfilment, nor before it', () => {
    fc.assert(
      fc.property(rules, days, fc.nat(400), (rule, day, later) => {
        const terms: Terms = { ...rule, from: 'fulfilled' };
        const [first, second] = [dueOn(terms, day)!, dueOn(terms, addDays(day, later))!];
        expect(first >= day).toBe(true);
        expect(second >= first).toBe(true);
      }),
    );
  });

  it('does not change what counts from the placement, the invoice or a set day', () => {
    const terms: Terms = {
      kind: 'instalments',
      from: 'fulfilled',
      lines: [
        { percent: '10', terms: { ...net(0), from: 'placed' } },
        { percent: '10', terms: { ...net(30), from: 'invoiced' } },
        { percent: '10', terms: { kind: 'fixed', on: '2027-12-31' } },
        { remainder: true, terms: net(60) },
      ],
    };
    expect(partsOf(terms).map(({ from }) => from)).toEqual(['placed', 'invoiced', 'placed', 'fulfilled']);
    expect([...final(terms, '2028-03-01').keys()]).toEqual([3]);
    const parts = instalmentsOf(terms, { ...context('2027-03-01'), total });
    expect(parts.map(({ line, dueAt }) => [line, dueAt === null])).toEqual([
      [0, false],
      [1, true],
      [3, true],
      [2, false],
    ]);
  });
});

describe('food', () => {
  it('may be due on the last lawful day, but not on the next', () => {
    const at = (days: number, perishable: boolean) => () =>
      offerOf(net(days), { ...context('2027-03-01'), total, regime: food(perishable) });
    expect(at(30, true)().instalments[0]!.dueOn).toBe('2027-03-31');
    expect(at(31, true)).toThrow(/30 days.*D\.Lgs\. 198\/2021, art\. 4.*31 days/);
    expect(at(60, false)().instalments[0]!.dueOn).toBe('2027-04-30');
    expect(at(61, false)).toThrow(expect.objectContaining({ code: 'terms-not-applicable' }));
  });

  it('is judged by its last instalment, including closed months', () => {
    const lines: InstalmentLine[] = [
      { percent: '50', terms: net(10) },
      { remainder: true, terms: net(61) },
    ];
    const order = { ...context('2027-07-15'), total, regime: food(false) };
    expect(() => offerOf({ kind: 'instalments', lines }, order)).toThrow(/61 days/);
    expect(offerOf(net(30), order).instalments[0]!.dueOn).toBe('2027-08-14');
    const closedMonths = [{ month: 8, moveToDay: 20 }];
    expect(() => offerOf(net(30), { ...order, closedMonths })).toThrow(/67 days/);
  });

  it('is never due later than the law allows after it was delivered', () => {
    fc.assert(
      fc.property(rules, days, closed, fc.boolean(), (rule, day, closedMonths, perishable) => {
        const terms: Terms = { ...rule, from: 'fulfilled' };
        const free = dueOn(terms, day, { closedMonths })!;
        const due = dueOn(terms, day, { closedMonths, regime: food(perishable) })!;
        expect(() => requireWithin(food(perishable), day, due)).not.toThrow();
        const limit = perishable ? 30 : 60;
        expect(due).toBe(daysBetween(day, free) <= limit ? free : addDays(day, limit));
      }),
    );
  });
});

it('any total, even one below the set amounts, is divided exactly', () => {
  const share = fc.oneof(
    fc.integer({ min: 1, max: 250_000 }).map((units) => ({ percent: (units / 10_000).toString() })),
    fc.integer({ min: 1, max: 10 ** 9 }).map((amount) => ({ amount: { amount, currency: 'EUR' } })),
  );
  fc.assert(
    fc.property(
      fc.array(share, { maxLength: 4 }),
      fc.nat(4),
      fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 10 ** 12 })),
      (shares, place, amount) => {
        const lines: InstalmentLine[] = shares.map((given) => ({ ...given, terms: net(30) }));
        lines.splice(place, 0, { remainder: true, terms: net(60) });
        const parts = sharesOf({ kind: 'instalments', lines }, amount);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
        expect(parts.every((part) => part >= 0 && Number.isSafeInteger(part))).toBe(true);
      },
    ),
  );
});

const days = fc.integer({ min: 0, max: 20_000 }).map((offset) => addDays('2020-01-01', offset));
const rules = fc
  .tuple(
    fc.oneof(
      fc.record({ kind: fc.constant('net' as const), days: fc.nat(120) }),
      fc.record({ kind: fc.constant('months' as const), months: fc.integer({ min: 1, max: 12 }) }),
      fc.record({
        kind: fc.constant('endOfMonth' as const),
        days: fc.constantFrom(0, 30, 60, 90),
        convention: fc.constantFrom(
          'daysThenMonthEnd' as const,
          'monthsThenMonthEnd' as const,
          'monthEndThenDays' as const,
        ),
        plusDays: fc.constantFrom(0, 10),
        cutOffDay: fc.constantFrom(20, 31),
        paymentDays: fc.constantFrom([5, 20], [31]),
      }),
      fc.record({
        kind: fc.constant('dayOfMonth' as const),
        day: fc.integer({ min: 1, max: 31 }),
        months: fc.nat(3),
      }),
    ),
    fc.constantFrom('keep' as const, 'next' as const),
  )
  .map(([rule, nonBusinessDays]) => ({ ...rule, nonBusinessDays }));
const closed = fc.constantFrom<ClosedMonth[]>(
  [],
  [{ month: 8, moveToDay: 10 }],
  [{ month: 12, moveToDay: 31 }],
);
