import { expect, test } from 'vitest';
import { numberInReference, numberKeysIn } from '../../../../src/modules/banking/rules/numbers.ts';

test('numbers are found however a payer writes them, but never inside another number', () => {
  expect(numberKeysIn('Saldo ft. 12/2027')).toContain('122027');
  expect(numberKeysIn('FT F-12 2027')).toContain('F122027');
  expect(numberKeysIn('so 1042')).toContain('SO1042');
  expect(numberKeysIn('XSO1042X')).not.toContain('SO1042');
  expect(numberKeysIn('grazie mille')).toEqual([]);
});

test('a day, or a part of it, is no number; a number that is written like a day is one', () => {
  for (const text of ['ordine del 12/11/2026', 'del 12.11.26', 'vom 2026-11-12', 'del 12-11-2026 saldo'])
    expect([text, numberKeysIn(text).filter((key) => /^(20)?26$|^12$|^1126$/.test(key))]).toEqual([text, []]);
  expect(numberKeysIn('fattura 15/1/2026')).toContain('1512026');
  expect(numberKeysIn('FT 88/2026 del 12/11/2026')).toContain('882026');
});

test('a number is found behind the word for it, and in a creditor reference', () => {
  expect(numberKeysIn('FT88572/2026')).toContain('885722026');
  expect(numberKeysIn('ORDINE1042')).toContain('1042');
  expect(numberKeysIn('XFT1042')).not.toContain('1042');
  expect(numberKeysIn('RF18 5390 0754 7034 grazie')).toContain('539007547034');
  expect(numberInReference('RF18539007547034')).toBe('539007547034');
  expect(numberInReference('RF19539007547034')).toBeNull();
});

test('of a very long reference only the beginning is read, and no number that is cut off there', () => {
  const keys = numberKeysIn(`${'SO-1042 '.repeat(249)}FT-7 7123456`);
  expect(keys).toContain('FT7');
  expect(keys.filter((key) => key.startsWith('71'))).toEqual([]);
  const many = numberKeysIn(Array.from({ length: 10_000 }, (_, index) => 10_000 + index).join(' '));
  expect(many).toContain('10001');
  expect(many).not.toContain('19999');
});
