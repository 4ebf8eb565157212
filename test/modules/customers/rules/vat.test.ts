import { expect, test } from 'vitest';
import { checkVatNumber } from '../../../../src/modules/customers/rules/vat.ts';

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
])('%s of a customer in %s is well formed: %s, %s', (vatNumber, country, normalised, detail) => {
  expect(checkVatNumber(vatNumber, country)).toEqual({ valid: true, normalised, detail });
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
  ['ZZ123456789', 'IT', 'not in the format of any supported country: check the number and the country'],
  ['12-3456789', 'US', 'not in the format of any supported country: check the number and the country'],
])('%j of a customer in %s is refused: %s', (vatNumber, country, detail) => {
  expect(checkVatNumber(vatNumber, country)).toMatchObject({ valid: false, detail });
});

test('a wrong check digit never passes: of ten Italian last digits one is right', () => {
  const endings = Array.from({ length: 10 }, (_, digit) => `1234567048${digit}`);
  expect(endings.filter((number) => checkVatNumber(number, 'IT').valid)).toEqual(['12345670488']);
});
