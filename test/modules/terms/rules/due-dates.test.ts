import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  addDays,
  dayAt,
  daysBetween,
  dueDayCalendar,
  lastDayInTime,
  timeOn,
} from '../../../../src/kernel/calendar.ts';
import { defaultSettings } from '../../../../src/modules/settings/rules/defaults.ts';
import {
  type ClosedMonth,
  type Closure,
  hardlyEverOpen,
  outOfClosures,
} from '../../../../src/modules/terms/rules/closures.ts';
import { type DueContext, dueDate } from '../../../../src/modules/terms/rules/due-dates.ts';
import {
  type DueRule,
  endOfMonthConventions,
  MAX_DAYS,
  type MovedDays,
} from '../../../../src/modules/terms/rules/terms.ts';

const zone = 'Europe/Rome';
type Given = Partial<DueContext['settings']> & { closedMonths?: ClosedMonth[]; closures?: Closure[] };
const due = (
  rule: DueRule & MovedDays,
  placedAt: string,
  { closedMonths = [], closures = [], ...settings }: Given = {},
) =>
  dueDate(rule, {
    placedAt,
    settings: { ...defaultSettings, timeZone: zone, ...settings },
    closedMonths,
    closures,
  });
/** The due day of an order placed at noon on that day. */
const dueOn = (rule: DueRule & MovedDays, placedOn: string, given: Given = {}) =>
  due(rule, timeOn(placedOn, '12:00', zone), given).dueOn;

test.each([
  [30, '2026-11-24T08:00:00.000Z', '2026-12-24', '2026-12-24T23:00:00.000Z'],
  // On Christmas, a Friday, and on a Sunday: a payment on the next day that is neither is in time.
  [30, '2026-11-25T08:00:00.000Z', '2026-12-25', '2026-12-28T23:00:00.000Z'],
  [30, '2026-01-30T08:00:00.000Z', '2026-03-01', '2026-03-02T23:00:00.000Z'],
  [30, '2028-01-30T08:00:00.000Z', '2028-02-29', '2028-02-29T23:00:00.000Z'],
  [60, '2026-12-31T12:00:00.000Z', '2027-03-01', '2027-03-01T23:00:00.000Z'],
  [365, '2027-03-01T12:00:00.000Z', '2028-02-29', '2028-02-29T23:00:00.000Z'],
  [0, '2026-11-25T08:00:00.000Z', '2026-11-25', '2026-11-25T23:00:00.000Z'],
  // Placed before midnight in UTC, after it in Rome: the merchant's day counts.
  [30, '2026-11-26T23:30:00.000Z', '2026-12-27', '2026-12-28T23:00:00.000Z'],
  // Into and out of summer time: the due day keeps its midnight.
  [1, '2026-03-28T10:00:00.000Z', '2026-03-29', '2026-03-30T22:00:00.000Z'],
  [30, '2026-03-10T10:00:00.000Z', '2026-04-09', '2026-04-09T22:00:00.000Z'],
  [1, '2026-10-24T10:00:00.000Z', '2026-10-25', '2026-10-26T23:00:00.000Z'],
])('net %i, placed at %s, is due on %s and overdue from %s', (days, placedAt, dueOn, dueAt) => {
  expect(due({ kind: 'net', days }, placedAt)).toEqual({ dueOn, dueAt });
});

test.each([
  ['PT60S', '2026-11-25T08:00:00.000Z', '2026-11-25', '2026-11-25T08:01:00.000Z'],
  ['PT2H', '2026-11-25T22:30:00.000Z', '2026-11-26', '2026-11-26T00:30:00.000Z'],
  ['PT24H', '2026-03-28T12:00:00.000Z', '2026-03-29', '2026-03-29T12:00:00.000Z'],
  ['P1D', '2026-03-28T12:00:00.000Z', '2026-03-29', '2026-03-29T11:00:00.000Z'], // a day of 23 hours
  ['P1M', '2026-01-31T12:00:00.000Z', '2026-02-28', '2026-02-28T12:00:00.000Z'],
])('%s after %s is due on %s, exactly at %s', (duration, placedAt, dueOn, dueAt) => {
  const closedMonths = [{ month: 11, moveToDay: 10 }];
  expect(due({ kind: 'elapsed', duration, nonBusinessDays: 'next' }, placedAt, { closedMonths })).toEqual({
    dueOn,
    dueAt,
  });
});

