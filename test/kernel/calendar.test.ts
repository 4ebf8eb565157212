import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDays,
  businessCalendar,
  dayAt,
  daysBetween,
  daysLate,
  endOfDay,
  timeOn,
} from '../../src/kernel/calendar.ts';

const rome = 'Europe/Rome';
const aDay = fc
  .integer({ min: 0, max: 36_500 })
  .map((n) => new Date(Date.UTC(2000, 0, 1 + n)).toISOString().slice(0, 10));

test.each([
  ['2026-11-25T22:59:59.999Z', rome, '2026-11-25'],
  ['2026-11-25T23:00:00.000Z', rome, '2026-11-26'],
  ['2026-07-25T22:00:00.000Z', rome, '2026-07-26'],
  ['2026-11-25T23:00:00.000Z', 'America/New_York', '2026-11-25'],
  ['2026-11-25T15:00:00.000Z', 'Asia/Tokyo', '2026-11-26'],
])('at %s a calendar in %s shows %s', (at, zone, day) => {
  expect(dayAt(at, zone)).toBe(day);
});

test.each([
  ['2026-11-25', '2026-11-25T23:00:00.000Z'],
  ['2026-07-25', '2026-07-25T22:00:00.000Z'],
  ['2026-03-28', '2026-03-28T23:00:00.000Z'],
  ['2026-03-29', '2026-03-29T22:00:00.000Z'], // 23 hours long
  ['2026-10-25', '2026-10-25T23:00:00.000Z'], // 25 hours long
  ['2026-12-31', '2026-12-31T23:00:00.000Z'],
])('in Rome %s ends at %s', (day, end) => {
  expect(endOfDay(day, rome)).toBe(end);
});

test.each([
  ['2026-11-25', '09:00', '2026-11-25T08:00:00.000Z'],
  ['2026-07-25', '09:00', '2026-07-25T07:00:00.000Z'],
  ['2026-03-29', '02:30', '2026-03-29T01:30:00.000Z'], // does not exist: 03:30
  ['2026-10-25', '09:00', '2026-10-25T08:00:00.000Z'],
])('in Rome on %s it is %s at %s', (day, time, at) => {
  expect(timeOn(day, time, rome)).toBe(at);
});

test('the end of a day is the first moment of the next, in every zone', () => {
  fc.assert(
    fc.property(aDay, fc.constantFrom(rome, 'America/New_York', 'Asia/Tokyo', 'UTC'), (day, zone) => {
      const end = endOfDay(day, zone);
      expect(dayAt(end, zone)).toBe(addDays(day, 1));
      expect(dayAt(new Date(Date.parse(end) - 1).toISOString(), zone)).toBe(day);
    }),
  );
});

test('adding days and counting days agree', () => {
  fc.assert(
    fc.property(aDay, fc.integer({ min: -1_000, max: 1_000 }), (day, days) => {
      expect(daysBetween(day, addDays(day, days))).toBe(days);
    }),
  );
});

test('an instalment is late from the end of its due day, one day more at each midnight in Rome', () => {
  const dueAt = endOfDay('2026-10-24', rome);
  const late = (now: string) => daysLate(dueAt, Date.parse(now), rome);
  expect(late('2026-10-24T21:59:59.999Z')).toBe(0);
  expect(late('2026-10-24T22:00:00.000Z')).toBe(1);
  expect(late('2026-10-25T22:59:59.999Z')).toBe(1);
  expect(late('2026-10-25T23:00:00.000Z')).toBe(2);
  expect(late('2026-11-23T23:00:00.000Z')).toBe(31);
});

test('an exact due date is not a day late on its own day', () => {
  const late = (now: string) => daysLate('2026-11-25T08:01:00.000Z', Date.parse(now), rome);
  expect(late('2026-11-25T08:00:59.000Z')).toBe(0);
  expect(late('2026-11-25T12:00:00.000Z')).toBe(0);
  expect(late('2026-11-25T23:00:00.000Z')).toBe(1);
});

test.each([
  ['2026-11-25', 'an ordinary Wednesday', '2026-11-25', '2026-11-25'],
  ['2026-11-28', 'a Saturday', '2026-11-27', '2026-11-30'],
  ['2026-10-04', 'Saint Francis, a Sunday too', '2026-10-02', '2026-10-05'],
  ['2027-10-04', 'Saint Francis on a Monday, a holiday since law 151/2025', '2027-10-01', '2027-10-05'],
  ['2024-10-04', 'the same day before the law', '2024-10-04', '2024-10-04'],
  ['2027-01-06', 'Epiphany', '2027-01-05', '2027-01-07'],
  ['2026-04-06', 'Easter Monday', '2026-04-03', '2026-04-07'],
  ['2026-12-25', 'Christmas on a Friday', '2026-12-24', '2026-12-28'],
])('Italy on %s (%s): the business day before is %s, the next %s', (day, _, before, after) => {
  const calendar = businessCalendar('IT');
  expect([calendar.previousBusinessDay(day), calendar.nextBusinessDay(day)]).toEqual([before, after]);
  expect(calendar.isBusinessDay(day)).toBe(before === day);
});

test('each country has its own holidays', () => {
  expect(businessCalendar('DE').isBusinessDay('2027-08-16')).toBe(true);
  expect(businessCalendar('DE').isBusinessDay('2028-10-03')).toBe(false);
  expect(businessCalendar('IT').isBusinessDay('2028-10-03')).toBe(true);
});

test('the neighbouring business days are the nearest ones', () => {
  const calendar = businessCalendar('IT');
  fc.assert(
    fc.property(aDay, (day) => {
      const next = calendar.nextBusinessDay(day);
      expect(calendar.isBusinessDay(next)).toBe(true);
      for (let between = day; between < next; between = addDays(between, 1))
        expect(calendar.isBusinessDay(between)).toBe(false);
      const previous = calendar.previousBusinessDay(day);
      expect(calendar.isBusinessDay(previous)).toBe(true);
      for (let between = day; between > previous; between = addDays(between, -1))
        expect(calendar.isBusinessDay(between)).toBe(false);
    }),
    { numRuns: 50 },
  );
});
