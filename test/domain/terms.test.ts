import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayAt, daysBetween } from '../../src/domain/calendar.ts';
import { defaultTerms } from '../../src/domain/defaults.ts';
import { instalmentsOf, labelFor, MAX_DAYS, type Terms } from '../../src/domain/terms.ts';

const zone = 'Europe/Rome';
const total = { amount: 122_000, currency: 'EUR' };
const due = (terms: Terms, placedAt: string) => {
  const [instalment] = instalmentsOf(terms, { placedAt, total, zone });
  return [instalment!.dueOn, instalment!.dueAt];
};

test.each([
  [30, '2026-11-25T08:00:00.000Z', '2026-12-25', '2026-12-25T23:00:00.000Z'],
  [30, '2026-01-30T08:00:00.000Z', '2026-03-01', '2026-03-01T23:00:00.000Z'],
  [30, '2028-01-30T08:00:00.000Z', '2028-02-29', '2028-02-29T23:00:00.000Z'],
  [60, '2026-12-31T12:00:00.000Z', '2027-03-01', '2027-03-01T23:00:00.000Z'],
  [365, '2027-03-01T12:00:00.000Z', '2028-02-29', '2028-02-29T23:00:00.000Z'],
  [0, '2026-11-25T08:00:00.000Z', '2026-11-25', '2026-11-25T23:00:00.000Z'],
  // Placed before midnight in UTC, after it in Rome: the merchant's day counts.
  [30, '2026-11-25T23:30:00.000Z', '2026-12-26', '2026-12-26T23:00:00.000Z'],
  // Into and out of summer time: the due day keeps its midnight.
  [1, '2026-03-28T10:00:00.000Z', '2026-03-29', '2026-03-29T22:00:00.000Z'],
  [30, '2026-03-10T10:00:00.000Z', '2026-04-09', '2026-04-09T22:00:00.000Z'],
  [1, '2026-10-24T10:00:00.000Z', '2026-10-25', '2026-10-25T23:00:00.000Z'],
])('net %i, placed at %s, is due on %s and overdue from %s', (days, placedAt, dueOn, dueAt) => {
  expect(due({ kind: 'net', days }, placedAt)).toEqual([dueOn, dueAt]);
});

test.each([
  ['PT60S', '2026-11-25T08:00:00.000Z', '2026-11-25', '2026-11-25T08:01:00.000Z'],
  ['PT2H', '2026-11-25T22:30:00.000Z', '2026-11-26', '2026-11-26T00:30:00.000Z'],
  ['PT24H', '2026-03-28T12:00:00.000Z', '2026-03-29', '2026-03-29T12:00:00.000Z'],
  ['P1D', '2026-03-28T12:00:00.000Z', '2026-03-29', '2026-03-29T11:00:00.000Z'], // a day of 23 hours
  ['P1M', '2026-01-31T12:00:00.000Z', '2026-02-28', '2026-02-28T12:00:00.000Z'],
])('%s after %s is due on %s, exactly at %s', (duration, placedAt, dueOn, dueAt) => {
  expect(due({ kind: 'elapsed', duration }, placedAt)).toEqual([dueOn, dueAt]);
});

const terms: fc.Arbitrary<Terms> = fc.oneof(
  fc.integer({ min: 0, max: MAX_DAYS }).map((days): Terms => ({ kind: 'net', days })),
  fc.integer({ min: 1, max: 100_000 }).map((s): Terms => ({ kind: 'elapsed', duration: `PT${s}S` })),
);
const moment = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

test('the instalments of any order sum to its total, and fall due after it was placed', () => {
  fc.assert(
    fc.property(terms, moment, fc.integer({ min: 1, max: 10 ** 12 }), (of, placedAt, amount) => {
      const instalments = instalmentsOf(of, { placedAt, total: { amount, currency: 'EUR' }, zone });
      expect(instalments.reduce((sum, instalment) => sum + instalment.amount, 0)).toBe(amount);
      expect(instalments.map(({ number }) => number)).toEqual(instalments.map((_, index) => index + 1));
      for (const { dueAt } of instalments) expect(Date.parse(dueAt)).toBeGreaterThan(Date.parse(placedAt));
    }),
  );
});

test('net N gives N whole days after the day of placement, which does not count', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_DAYS }), moment, (days, placedAt) => {
      const [dueOn, dueAt] = due({ kind: 'net', days }, placedAt) as [string, string];
      expect(daysBetween(dayAt(placedAt, zone), dueOn)).toBe(days);
      expect(dayAt(new Date(Date.parse(dueAt) - 1).toISOString(), zone)).toBe(dueOn);
    }),
  );
});

test('a label is read in the customer’s language, English where there is none', () => {
  const [net30] = defaultTerms.terms;
  expect(labelFor(net30!.label, 'it-IT')).toBe('Pagamento a 30 giorni');
  expect(labelFor(net30!.label, 'de')).toBe('Net 30 days');
  expect(labelFor('30 gg', 'en')).toBe('30 gg');
});