describe('N days end of month', () => {
  const [A, B, C] = endOfMonthConventions;
  it.each([
    [30, '2026-05-26', '2026-06-30', '2026-06-30', '2026-06-30'],
    [30, '2026-06-23', '2026-07-31', '2026-07-31', '2026-07-30'],
    [30, '2026-07-15', '2026-08-31', '2026-08-31', '2026-08-30'],
    [30, '2026-01-30', '2026-03-31', '2026-02-28', '2026-03-02'],
    [30, '2028-01-30', '2028-02-29', '2028-02-29', '2028-03-01'],
    [30, '2026-01-31', '2026-03-31', '2026-02-28', '2026-03-02'],
    [60, '2026-12-31', '2027-03-31', '2027-02-28', '2027-03-01'],
    [60, '2026-07-01', '2026-08-31', '2026-09-30', '2026-09-29'],
    [90, '2026-11-30', '2027-02-28', '2027-02-28', '2027-02-28'],
    [0, '2026-02-01', '2026-02-28', '2026-02-28', '2026-02-28'],
    [0, '2026-10-31', '2026-10-31', '2026-10-31', '2026-10-31'],
  ])(
    '%i, placed on %s: days first %s, months first %s, month end first %s',
    (days, placedOn, ...expected) => {
      const found = endOfMonthConventions.map((convention) =>
        dueOn({ kind: 'endOfMonth', days, convention }, placedOn),
      );
      expect(found).toEqual(expected);
    },
  );

  it.each([
    [A, '2026-07-15', '2026-09-10'],
    [B, '2026-07-15', '2026-09-10'],
    [C, '2026-07-15', '2026-09-09'],
    [A, '2026-01-30', '2026-04-10'],
    [B, '2026-01-30', '2026-03-10'],
  ] as const)('30 + 10, %s, placed on %s, is due on %s', (convention, placedOn, expected) => {
    expect(dueOn({ kind: 'endOfMonth', days: 30, convention, plusDays: 10 }, placedOn)).toBe(expected);
  });

  it('reaches 91 real days with 60 nominal ones', () => {
    const day = dueOn({ kind: 'endOfMonth', days: 60, convention: B }, '2026-07-01');
    expect(daysBetween('2026-07-01', day)).toBe(91);
  });
});

test.each([
  [1, '2026-01-31', '2026-02-28'],
  [1, '2028-01-31', '2028-02-29'],
  [1, '2026-02-28', '2026-03-28'],
  [3, '2026-08-31', '2026-11-30'],
  [12, '2028-02-29', '2029-02-28'],
])('%i months after %s is %s', (months, placedOn, expected) => {
  expect(dueOn({ kind: 'months', months }, placedOn)).toBe(expected);
});

test.each([
  [10, 1, '2026-11-25', '2026-12-10'],
  [10, 1, '2026-12-01', '2027-01-10'],
  [31, 1, '2026-01-31', '2026-02-28'],
  [31, 1, '2028-01-01', '2028-02-29'],
  [30, 1, '2027-01-30', '2027-02-28'],
  [10, 0, '2026-11-09', '2026-11-10'],
  [10, 0, '2026-11-10', '2026-11-10'],
  [10, 0, '2026-11-11', '2026-12-10'],
  [31, 0, '2027-02-28', '2027-02-28'],
  [15, 3, '2026-11-30', '2027-02-15'],
])('the %i, %i months on, for an order of %s, is %s', (day, months, placedOn, expected) => {
  expect(dueOn({ kind: 'dayOfMonth', day, months }, placedOn)).toBe(expected);
});

