import fc from 'fast-check';
import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import type { Instant } from '../../../../src/kernel/calendar.ts';
import type { DunningPolicy, Level } from '../../../../src/modules/dunning/rules/dunning.ts';
import { planDecisions, planReminders } from '../../../../src/modules/dunning/rules/plan.ts';
import { defaultDunning, defaultSettings } from '../../../../src/modules/settings/rules/defaults.ts';
import { dueOnDay } from '../../../../src/modules/terms/rules/due-dates.ts';
import type { Instalment, PaymentMeans } from '../../../../src/modules/terms/rules/terms.ts';
import { dunning } from '../../../support/builders.ts';

const dueOn = (day: string, number = 1): Instalment => ({
  number,
  ...dueOnDay(day, defaultSettings),
  amount: 100,
});

type Options = {
  policy?: Partial<DunningPolicy>;
  placedAt?: Instant;
  termsCode?: string | null;
  spreadKey?: string | null;
  country?: string;
};

const scheduled = (
  instalments: readonly (Instalment & { collection?: PaymentMeans })[],
  {
    placedAt = '2026-01-01T00:00:00.000Z',
    termsCode = 'net30',
    spreadKey = 'rossi',
    country = 'IT',
  }: Options,
) => ({ termsCode, instalments, from: placedAt, country, spreadKey });

/** By the policy of the tests' merchant: 3 days before, on the day, 7 and 14 days after, at 09:00 in Rome. */
const plan = (
  instalments: readonly (Instalment & { collection?: PaymentMeans })[],
  { policy = {}, ...options }: Options = {},
) => planReminders({ ...dunning, ...policy }, scheduled(instalments, options));

const decisions = (instalments: readonly Instalment[], { policy = {}, ...options }: Options = {}) =>
  planDecisions({ ...dunning, ...policy }, scheduled(instalments, options));

const instants = (steps: readonly { at: string }[]) => steps.map(({ at }) => at);
const level = (offset: string): Level => ({ offset, tone: 'due' });

test('by default a customer is reminded 7 days before, 5, 18 and 30 days after, at 10:30 in Rome', () => {
  const steps = plan([dueOn('2026-10-30')], { policy: defaultDunning, spreadKey: null });
  const step = (offset: string, at: string, fields: object) => ({
    ...{ key: `1/${offset}`, at, instalment: 1, exact: false },
    ...fields,
  });
  expect(steps).toEqual([
    step('-P7D', '2026-10-23T08:30:00.000Z', { kind: 'remind', level: 1, tone: 'due-soon' }),
    step('P5D', '2026-11-04T09:30:00.000Z', { kind: 'overdue', level: 2, tone: 'overdue-1' }),
    step('P18D', '2026-11-17T09:30:00.000Z', { kind: 'overdue', level: 3, tone: 'overdue-2' }),
    step('P30D', '2026-11-30T09:30:00.000Z', { kind: 'overdue', level: 4, tone: 'final' }),
  ]);
});

test('09:00 stays 09:00 across the change to winter time', () => {
  expect(instants(plan([dueOn('2026-10-22')]))).toEqual([
    '2026-10-19T07:00:00.000Z',
    '2026-10-22T07:00:00.000Z',
    '2026-10-29T08:00:00.000Z',
    '2026-11-05T08:00:00.000Z',
  ]);
});

test.each([
  ['-P3D', '2026-11-24', '2026-11-20', 'a Saturday goes back to Friday'],
  ['P0D', '2026-11-29', '2026-11-30', 'a due Sunday waits for Monday, when paying is still in time'],
  ['P7D', '2026-11-22', '2026-11-30', 'a Sunday waits for Monday'],
  ['P0D', '2026-10-04', '2026-10-05', 'Saint Francis 2026 waits for Monday'],
  ['-P3D', '2027-10-07', '2027-10-01', 'Saint Francis 2027, a Monday, goes back to Friday'],
  ['P7D', '2027-09-27', '2027-10-05', 'Saint Francis 2027 waits for Tuesday'],
  ['P0D', '2027-01-06', '2027-01-07', 'Epiphany waits for the day after'],
  ['-P3D', '2027-01-09', '2027-01-05', 'Epiphany goes back to the day before'],
  ['-P1M', '2026-03-31', '2026-02-27', 'a month before clamps to the month’s end, here a Saturday'],
  ['P5D', '2027-03-24', '2027-03-30', 'Easter Monday waits for Tuesday'],
  ['P5D', '2028-08-10', '2028-08-16', 'Ferragosto, a Tuesday, waits for Wednesday'],
  ['P5D', '2026-12-20', '2026-12-28', 'Christmas, a Friday, waits for Monday'],
  ['P1M', '2027-01-31', '2027-03-01', 'a month after the 31st is the end of February, here a Sunday'],
])('%s of %s leaves on %s: %s', (offset, due, day) => {
  const [step] = plan([dueOn(due)], { policy: { levels: [level(offset)] } });
  expect(DateTime.fromISO(step!.at, { zone: 'Europe/Rome' }).toFormat('yyyy-MM-dd HH:mm')).toBe(
    `${day} 09:00`,
  );
});

