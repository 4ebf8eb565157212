import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import {
  checkVatNumber,
  countryOfVatNumber,
  isVatNumberOf,
  vatKeyOf,
} from '../../../../src/modules/customers/rules/vat.ts';

test.each([
  ['12345670488', 'IT', 'IT12345670488', 'Italy'],
  ['IT12345670488', 'IT', 'IT12345670488', 'Italy'],
  ['it 123 456 704 88', 'IT', 'IT12345670488', 'Italy'],
  ['IT-123.456/70488', 'IT', 'IT12345670488', 'Italy'],
  ['IT12345670488', 'FR', 'IT12345670488', 'Italy'], // the prefix says whose number it is
  ['DE136695976', 'DE', 'DE136695976', 'Germany'],
  ['136695976', 'DE', 'DE136695976', 'Germany'],
  ['FR40303265045', 'FR', 'FR40303265045', 'France'],
  ['ESX2482300W', 'ES', 'ESX2482300W', 'Spain'],
  ['U13585627', 'AT', 'ATU13585627', 'Austria'],
  ['NL010000446B01', 'NL', 'NL010000446B01', 'Netherlands'],
  ['BE0428759497', 'BE', 'BE0428759497', 'Belgium'],
  ['EL094259216', 'GR', 'EL094259216', 'Greece'],
  ['GR094259216', 'GR', 'EL094259216', 'Greece'],
  ['094259216', 'GR', 'EL094259216', 'Greece'],
  ['GB110305878', 'GB', 'GB110305878', 'United Kingdom'],
  ['XI110305878', 'GB', 'XI110305878', 'Northern Ireland'],
  ['CHE-107.787.577', 'CH', 'CHE107787577', 'Switzerland'],
  ['107.787.577', 'CH', 'CHE107787577', 'Switzerland'],
  ['BE1001686633', 'BE', 'BE1001686633', 'Belgium'], // since 2023
  ['428759497', 'BE', 'BE0428759497', 'Belgium'], // before 2005
  ['CY60001744K', 'CY', 'CY60001744K', 'Cyprus'], // since 2023
  ['SM 24165', 'SM', 'SM24165', 'San Marino'],
  ['24165', 'SM', 'SM24165', 'San Marino'],
  ['FR40303265045', 'MC', 'FR40303265045', 'France'], // Monaco has French numbers
  ['40303265045', 'MC', 'FR40303265045', 'France'],
])('%s of a customer in %s is well formed: %s, %s', (vatNumber, country, normalised, detail) => {
  expect(checkVatNumber(vatNumber, country)).toMatchObject({ valid: true, normalised, detail });
});

test.each([
  ['12345670489', 'IT', 'not a VAT number of Italy: check its digits'],
  ['00000000000', 'IT', 'not a VAT number of Italy: check its digits'],
  ['IT00000000000', 'IT', 'not a VAT number of Italy: check its digits'],
  ['1234567048', 'IT', 'not a VAT number of Italy: check its digits'],
  ['123456704880', 'IT', 'not a VAT number of Italy: check its digits'],
  ['IT', 'IT', 'not a VAT number of Italy: check its digits'],
  ['   ', 'IT', 'not a VAT number of Italy: check its digits'],
  ['12345670488', 'DE', 'not a VAT number of Germany: check its digits'],
  ['DE136695977', 'DE', 'not a VAT number of Germany: check its digits'],
  ['EL094259217', 'GR', 'not a VAT number of Greece: check its digits'],
  ['XI110305879', 'GB', 'not a VAT number of Northern Ireland: check its digits'],
  ['XI000000000', 'GB', 'not a VAT number of Northern Ireland: check its digits'],
  ['PL0000000000', 'PL', 'not a VAT number of Poland: check its digits'],
  ['CHE000000000', 'CH', 'not a VAT number of Switzerland: check its digits'],
  ['FRXX999999999', 'FR', 'not a VAT number of France: check its digits'],
  ['NL002455799B12', 'NL', 'not a VAT number of Netherlands: check its digits'],
  ['LV40003521601', 'LV', 'not a VAT number of Latvia: check its digits'],
  ['SM2416A', 'SM', 'not a VAT number of San Marino: check its digits'],
  ['ZZ123456789', 'IT', 'not in the format of any supported country: check the number and the country'],
  ['12-3456789', 'US', 'not in the format of any supported country: check the number and the country'],
])('%j of a customer in %s is refused: %s', (vatNumber, country, detail) => {
  expect(checkVatNumber(vatNumber, country)).toMatchObject({ valid: false, detail });
});

test('a wrong check digit never passes: of ten Italian last digits one is right', () => {
  const endings = Array.from({ length: 10 }, (_, digit) => `1234567048${digit}`);
  expect(endings.filter((number) => checkVatNumber(number, 'IT').valid)).toEqual(['12345670488']);
});