describe('payment days of the customer', () => {
  const net = (days: number, ...paymentDays: number[]) => ({ kind: 'net', days, paymentDays }) as const;
  it.each([
    ['2027-01-05', net(30, 10, 25), '2027-02-10'], // 4 February
    ['2027-01-11', net(30, 10, 25), '2027-02-10'], // 10 February itself
    ['2027-01-12', net(30, 25, 10), '2027-02-25'],
    ['2027-01-27', net(30, 10, 25), '2027-03-10'], // 26 February
    ['2026-12-01', net(29, 10, 25), '2027-01-10'], // over the new year
    ['2027-01-05', net(30, 31), '2027-02-28'], // the last day of a short month
    ['2028-01-05', net(30, 31), '2028-02-29'],
    ['2027-01-30', net(30, 30), '2027-03-30'], // 1 March
    ['2027-01-05', net(0, 10), '2027-01-05'], // at once
    ['2027-01-05', { kind: 'months', months: 1, paymentDays: [15] }, '2027-02-15'],
    ['2027-01-05', { kind: 'fixed', on: '2027-01-28' }, '2027-01-28'],
  ] as const)('an order of %s on %j is due on %s', (placedOn, rule, expected) => {
    expect(dueOn(rule, placedOn)).toBe(expected);
  });

  it.each([
    ['daysThenMonthEnd', '2027-01-10', '2027-03-15'], // 24 February, its end, the 15th
    ['daysThenMonthEnd', '2027-01-20', '2027-04-15'], // 6 March
    ['monthEndThenDays', '2027-01-10', '2027-04-15'], // 17 March
  ] as const)(
    '“45 days end of month, on the 15th”, %s, of %s is due on %s',
    (convention, placedOn, expected) => {
      expect(dueOn({ kind: 'endOfMonth', days: 45, convention, paymentDays: [15] }, placedOn)).toBe(expected);
    },
  );

  it('are left for the next day that is no holiday, which need not be a payment day', () => {
    const rule = { ...net(30, 10, 25), nonBusinessDays: 'next' } as const;
    expect(dueOn(rule, '2026-12-01')).toBe('2027-01-11'); // the 10th is a Sunday
  });

  it('come again after a closed month or a closure', () => {
    expect(dueOn(net(30, 10, 25), '2026-07-20', { closedMonths: [{ month: 8, moveToDay: 1 }] })).toBe(
      '2026-09-10',
    );
    expect(dueOn(net(30, 10, 25), '2026-07-20', { closures: [{ from: '08-09', to: '08-26' }] })).toBe(
      '2026-09-10',
    );
  });
});

describe('a cut-off day', () => {
  const eom = { kind: 'endOfMonth', days: 30, convention: 'monthsThenMonthEnd', cutOffDay: 25 } as const;
  const tenth = { kind: 'dayOfMonth', day: 10, months: 1, cutOffDay: 25 } as const;
  it.each([
    ['2027-01-25', eom, '2027-02-28'],
    ['2027-01-26', eom, '2027-03-31'],
    ['2026-12-31', eom, '2027-02-28'],
    ['2027-01-26', { ...eom, convention: 'daysThenMonthEnd' }, '2027-03-31'],
    ['2027-01-26', { ...eom, convention: 'monthEndThenDays', plusDays: 10 }, '2027-04-09'],
    ['2027-01-25', tenth, '2027-02-10'],
    ['2027-01-26', tenth, '2027-03-10'],
    ['2027-02-28', { ...tenth, cutOffDay: 31 }, '2027-03-10'],
    ['2027-01-26', { ...tenth, months: 0 }, '2027-02-10'],
    ['2027-01-26', { ...tenth, day: 28, months: 0 }, '2027-02-28'],
  ] as const)('an order of %s on %j is due on %s', (placedOn, rule, expected) => {
    expect(dueOn(rule, placedOn)).toBe(expected);
  });
});

