import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, businessCalendar } from '../../../../src/kernel/calendar.ts';
import {
  deadlineOf,
  intervalEnds,
  limitEnds,
  notBefore,
} from '../../../../src/modules/dunning/rules/deadlines.ts';

test.each([
  ['2026-11-04', 7, '2026-11-13', 'over one weekend'],
  ['2026-11-17', 5, '2026-11-24', 'over one weekend'],
  ['2026-11-30', 7, '2026-12-10', 'over a weekend and the Immaculate Conception'],
  ['2026-11-06', 7, '2026-11-17', 'from a Friday'],
  ['2027-03-25', 2, '2027-03-30', 'over Easter Monday'],
  ['2028-08-11', 2, '2028-08-16', 'over Ferragosto'],
  ['2026-12-23', 8, '2027-01-07', 'over Christmas, New Year and Epiphany'],
  ['2028-02-28', 2, '2028-03-01', 'over a leap day'],
  ['2026-11-28', 1, '2026-11-30', 'from a Saturday'],
  ['2026-11-28', 0, '2026-11-28', 'at once'],
])('a letter of %s with %i business days is to be paid by %s: %s', (sentOn, days, payBy) => {
  expect(deadlineOf(sentOn, days, 'IT')).toBe(payBy);
});

test('the holidays are those of the merchant’s country', () => {
  expect(deadlineOf('2026-12-07', 1, 'IT')).toBe('2026-12-09');
  expect(deadlineOf('2026-12-07', 1, 'DE')).toBe('2026-12-08');
});

test.each([
  ['2026-11-13', '2026-11-17'],
  ['2026-11-17', '2026-11-19'],
  ['2026-12-10', '2026-12-14'],
  ['2026-12-23', '2026-12-28'],
])('what is to be paid by %s is left alone until %s: two bank days', (payBy, day) => {
  expect(notBefore(payBy, 'IT')).toBe(day);
});

test('every deadline is a business day with exactly so many business days on the way', () => {
  const calendar = businessCalendar('IT');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 1, max: 30 }), (shift, days) => {
      const sentOn = addDays('2026-01-01', shift);
      const payBy = deadlineOf(sentOn, days, 'IT');
      let count = 0;
      for (let day = addDays(sentOn, 1); day <= payBy; day = addDays(day, 1))
        if (calendar.isBusinessDay(day)) count += 1;
      expect(calendar.isBusinessDay(payBy)).toBe(true);
      expect(count).toBe(days);
    }),
  );
});

test('the next letter follows after the interval; an interval of zero holds nothing back', () => {
  expect(intervalEnds('2027-03-25', 7)).toBe('2027-04-01');
  expect(intervalEnds('2027-12-28', 7)).toBe('2028-01-04');
  expect(intervalEnds('2026-10-23', 0)).toBe('2026-10-23');
});

test('a customer gets at most so many letters within 30 days', () => {
  const sentOn = ['2026-11-20', '2026-11-02', '2026-11-27', '2026-11-10'];
  expect(limitEnds(sentOn, 4)).toBe('2026-12-02');
  expect(limitEnds(sentOn, 5)).toBeNull();
  expect(limitEnds(sentOn, 1)).toBe('2026-12-27');
  expect(limitEnds([], 1)).toBeNull();
});