test.each([
  ['2026-11-28', {}, 'a Saturday, over by the Monday'],
  ['2027-05-01', {}, 'a holiday on a Saturday: in time until the Monday', 1],
  ['2026-12-05', { levels: [level('P0D'), level('P7D')] }, 'a Saturday, but what follows stays', 1],
  ['2026-11-30', { sendTime: '23:59', spreadMinutes: 60 }, 'a spread that runs past midnight'],
])(
  'no reminder says that what is due on %s is due today when that day is over: %s, %s',
  (due, policy, _why, left = 0) => {
    const key = 'customer-1'; // late in the spread
    const steps = plan([dueOn(due)], { policy: { levels: [level('P0D')], ...policy }, spreadKey: key });
    expect(steps).toHaveLength(left);
  },
);

test.each([
  ['P1D', '2026-11-29', '2026-12-01', 'a Sunday that is paid in time on the Monday'],
  ['P1D', '2027-03-28', '2027-03-31', 'Easter, paid in time on the Tuesday'],
  ['P3D', '2027-03-28', '2027-03-31', 'Easter, already late by then'],
])('%s of %s leaves on %s, when it is overdue: %s', (offset, due, day) => {
  const [step] = plan([dueOn(due)], { policy: { businessDays: false, levels: [level(offset)] } });
  expect(step!.at.slice(0, 10)).toBe(day);
});

test('no reminder says that something is overdue before it is, in any time zone of the reminders', () => {
  for (const timeZone of ['America/New_York', 'Europe/London', 'Asia/Tokyo'])
    for (const sendTime of ['00:00', '09:00', '23:00']) {
      const due = dueOn('2027-03-07'); // a Sunday
      const policy = { timeZone, sendTime, businessDays: false, levels: [level('P1D')] };
      const at = Date.parse(plan([due], { policy })[0]!.at);
      expect(at).toBeGreaterThanOrEqual(Date.parse(due.dueAt!));
      expect(at).toBeLessThan(Date.parse(due.dueAt!) + 86_400_000);
    }
});

test('reminders keep their day if the merchant works on all days', () => {
  const steps = plan([dueOn('2027-01-06')], { policy: { businessDays: false, levels: [level('P0D')] } });
  expect(instants(steps)).toEqual(['2027-01-06T08:00:00.000Z']);
});

test('the holidays are those of the merchant’s country', () => {
  const policy = { levels: [level('P0D')] };
  expect(instants(plan([dueOn('2026-12-08')], { policy, country: 'IT' }))).toEqual([
    '2026-12-09T08:00:00.000Z',
  ]);
  expect(instants(plan([dueOn('2026-12-08')], { policy, country: 'DE' }))).toEqual([
    '2026-12-08T08:00:00.000Z',
  ]);
});

test('a reminder before or at the order’s placement is left out', () => {
  const keys = (placedAt: string) => plan([dueOn('2026-11-26')], { placedAt }).map(({ key }) => key);
  expect(keys('2026-11-26T07:59:59.999Z')).toEqual(['1/P0D', '1/P7D', '1/P14D']);
  expect(keys('2026-11-26T08:00:00.000Z')).toEqual(['1/P7D', '1/P14D']);
  expect(keys('2026-12-25T00:00:00.000Z')).toEqual([]);
});

test.each([
  ['2026-11-18T22:59:59.999Z', true, '18 November, five days before'],
  ['2026-11-18T23:00:00.000Z', false, '19 November'],
])(
  'nothing is announced in the five days after the confirmation: of an order of %s it is %s',
  (placedAt, announced) => {
    expect(plan([dueOn('2026-11-26')], { placedAt }).some(({ tone }) => tone === 'due-soon')).toBe(announced);
  },
);

test.each(['riba', 'sdd', 'card'] as const)('nothing is announced that is collected by %s', (collection) => {
  const keys = plan([{ ...dueOn('2026-11-26'), collection }]).map(({ key }) => key);
  expect(keys).toEqual(['1/P0D', '1/P7D', '1/P14D']);
});

test('an offset with a time is exact: no send time, no spread, no business days', () => {
  const dueAt = '2026-11-28T23:59:30.000Z'; // a Saturday night
  const levels = [{ offset: '-PT40S', tone: 'due-soon' } as const, ...['PT0S', 'PT20S', 'PT40S'].map(level)];
  const steps = plan([{ number: 1, dueOn: '2026-11-29', dueAt, amount: 100 }], {
    policy: { levels, spreadMinutes: 120 },
    placedAt: '2026-11-28T23:58:30.000Z',
  });
  expect(steps.map(({ at, kind }) => [at, kind])).toEqual([
    ['2026-11-28T23:58:50.000Z', 'remind'],
    ['2026-11-28T23:59:30.000Z', 'remind'],
    ['2026-11-28T23:59:50.000Z', 'overdue'],
    ['2026-11-29T00:00:10.000Z', 'overdue'],
  ]);
});

