import { expect, test } from 'vitest';
import { isIban } from '../../../../src/modules/banking/rules/iban.ts';

test.each([
  'IT60X0542811101000000123456',
  'DE89370400440532013000',
  'NO9386011117947',
  'MT84MALT011000012345MTLCAST001S',
])('%s is an IBAN', (text) => {
  expect(isIban(text)).toBe(true);
});

test.each([
  'IT61X0542811101000000123456',
  'IT60X0542811101000000123465',
  'it60x0542811101000000123456',
  'DE89',
  '',
])('“%s” is none', (text) => {
  expect(isIban(text)).toBe(false);
});
