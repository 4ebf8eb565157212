import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addDays, businessCalendar } from '../../../../src/kernel/calendar.ts';
import {
  type Evidence,
  judgedFrom,
  judgePromise,
  lastValueDay,
  type PaymentPromise,
  promiseOn,
} from '../../../../src/modules/dunning/rules/promises.ts';
import { eur } from '../../../support/builders.ts';

const calendar = businessCalendar('IT');
/** A Thursday; the last value date is the Friday, the day of judgement the Monday. */
const BY = '2026-12-10';

/** Booked on the day of its value date. */
const money = (receivedOn: string, units: number) => ({
  ...{ ...eur(units), receivedOn, bookedAt: `${receivedOn}T10:00:00.000Z` },
});
/** Judges a promise of 1,000.00 by Thursday 10 December 2026; what was not paid is owed. */
function judge(
  payments: Evidence['payments'],
  given: Partial<Omit<Evidence, 'payments'>> & {
    covers?: readonly { amount: number; currency: string }[];
  } = {},
) {
  const { covers = [eur(1_000)], ...evidence } = given;
  const paid = payments.reduce((sum, { amount }) => sum + amount, 0);
  const owed = [{ amount: Math.max(0, 100_000 - paid), currency: 'EUR' }];
  return judgePromise(
    { byOn: BY, byAt: null, covers },
    {
      now: '2026-12-14T10:00:00.000Z',
      today: '2026-12-14',
      calendar,
      bookedThrough: null,
      payments,
      credited: [],
      owed,
      ...evidence,
    },
  );
}

describe('a promise by Thursday 10 December is judged on Monday the 14th', () => {
  it.each([
    ['on the day', [money('2026-12-10', 1_000)], 'kept'],
    ['before the day', [money('2026-12-01', 1_000)], 'kept'],
    ['a day late', [money('2026-12-11', 1_000)], 'kept'],
    ['two days late', [money('2026-12-12', 1_000)], 'broken'],
    ['on the next bank day but one', [money('2026-12-14', 1_000)], 'broken'],
    ['in part', [money('2026-12-10', 999.99)], 'broken'],
    ['by two payments', [money('2026-12-09', 400), money('2026-12-11', 600)], 'kept'],
    ['by two payments, one of them late', [money('2026-12-09', 400), money('2026-12-12', 600)], 'broken'],
    ['with more than was promised', [money('2026-12-10', 2_000)], 'kept'],
    ['not at all', [], 'broken'],
  ])('paid %s', (_, payments, verdict) => {
    expect(judge(payments)).toBe(verdict);
  });

  it('and not before, however much came in: a payment can still bounce', () => {
    for (const today of ['2026-12-10', '2026-12-11', '2026-12-12', '2026-12-13'])
      expect(judge([money('2026-12-09', 1_000)], { today })).toBe('open');
  });

  it('only after a statement that covers the last value date', () => {
    const payments = [money('2026-12-11', 1_000)];
    expect(judge(payments, { bookedThrough: '2026-12-10', today: '2026-12-16' })).toBe('open');
    expect(judge(payments, { bookedThrough: '2026-12-11', today: '2026-12-14' })).toBe('kept');
    expect(judge([], { bookedThrough: '2026-12-10', today: '2027-02-01' })).toBe('open');
    expect(judge([], { bookedThrough: '2026-12-14' })).toBe('broken');
  });

  it('by what is still owed, where a credit note or a cancellation took the debt away', () => {
    expect(judge([], { owed: [] })).toBe('kept');
    expect(judge([money('2026-12-10', 600)], { owed: [] })).toBe('kept');
    expect(judge([money('2026-12-15', 1_000)], { owed: [], today: '2026-12-16' })).toBe('broken');
  });

  it('in each currency', () => {
    const covers = [eur(1_000), { amount: 30_000, currency: 'CHF' }];
    const francs = { ...money('2026-12-10', 300), currency: 'CHF' };
    const owed = [{ amount: 30_000, currency: 'CHF' }];
    expect(judge([money('2026-12-10', 1_000)], { covers, owed })).toBe('broken');
    expect(judge([money('2026-12-10', 1_000), francs], { covers, owed: [] })).toBe('kept');
  });
});

