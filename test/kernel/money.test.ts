import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMoney, MAX_AMOUNT, minorDigits, plainMoney } from '../../src/kernel/money.ts';

const spaces = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

test.each([
  [122_000, 'EUR', 'en', '€1,220.00'],
  [122_000, 'EUR', 'it', '1.220,00 €'],
  [122_000, 'EUR', 'it-IT', '1.220,00 €'],
  [123_456_789, 'EUR', 'it', '1.234.567,89 €'],
  [5, 'EUR', 'it', '0,05 €'],
  [-5_000, 'EUR', 'en', '-€50.00'],
  [1_220, 'JPY', 'en', '¥1,220'],
  [1_220, 'JPY', 'it', '1.220 JPY'],
  [1_220_500, 'KWD', 'en', 'KWD 1,220.500'],
  [12_345_600, 'HUF', 'en', 'HUF 123,456.00'],
  [MAX_AMOUNT, 'EUR', 'it', '10.000.000.000,00 €'],
])('%i minor units of %s read in %s as %s', (amount, currency, locale, text) => {
  expect(spaces(formatMoney({ amount, currency }, locale))).toBe(text);
});

test.each([
  [122_000, 'EUR', '1,220.00 EUR'],
  [1, 'EUR', '0.01 EUR'],
  [0, 'EUR', '0.00 EUR'],
  [-122_000, 'EUR', '-1,220.00 EUR'],
  [100_000_000, 'EUR', '1,000,000.00 EUR'],
  [1_220, 'JPY', '1,220 JPY'],
  [5, 'BHD', '0.005 BHD'],
])('%i minor units of %s are %s to operators', (amount, currency, text) => {
  expect(plainMoney({ amount, currency })).toBe(text);
});

test.each([
  ['EUR', 2],
  ['HUF', 2],
  ['IDR', 2],
  ['ISK', 0],
  ['JPY', 0],
  ['KRW', 0],
  ['TND', 3],
  ['CLF', 4],
])('the minor unit of %s is that of ISO 4217: %i places', (currency, digits) => {
  expect(minorDigits(currency)).toBe(digits);
});

test('both forms show every minor unit, whatever the amount', () => {
  const amounts = fc.integer({ min: -MAX_AMOUNT, max: MAX_AMOUNT });
  fc.assert(
    fc.property(amounts, fc.constantFrom('EUR', 'JPY', 'KWD', 'HUF'), (amount, currency) => {
      const read = (text: string) => Number(text.replace(/[^\d-]/g, ''));
      expect(read(plainMoney({ amount, currency }))).toBe(amount);
      expect(Math.abs(read(formatMoney({ amount, currency }, 'it')))).toBe(Math.abs(amount));
    }),
  );
});