describe('a customer’s closures of days', () => {
  const august = { from: '08-09', to: '08-27' };
  it.each([
    ['2027-08-08', [august], '2027-08-08'],
    ['2027-08-09', [august], '2027-08-28'],
    ['2028-08-27', [august], '2028-08-28'], // every year
    ['2027-12-24', [{ from: '12-23', to: '01-06' }], '2028-01-07'],
    ['2027-01-06', [{ from: '12-23', to: '01-06' }], '2027-01-07'],
    ['2027-01-07', [{ from: '12-23', to: '01-06' }], '2027-01-07'],
    ['2027-08-09', [{ from: '2027-08-02', to: '2027-08-20' }], '2027-08-21'],
    ['2028-08-09', [{ from: '2027-08-02', to: '2027-08-20' }], '2028-08-09'], // of one year
    ['2027-02-20', [{ from: '02-15', to: '02-29' }], '2027-03-01'],
    ['2028-02-20', [{ from: '02-15', to: '02-29' }], '2028-03-01'],
    ['2027-08-10', [august, { from: '08-20', to: '08-31' }, { from: '09-01', to: '09-01' }], '2027-09-02'],
    ['2027-05-05', [{ from: '05-05', to: '05-05' }], '2027-05-06'],
  ])('what is due on %s with %j is due on %s', (day, closures, expected) => {
    expect(dueOn({ kind: 'fixed', on: day }, '2026-01-01', { closures })).toBe(expected);
  });

  it('lead into a closed month, and out of it', () => {
    const closures = [{ from: '07-20', to: '07-31' }];
    const closedMonths = [{ month: 8, moveToDay: 10 }];
    expect(dueOn({ kind: 'fixed', on: '2027-07-25' }, '2026-01-01', { closures, closedMonths })).toBe(
      '2027-09-10',
    );
  });

  it('that leave nothing open keep the agreed day', () => {
    const closures = [{ from: '01-01', to: '12-31' }];
    expect(dueOn({ kind: 'fixed', on: '2027-07-25' }, '2026-01-01', { closures })).toBe('2027-07-25');
    expect(hardlyEverOpen({ closures, closedMonths: [] })).toBe(true);
    expect(hardlyEverOpen({ closures: [{ from: '02-01', to: '12-31' }], closedMonths: [] })).toBe(false);
    expect(hardlyEverOpen({ closures: [{ from: '01-20', to: '12-31' }], closedMonths: [] })).toBe(true);
    expect(hardlyEverOpen({ closures: [{ from: '2028-01-01', to: '2028-12-31' }], closedMonths: [] })).toBe(
      false,
    );
    const allButDecember = Array.from({ length: 11 }, (_, index) => ({ month: index + 1, moveToDay: 1 }));
    expect(hardlyEverOpen({ closures: [{ from: '12-20', to: '12-31' }], closedMonths: allButDecember })).toBe(
      true,
    );
  });
});

test('a fixed day is due on that day, and refused once it is over', () => {
  const rule: DueRule = { kind: 'fixed', on: '2027-02-01' };
  expect(due(rule, '2027-02-01T22:30:00.000Z')).toEqual({
    dueOn: '2027-02-01',
    dueAt: '2027-02-01T23:00:00.000Z',
  });
  // Half past midnight in Rome.
  expect(() => due(rule, '2027-02-01T23:30:00.000Z')).toThrow(
    expect.objectContaining({ code: 'terms-not-applicable' }),
  );
});

