import fc from 'fast-check';
import { expect, it } from 'vitest';
import { amountText, parseAmount } from '../../src/backoffice/amount.ts';
import { formatMoney, MAX_AMOUNT, plainMoney } from '../../src/kernel/money.ts';

const read = (text: string, currency = 'EUR') => parseAmount(text, currency);

it('reads an amount as an Italian, an English and a hurried clerk write it', () => {
  for (const text of ['1.234,56', '1,234.56', '1234,56', '1234.56', ' 1 234,56 ', '1’234.56', 'EUR 1,234.56'])
    expect(read(text), text).toEqual({ amount: 123_456 });
  expect(read('1.234.567,8')).toEqual({ amount: 123_456_780 });
  expect(read('1.234.567')).toEqual({ amount: 123_456_700 });
  expect(read('12')).toEqual({ amount: 1_200 });
  expect(read('0,07')).toEqual({ amount: 7 });
  expect(read('1,220', 'JPY')).toEqual({ amount: 1_220 });
  expect(read('1.5', 'KWD')).toEqual({ amount: 1_500 });
});

it('refuses what can be read in two ways, rather than be wrong by a factor of a thousand', () => {
  for (const text of ['1.234', '1,234', '12.000'])
    expect(read(text), text).toMatchObject({ problem: expect.stringContaining('two ways') });
});

it('says what is wrong with anything else', () => {
  const wrong = {
    '': 'Give an amount',
    '-5': 'minus',
    '0': 'more than zero',
    '0,00': 'more than zero',
    '1.999': 'two ways',
    '0.001': '2 decimal places',
    '1,23,4': 'not an amount',
    '1.23.456': 'not an amount',
    '1.234,567': '2 decimal places',
    '1e3': 'not an amount',
    '12.': 'not an amount',
    ',5': 'not an amount',
    ten: 'not an amount',
    '99999999999999999999': 'too large',
  };
  for (const [text, problem] of Object.entries(wrong))
    expect(read(text), text).toMatchObject({ problem: expect.stringContaining(problem) });
  expect(read('1.5', 'JPY')).toMatchObject({ problem: 'JPY has no decimal places.' });
});

it('reads back, to the cent, every amount that is shown to people', () => {
  const amounts = fc.integer({ min: 1, max: MAX_AMOUNT });
  fc.assert(
    fc.property(amounts, fc.constantFrom('EUR', 'JPY', 'HUF'), (amount, currency) => {
      const money = { amount, currency };
      expect(read(plainMoney(money), currency)).toEqual({ amount });
      expect(read(amountText(amount, currency), currency)).toEqual({ amount });
      if (currency !== 'EUR') return;
      expect(read(formatMoney(money, 'it').replace('€', ''))).toEqual({ amount });
      expect(read(formatMoney(money, 'en').replace('€', ''))).toEqual({ amount });
    }),
  );
});