describe('a number as people type it', () => {
  test.each([
    ['P.IVA 02331250163', 'IT', 'IT02331250163'],
    ['P. IVA: 02331250163', 'IT', 'IT02331250163'],
    ['p.i.v.a. 02331250163', 'IT', 'IT02331250163'],
    ['Partita IVA n. 02331250163', 'IT', 'IT02331250163'],
    ['P.IVA IT02331250163', 'IT', 'IT02331250163'],
    ['P.IVA e C.F. 02331250163', 'IT', 'IT02331250163'],
    ['C.F./P.IVA 02331250163', 'IT', 'IT02331250163'],
    ['Codice fiscale e partita IVA: IT 02331250163', 'IT', 'IT02331250163'],
    ['VAT no. 02331250163', 'IT', 'IT02331250163'],
    ['IT: 02331250163', 'IT', 'IT02331250163'],
    ['(IT) 02331250163', 'IT', 'IT02331250163'],
    ['023\u200b31250163', 'IT', 'IT02331250163'],
    ['IT\u00a00233\u20131250\u2014163', 'IT', 'IT02331250163'],
    ['\ufeffIT02331250163\t', 'IT', 'IT02331250163'],
    ['\uff29\uff3402331250163', 'IT', 'IT02331250163'], // full width
    ['BE (0)468.561.072', 'BE', 'BE0468561072'],
    ['BTW BE 0468.561.072', 'BE', 'BE0468561072'],
    ['USt-IdNr. DE 136 695 976', 'DE', 'DE136695976'],
    ['TVA intra. : FR 40 303265045', 'FR', 'FR40303265045'],
    ['N° TVA FR 40 303 265 045', 'FR', 'FR40303265045'],
    ['N.I.F.: X-2482300-W', 'ES', 'ESX2482300W'],
    ['DI\u010c: CZ25123891', 'CZ', 'CZ25123891'],
    ['\u0391\u03a6\u039c 094259216', 'GR', 'EL094259216'],
    ['ATU 135 85 627', 'AT', 'ATU13585627'],
    ['NO 995 525 828 MVA', 'NO', 'NO995525828MVA'],
    ['Org.nr. 995 525 828 MVA', 'NO', 'NO995525828MVA'],
    ['CHE-107.787.577 IVA', 'CH', 'CHE107787577IVA'],
    ['VAT Reg. No. GB 110 3058 78', 'GB', 'GB110305878'],
  ])('%j of a customer in %s is %s', (typed, country, normalised) => {
    expect(checkVatNumber(typed, country)).toMatchObject({ valid: true, normalised });
  });

  it('is one key, however it is typed', () => {
    const typed = ['02331250163', 'it02331250163', 'P.IVA 02331250163', 'IT 023 312 50163'];
    expect(new Set(typed.map((number) => vatKeyOf(number, 'IT')))).toEqual(new Set(['IT02331250163']));
    expect(vatKeyOf(null, 'IT')).toBeNull();
  });

  it('is looked at only so far', () => {
    expect(checkVatNumber('0'.repeat(1_000_000), 'IT').valid).toBe(false);
    expect(checkVatNumber(`IT${' '.repeat(1_000_000)}02331250163`, 'IT').valid).toBe(false);
  });
});

test('its prefix says whose it is', () => {
  expect(
    ['IT02331250163', 'EL094259216', 'XI110305878', 'CHE107787577', 'SM24165', 'ZZ1'].map(countryOfVatNumber),
  ).toEqual(['IT', 'GR', 'GB', 'CH', 'SM', null]);
  expect(isVatNumberOf('DE136695976', 'IT')).toBe(false);
  expect(isVatNumberOf('EL094259216', 'GR')).toBe(true);
  expect(isVatNumberOf('XI110305878', 'GB')).toBe(true);
  expect(isVatNumberOf('FR40303265045', 'MC')).toBe(true);
  expect(isVatNumberOf('GB110305878', 'FR')).toBe(false);
});

// Made at random by scripts/vat-verdicts.py; the verdicts are python-stdnum's.
const verdicts = readFileSync(new URL('vat-verdicts.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ') as ['valid' | 'invalid', string]);
const countries = [...new Set(verdicts.map(([, number]) => number.slice(0, 2)))];

test('numbers of all member states, Northern Ireland and four others are compared', () => {
  expect(countries).toHaveLength(27 + 1 + 4);
});
test.each(countries)('%s: valid and invalid as python-stdnum has it', (prefix) => {
  const own = verdicts.filter(([, number]) => number.startsWith(prefix));
  const country = { EL: 'GR', XI: 'GB' }[prefix] ?? prefix;
  for (const verdict of ['valid', 'invalid'])
    expect(own.filter(([said]) => said === verdict).length, verdict).toBeGreaterThanOrEqual(20);
  const differently = own.filter(
    ([verdict, number]) => checkVatNumber(number, country).valid !== (verdict === 'valid'),
  );
  expect(differently).toEqual([]);
});