describe('a due date on a day off', () => {
  const onDay = (day: string, given: Given = {}) =>
    dueOn({ kind: 'fixed', on: day, nonBusinessDays: 'next' }, '2026-01-01', given);

  it.each([
    ['2026-10-04', '2026-10-05'], // a Sunday, and a public holiday from 2026 on
    ['2027-10-04', '2027-10-05'], // a Monday: law 151/2025
    ['2026-11-29', '2026-11-30'], // a Sunday
    ['2026-11-28', '2026-11-28'], // a Saturday is not a holiday
    ['2026-05-01', '2026-05-02'], // a Friday, then a Saturday
    ['2026-04-05', '2026-04-07'], // Easter Sunday and Monday
    ['2026-12-25', '2026-12-28'], // three days of Christmas
    ['2027-01-01', '2027-01-02'],
    ['2026-11-25', '2026-11-25'],
  ])('%s moves to %s', (day, expected) => {
    expect(onDay(day)).toBe(expected);
  });

  it('4 October was not a holiday before 2026', () => {
    const rule = { kind: 'net', days: 0, nonBusinessDays: 'next' } as const;
    expect(dueOn(rule, '2024-10-04')).toBe('2024-10-04');
  });

  it('moves off Saturdays too if the merchant closes them', () => {
    expect(onDay('2026-11-28', { saturdays: 'closed' })).toBe('2026-11-30');
    expect(onDay('2026-05-01', { saturdays: 'closed' })).toBe('2026-05-04');
  });

  it('depends on the holidays of the merchant’s country and region', () => {
    expect(onDay('2026-10-26', { country: 'AT' })).toBe('2026-10-27');
    expect(onDay('2026-10-31', { country: 'DE', region: 'SN' })).toBe('2026-11-02');
    expect(onDay('2026-10-31', { country: 'DE', region: 'BY' })).toBe('2026-10-31');
    expect(onDay('2026-05-25', { region: '32' })).toBe('2026-05-26');
    expect(onDay('2026-05-25')).toBe('2026-05-25');
  });

  it('stays if the terms keep it, and is overdue when the next day that is not off has ended', () => {
    for (const keep of [{}, { nonBusinessDays: 'keep' as const }])
      expect(dueOn({ kind: 'fixed', on: '2026-11-29', ...keep }, '2026-01-01')).toBe('2026-11-29');
    const placedAt = '2026-03-27T10:00:00.000Z'; // two days later the clocks go forward
    expect(due({ kind: 'net', days: 2, nonBusinessDays: 'next' }, placedAt)).toEqual({
      dueOn: '2026-03-30',
      dueAt: '2026-03-30T22:00:00.000Z',
    });
  });
});

describe('a customer’s closed months', () => {
  const closedMonths = [
    { month: 8, moveToDay: 10 },
    { month: 12, moveToDay: 31 },
  ];
  it.each([
    ['2026-08-01', '2026-09-10'],
    ['2026-08-31', '2026-09-10'],
    ['2026-07-31', '2026-07-31'],
    ['2026-09-01', '2026-09-01'],
    ['2026-12-15', '2027-01-31'],
  ])('move what is due on %s to %s', (day, expected) => {
    expect(dueOn({ kind: 'fixed', on: day }, '2026-01-01', { closedMonths })).toBe(expected);
  });

  it('take the last day of a short month, skip a second closed month, and keep off holidays', () => {
    const on = (day: string, given: ClosedMonth[]) =>
      dueOn({ kind: 'fixed', on: day, nonBusinessDays: 'next' }, '2026-01-01', { closedMonths: given });
    expect(on('2027-01-20', [{ month: 1, moveToDay: 31 }])).toBe('2027-03-01'); // 28 February is a Sunday
    expect(
      on('2026-11-20', [
        { month: 11, moveToDay: 5 },
        { month: 12, moveToDay: 7 },
      ]),
    ).toBe('2027-01-07');
    expect(on('2026-05-31', [{ month: 6, moveToDay: 3 }])).toBe('2026-07-03'); // the Sunday leads into June
  });

  it('do not postpone what is due at once', () => {
    expect(dueOn({ kind: 'net', days: 0 }, '2026-08-20', { closedMonths })).toBe('2026-08-20');
    expect(dueOn({ kind: 'net', days: 1 }, '2026-08-20', { closedMonths })).toBe('2026-09-10');
  });
});