describe('a promise by an instant has bank days of five seconds', () => {
  const byAt = '2026-12-10T10:00:00.000Z';
  const at = (second: string) => `2026-12-10T10:00:${second}Z`;
  const booked = (second: string, units: number) => ({ ...money(BY, units), bookedAt: at(second) });
  const judgeAt = (second: string, payments: Evidence['payments'], bookedThrough: string | null = null) => {
    const paid = payments.reduce((sum, { amount }) => sum + amount, 0);
    return judgePromise(
      { byOn: BY, byAt, covers: [eur(1_000)] },
      {
        ...{ now: at(second), today: BY, calendar, bookedThrough, payments },
        credited: [],
        owed: [{ amount: Math.max(0, 100_000 - paid), currency: 'EUR' }],
      },
    );
  };

  it.each([
    ['at the instant', [booked('00.000', 1_000)], 'kept'],
    ['a bank day late', [booked('05.000', 1_000)], 'kept'],
    ['later than that', [booked('05.001', 1_000)], 'broken'],
    ['in part', [booked('01.000', 999.99)], 'broken'],
    ['in part, and the rest late', [booked('01.000', 400), booked('06.000', 600)], 'broken'],
    ['not at all', [], 'broken'],
  ])('paid %s', (_, payments, verdict) => {
    expect(judgeAt('10.000', payments)).toBe(verdict);
  });

  it('and is judged two of them after it, whatever day the statements cover', () => {
    expect(judgeAt('09.999', [booked('00.000', 1_000)])).toBe('open');
    expect(judgeAt('10.000', [booked('00.000', 1_000)], '2026-12-01')).toBe('kept');
  });
});

test('bank days are those of the calendar: weekends and public holidays do not count', () => {
  const days = (byOn: string) => [lastValueDay(byOn, calendar), judgedFrom(byOn, calendar)];
  expect(days('2026-12-10')).toEqual(['2026-12-11', '2026-12-14']);
  // The 8th of December is a holiday.
  expect(days('2026-12-07')).toEqual(['2026-12-09', '2026-12-10']);
  expect(days('2026-12-08')).toEqual(['2026-12-09', '2026-12-10']);
  expect(days('2026-12-11')).toEqual(['2026-12-14', '2026-12-15']);
  expect(days('2026-12-12')).toEqual(['2026-12-14', '2026-12-15']);
  expect(days('2026-12-24')).toEqual(['2026-12-28', '2026-12-29']);
  expect(days('2027-03-26')).toEqual(['2027-03-30', '2027-03-31']);
});

test('money with a value date after the last one never helps, and how it was divided makes no difference', () => {
  const day = fc.integer({ min: 0, max: 9 }).map((days) => addDays('2026-12-05', days));
  const payment = fc.record({ receivedOn: day, units: fc.integer({ min: 1, max: 700 }) });
  fc.assert(
    fc.property(fc.array(payment, { maxLength: 6 }), fc.integer({ min: 1, max: 99 }), (given, percent) => {
      const payments = given.map(({ receivedOn, units }) => money(receivedOn, units));
      const inTime = payments.filter(({ receivedOn }) => receivedOn <= '2026-12-11');
      const verdict = inTime.reduce((sum, { amount }) => sum + amount, 0) >= 100_000 ? 'kept' : 'broken';
      expect(judge(payments)).toBe(verdict);
      const divided = payments.flatMap(({ amount, ...rest }) => {
        const first = Math.ceil((amount * percent) / 100);
        return [first, amount - first].map((part) => ({ ...rest, amount: part }));
      });
      expect(judge(divided)).toBe(verdict);
      expect(judge(payments, { today: '2026-12-13' })).toBe('open');
    }),
  );
});

test('an item waits for the promise on it whose day comes last', () => {
  const promise = (id: string, fields: Partial<PaymentPromise> = {}): PaymentPromise => ({
    ...{ id, byOn: BY, byAt: null, amount: null, currency: null, orderIds: null },
    madeAt: '2026-12-01T09:00:00.000Z',
    ...fields,
  });
  const item = {
    orderId: 'so-1',
    instalment: 1,
    outstanding: 100_000,
    currency: 'EUR',
    dueOn: BY,
    dueAt: '2026-12-09T23:00:00.000Z',
  };
  const found = (...promises: PaymentPromise[]) => promiseOn(item, promises)?.id ?? null;
  expect(found()).toBeNull();
  expect(found(promise('all'))).toBe('all');
  expect(found(promise('other', { orderIds: ['so-2'] }))).toBeNull();
  expect(found(promise('francs', { amount: 1, currency: 'CHF' }))).toBeNull();
  expect(found(promise('euro', { amount: 1, currency: 'EUR' }))).toBe('euro');
  expect(found(promise('early'), promise('late', { byOn: '2026-12-20', orderIds: ['so-1'] }))).toBe('late');
  expect(found(promise('before it is due', { byOn: '2026-12-09' }))).toBeNull();
  expect(
    found(promise('before it is due', { byOn: '2026-12-09', amount: 1, currency: 'EUR' })),
  ).not.toBeNull();
  const noon = promise('noon', { byAt: '2026-12-10T11:00:00.000Z' });
  const night = promise('night', { byAt: '2026-12-10T22:00:00.000Z' });
  expect(found(noon, night)).toBe('night');
  expect(found(night, noon)).toBe('night');
  // The day is over later than any instant of it.
  expect(found(promise('day'), night)).toBe('day');
  expect(found(night, promise('day'))).toBe('day');
});
