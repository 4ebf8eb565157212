import { countrySpecs, isValidIBAN } from 'ibantools';
import { expect, test } from 'vitest';
import { ibanProblem } from '../../../../src/modules/banking/rules/iban.ts';

test.each([
  'IT60X0542811101000000123456',
  'SM86U0322509800000000270100',
  'DE89370400440532013000',
  'FR1420041010050500013M02606',
  'NO9386011117947',
  'MT84MALT011000012345MTLCAST001S',
])('%s is an IBAN', (text) => {
  expect(ibanProblem(text)).toBeNull();
});

test.each([
  ['IT60 X054 2811 1010 0000 0123 456', 'Write the IBAN in capital letters and digits, without spaces.'],
  ['it60x0542811101000000123456', 'Write the IBAN in capital letters and digits, without spaces.'],
  ['IT60X0542811101000000123456\n', 'Write the IBAN in capital letters and digits, without spaces.'],
  ['', 'Write the IBAN in capital letters and digits, without spaces.'],
  ['XX60X0542811101000000123456', 'begins with the code of a country that has IBANs'],
  ['US64SVBKUS6S3300958879', 'begins with the code of a country that has IBANs'],
  ['60', 'begins with the code of a country that has IBANs'],
  ['DE89', 'An IBAN of DE has 22 characters; this one has 4.'],
  ['IT60X054281110100000012345', 'An IBAN of IT has 27 characters; this one has 26.'],
  ['ITX6X0542811101000000123456', 'The third and the fourth character of an IBAN are digits.'],
  ['IT6000542811101000000123456', 'An IBAN of IT has letters and digits in other places'],
  ['IT61X0542811101000000123456', 'The check digits of this IBAN are wrong'],
  ['IT60X0542811101000000123465', 'The check digits of this IBAN are wrong'],
])('“%s” is not an IBAN: %s', (text, problem) => {
  expect(ibanProblem(text)).toContain(problem);
});

test('the national check digits within an account number are not checked', () => {
  expect(isValidIBAN('NO5630001234568')).toBe(false);
  expect(ibanProblem('NO5630001234568')).toBeNull();
});

/** The remainder of ISO 7064 mod 97-10, which is 1 for an IBAN, computed differently from the library. */
const remainder = (text: string): bigint =>
  BigInt([...`${text.slice(4)}${text.slice(0, 4)}`].map((one) => Number.parseInt(one, 36)).join('')) % 97n;

test('in each country an IBAN passes with its check digits and no others', () => {
  const countries = Object.entries(countrySpecs).filter(([, { chars }]) => chars);
  expect(countries.length).toBeGreaterThan(75);
  for (const [country, { chars, bban_regexp }] of countries) {
    const account = accountOf(bban_regexp!);
    expect(account).toHaveLength(chars! - 4);
    const passing = Array.from({ length: 100 }, (_, digits) => `${digits}`.padStart(2, '0')).filter(
      (digits) => ibanProblem(`${country}${digits}${account}`) === null,
    );
    expect(passing).toHaveLength(1);
    expect(remainder(`${country}${passing[0]}${account}`)).toBe(1n);
  }
});

/** The lowest account number that matches a form such as `^[A-Z]{1}[0-9]{10}[A-Z0-9]{12}$`. */
function accountOf(form: string): string {
  return form
    .replace(/[\^$]/g, '')
    .replace(/\[(.)-[^\]]*\](?:\{(\d+)\})?/g, (_, first: string, times = '1') => first.repeat(Number(times)));
}