const rule: fc.Arbitrary<DueRule> = fc.oneof(
  fc.record({ kind: fc.constant('net' as const), days: fc.integer({ min: 0, max: MAX_DAYS }) }),
  fc.record({ kind: fc.constant('months' as const), months: fc.integer({ min: 1, max: 24 }) }),
  fc.record({
    kind: fc.constant('endOfMonth' as const),
    days: fc.integer({ min: 0, max: 12 }).map((months) => 30 * months),
    convention: fc.constantFrom(...endOfMonthConventions),
    plusDays: fc.integer({ min: 0, max: 31 }),
    cutOffDay: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({
    kind: fc.constant('dayOfMonth' as const),
    day: fc.integer({ min: 1, max: 31 }),
    months: fc.integer({ min: 0, max: 24 }),
    cutOffDay: fc.integer({ min: 1, max: 31 }),
  }),
);
const days = fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { maxLength: 4 });
const placement = fc.integer({ min: 0, max: 3_650 }).map((days) => addDays('2026-01-01', days));
const months = fc.uniqueArray(
  fc.record({ month: fc.integer({ min: 1, max: 12 }), moveToDay: fc.integer({ min: 1, max: 31 }) }),
  { selector: ({ month }) => month, maxLength: 11 },
);

test('nothing is due before the day of the order, in a closed month, or on a day off that due dates move from', () => {
  fc.assert(
    fc.property(
      rule,
      placement,
      months,
      fc.constantFrom('keep', 'next'),
      (of, placedOn, closedMonths, move) => {
        const day = dueOn({ ...of, nonBusinessDays: move as 'keep' }, placedOn, { closedMonths });
        expect(day >= placedOn).toBe(true);
        if (day > placedOn)
          expect(closedMonths.map(({ month }) => month)).not.toContain(Number(day.slice(5, 7)));
        if (move === 'next') expect(new Date(day).getUTCDay()).not.toBe(0);
      },
    ),
  );
});

test('a later order is never due earlier on the same terms', () => {
  fc.assert(
    fc.property(
      rule,
      placement,
      fc.integer({ min: 0, max: 400 }),
      fc.boolean(),
      (of, placedOn, more, moves) => {
        const terms = { ...of, nonBusinessDays: moves ? ('next' as const) : ('keep' as const) };
        expect(dueOn(terms, addDays(placedOn, more)) >= dueOn(terms, placedOn)).toBe(true);
      },
    ),
  );
});

test('what payment days move is due on one of them, and no later than a month', () => {
  fc.assert(
    fc.property(rule, placement, days, (of, placedOn, paymentDays) => {
      const agreed = dueOn(of, placedOn);
      const day = dueOn({ ...of, paymentDays }, placedOn);
      if (agreed === placedOn || paymentDays.length === 0) {
        expect(day).toBe(agreed);
        return;
      }
      const lastOfMonth = addDays(day, 1).endsWith('-01');
      const dayOfMonth = Number(day.slice(-2));
      expect(paymentDays.some((given) => given === dayOfMonth || (lastOfMonth && given > dayOfMonth))).toBe(
        true,
      );
      expect(daysBetween(agreed, day)).toBeGreaterThanOrEqual(0);
      expect(daysBetween(agreed, day)).toBeLessThanOrEqual(31);
    }),
  );
});

test('nothing is due while the customer is closed, and moving again changes nothing', () => {
  const closures = fc.array(
    fc.record({ start: fc.integer({ min: 0, max: 364 }), length: fc.integer({ min: 0, max: 40 }) }).map(
      ({ start, length }): Closure => ({
        from: addDays('2027-01-01', start).slice(5),
        to: addDays('2027-01-01', start + length).slice(5),
      }),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(rule, placement, closures, days, (of, placedOn, given, paymentDays) => {
      const day = dueOn({ ...of, paymentDays }, placedOn, { closures: given });
      if (day === placedOn) return;
      expect(outOfClosures(day, { closures: given, closedMonths: [] })).toBe(day);
      expect(dueOn({ kind: 'fixed', on: day }, placedOn, { closures: given })).toBe(day);
    }),
  );
});

test('net N gives N whole days after the day of placement, which does not count', () => {
  const moment = fc
    .date({ min: new Date('2026-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_DAYS }), moment, (days, placedAt) => {
      const { dueOn, dueAt } = due({ kind: 'net', days }, placedAt);
      expect(daysBetween(dayAt(placedAt, zone), dueOn)).toBe(days);
      expect(lastDayInTime(dueAt, zone)).toBe(dueDayCalendar(defaultSettings).nextBusinessDay(dueOn));
    }),
  );
});