test('each instalment has its own reminders, all in order of time', () => {
  const steps = plan([dueOn('2026-11-26'), dueOn('2026-12-03', 2)]);
  expect(steps.map(({ key }) => key)).toEqual([
    '1/-P3D',
    '1/P0D',
    '2/-P3D',
    '1/P7D',
    '2/P0D',
    '1/P14D',
    '2/P7D',
    '2/P14D',
  ]);
});

test('terms with their own plan follow it, even if it is empty; the others follow the general levels', () => {
  const policy = { plans: { demo: [level('PT20S')], silent: [] } };
  const keys = (termsCode: string | null) =>
    plan([dueOn('2026-11-26')], { policy, termsCode }).map(({ key }) => key);
  expect(keys('demo')).toEqual(['1/PT20S']);
  expect(keys('silent')).toEqual([]);
  for (const code of ['net30', null, 'constructor', '__proto__']) expect(keys(code)).toHaveLength(4);
});

test('the spread depends only on the customer, stays within its window, and spreads', () => {
  const spreadMinutes = 60;
  const start = Date.parse('2026-11-26T08:00:00.000Z');
  const at = (spreadKey: string | null) =>
    plan([dueOn('2026-11-26')], { policy: { levels: [level('P0D')], spreadMinutes }, spreadKey })[0]!.at;
  fc.assert(
    fc.property(fc.string(), (key) => {
      const after = Date.parse(at(key)) - start;
      expect(after).toBeGreaterThanOrEqual(0);
      expect(after).toBeLessThan(spreadMinutes * 60_000);
      expect(at(key)).toBe(at(key));
    }),
  );
  expect(new Set(Array.from({ length: 100 }, (_, n) => at(`customer-${n}`))).size).toBeGreaterThan(90);
  expect(at(null)).toBe('2026-11-26T08:00:00.000Z');
});

test('a customer’s reminders share one place in the spread, whatever the order', () => {
  const steps = [dueOn('2026-11-26'), dueOn('2027-01-11')].flatMap((due) =>
    plan([due], { policy: { spreadMinutes: 60 } }),
  );
  expect(new Set(steps.map(({ at }) => at.slice(14))).size).toBe(1);
});

test('keys are unique within an order, and every step comes after the placement', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -30, max: 90 }), { maxLength: 8 }),
      fc.integer({ min: 0, max: 700 }),
      (days, shift) => {
        const due = new Date(Date.UTC(2026, 0, 1 + shift)).toISOString().slice(0, 10);
        const levels = days.map((n) => level(n < 0 ? `-P${-n}D` : `P${n}D`));
        const placedAt = '2026-06-01T10:00:00.000Z';
        const steps = plan([dueOn(due), dueOn(due, 2)], { policy: { levels }, placedAt });
        expect(new Set(steps.map(({ key }) => key)).size).toBe(steps.length);
        expect(instants(steps)).toEqual(instants(steps).sort());
        for (const { at } of steps) expect(Date.parse(at)).toBeGreaterThan(Date.parse(placedAt));
      },
    ),
  );
});

test('a decision follows the last level of each instalment, at its instant', () => {
  expect(decisions([dueOn('2026-11-26'), { ...dueOn('2026-12-03', 2), moves: 1 }])).toEqual([
    {
      key: '1/decide',
      at: '2026-12-10T08:00:00.000Z',
      kind: 'decide',
      instalment: 1,
      level: null,
      tone: null,
      exact: false,
    },
    {
      key: '2/decide~1',
      at: '2026-12-17T08:00:00.000Z',
      kind: 'decide',
      instalment: 2,
      level: null,
      tone: null,
      exact: false,
    },
  ]);
});

test('a decision is never lost, and never before something is overdue', () => {
  const due = dueOn('2026-11-26');
  expect(instants(decisions([due], { placedAt: '2027-06-01T00:00:00.000Z' }))).toEqual([
    '2026-12-10T08:00:00.000Z',
  ]);
  expect(instants(decisions([due], { policy: { levels: [level('-P3D')] } }))).toEqual([due.dueAt]);
  expect(decisions([due], { policy: { levels: [] } })).toEqual([]);
  expect(decisions([{ ...due, dueAt: null }])).toEqual([]);
  const exact = { ...due, dueAt: '2026-11-28T23:59:30.000Z' };
  expect(instants(decisions([exact], { termsCode: 'demo' }))).toEqual(['2026-11-29T00:00:10.000Z']);
});
