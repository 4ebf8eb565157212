import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apportion } from '../../src/kernel/apportion.ts';
import { MAX_AMOUNT } from '../../src/kernel/money.ts';

it('divides to the cent by the largest remainder', () => {
  expect(apportion(22_000, [61_000, 61_000])).toEqual([11_000, 11_000]);
  expect(apportion(100, [1, 1, 1])).toEqual([34, 33, 33]);
  expect(apportion(10, [2, 3, 3])).toEqual([2, 4, 4]);
  expect(apportion(1, [1, 99])).toEqual([0, 1]);
  expect(apportion(0, [5, 5])).toEqual([0, 0]);
  expect(apportion(0, [])).toEqual([]);
});

it('the parts sum to the amount exactly, and no part exceeds its weight', () => {
  const weights = fc.array(fc.integer({ min: 1, max: MAX_AMOUNT }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
      const sum = given.reduce((total, weight) => total + weight, 0);
      const amount = Math.floor(sum * share);
      const parts = apportion(amount, given);
      expect(parts.reduce((total, part) => total + part, 0)).toBe(amount);
      for (const [index, part] of parts.entries()) {
        expect(part).toBeGreaterThanOrEqual(0);
        expect(part).toBeLessThanOrEqual(given[index]!);
      }
    }),
  );
});
