import { describe, expect, it, test } from 'vitest';
import { isInVies, type LatestVatCheck } from '../../../../src/modules/customers/rules/vat-check.ts';
import type { Applicant } from '../../../../src/modules/eligibility/rules/applicant.ts';
import { checkRule, needsOf } from '../../../../src/modules/eligibility/rules/rules.ts';
import type { VatRule } from '../../../../src/modules/eligibility/rules/vat-rule.ts';
import { anApplicant, eur, seen } from './applicants.ts';

const required: VatRule = { rule: 'vatNumber', register: 'required' };
const strict: VatRule = { ...required, unchecked: 'fail' };

const valid: LatestVatCheck = { outcome: 'valid', reason: null, checkedAt: '2027-02-01T10:00:00.000Z' };
const invalid: LatestVatCheck = { ...valid, outcome: 'invalid' };
const malformed: LatestVatCheck = { ...invalid, reason: 'INVALID_INPUT' };
const away: LatestVatCheck = { ...valid, outcome: 'could-not-be-checked', reason: 'MS_UNAVAILABLE' };

const german = { country: 'DE', vatNumber: 'DE136695976' };
const checked = (vatCheck: LatestVatCheck | null, over: Partial<Applicant> = {}) =>
  anApplicant({ ...seen({ vatCheck }), ...over });
const ask = (rule: VatRule, applicant: Applicant) => checkRule(rule, applicant, eur(100));

describe('the register’s answer on a VAT number', () => {
  test.each<[string, VatRule, LatestVatCheck | null, Partial<Applicant>, boolean, string]>([
    ['valid, foreign', strict, valid, german, true, 'The VAT number is valid in VIES.'],
    ['valid, domestic', strict, valid, {}, true, 'The VAT number is valid in VIES.'],
    [
      'invalid, foreign',
      required,
      invalid,
      german,
      false,
      'VIES said on 2027-02-01 that the VAT number is not valid.',
    ],
    [
      'malformed for VIES, foreign',
      required,
      malformed,
      german,
      false,
      'VIES said on 2027-02-01 that the VAT number is not valid.',
    ],
    [
      'invalid, domestic',
      strict,
      invalid,
      {},
      true,
      'VIES does not have the VAT number; it may be valid at home but not activated for trade within the EU.',
    ],
    [
      'invalid, domestic to a merchant abroad',
      strict,
      invalid,
      { ...german, merchantCountry: 'DE' },
      true,
      'VIES does not have the VAT number; it may be valid at home but not activated for trade within the EU.',
    ],
    [
      'invalid, a French number, to a merchant in Monaco',
      strict,
      invalid,
      { country: 'MC', vatNumber: 'FR40303265045', merchantCountry: 'MC' },
      true,
      'VIES does not have the VAT number; it may be valid at home but not activated for trade within the EU.',
    ],
    [
      'invalid, a German number of a customer in the merchant’s country',
      required,
      invalid,
      { vatNumber: german.vatNumber },
      false,
      'VIES said on 2027-02-01 that the VAT number is not valid.',
    ],
    [
      'never asked',
      required,
      null,
      german,
      true,
      'VIES has not been asked about this VAT number yet; the policy accepts this.',
    ],
    [
      'never asked, and it must be',
      strict,
      null,
      german,
      false,
      'VIES has not been asked about this VAT number yet; the policy requires an answer.',
    ],
    [
      'an outage',
      required,
      away,
      german,
      true,
      'VIES could not be asked on 2027-02-01 (MS_UNAVAILABLE); the policy accepts this.',
    ],
    [
      'an outage, and it must be checked, at home as well',
      strict,
      away,
      {},
      false,
      'VIES could not be asked on 2027-02-01 (MS_UNAVAILABLE); the policy requires an answer.',
    ],
    [
      'a country that VIES does not have',
      required,
      null,
      { country: 'CH', vatNumber: 'CHE107787577' },
      true,
      'VIES has no VAT numbers of this country; the policy accepts this.',
    ],
    [
      'a country that VIES does not have, and it must be checked',
      strict,
      null,
      { country: 'GB', vatNumber: 'GB110305878' },
      false,
      'VIES has no VAT numbers of this country; the policy requires an answer.',
    ],
    [
      'San Marino, which VIES does not have',
      required,
      null,
      { country: 'SM', vatNumber: 'SM 24165' },
      true,
      'VIES has no VAT numbers of this country; the policy accepts this.',
    ],
    [
      'a form that is wrong, whatever VIES says',
      required,
      valid,
      { vatNumber: 'IT12345670489' },
      false,
      'The VAT number is not a VAT number of Italy: check its digits.',
    ],
    ['no number at all', required, null, { vatNumber: null }, false, 'The customer has no VAT number.'],
  ])('%s', (_, rule, vatCheck, over, passed, message) => {
    expect(ask(rule, checked(vatCheck, over))).toMatchObject({ rule: 'vatNumber', passed, message });
  });

  it('says what was required and what was found', () => {
    expect(ask(required, checked(valid, german))).toMatchObject({
      actual: 'DE136695976, valid in VIES on 2027-02-01',
      required: 'a valid VAT number, checked in VIES if it was asked',
    });
    expect(ask(strict, checked(null, german))).toMatchObject({
      actual: 'DE136695976, not checked',
      required: 'a valid VAT number, checked in VIES',
    });
  });

  it('is valid for as many days as the policy says, by the merchant’s calendar', () => {
    const rule: VatRule = { ...strict, validForDays: 28 };
    const on = (today: string, vatCheck: LatestVatCheck, over: Partial<Applicant> = german) =>
      ask(rule, checked(vatCheck, { today, ...over }));
    expect(on('2027-03-01', valid)).toMatchObject({ passed: true });
    expect(on('2027-03-02', valid)).toMatchObject({
      passed: false,
      message: 'VIES last answered on 2027-02-01, more than 28 days ago; the policy requires an answer.',
    });
    // In Rome it was already 2 February.
    expect(on('2027-03-02', { ...valid, checkedAt: '2027-02-01T23:00:00.000Z' })).toMatchObject({
      passed: true,
    });
    expect(on('2027-03-02', invalid, {})).toMatchObject({ passed: false });
  });

  it('against a foreign customer is valid until there is a better one, however old it is', () => {
    const rule: VatRule = { ...required, validForDays: 1 };
    expect(ask(rule, checked(invalid, { ...german, today: '2028-01-01' }))).toMatchObject({ passed: false });
  });
});

it('without “register” only the form is checked, and nothing is read', () => {
  for (const rule of [{ rule: 'vatNumber' }, { rule: 'vatNumber', register: 'ignore' }] as VatRule[]) {
    expect(ask(rule, anApplicant(german))).toMatchObject({
      passed: true,
      actual: 'DE136695976',
      message: 'The VAT number is well formed.',
    });
    expect(needsOf([rule])).toBe(null);
  }
  expect(needsOf([required])).toMatchObject({ vatCheck: true, openOrders: false });
});

test.each(['IT12345670488', 'EL094259216', 'XI110305878', 'FR40303265045'])('VIES covers %s', (vatNumber) => {
  expect(isInVies(vatNumber)).toBe(true);
});
test.each(['GB110305878', 'CHE107787577', 'NO974760673MVA', 'GR094259216'])(
  'VIES does not cover %s',
  (vatNumber) => {
    expect(isInVies(vatNumber)).toBe(false);
  },
);

test.each([
  [
    'IT',
    'DE136695976',
    'The VAT number is well formed, but it is one of Germany, and the customer is in IT: check which of the two is right.',
  ],
  ['DE', 'DE136695976', 'The VAT number is well formed.'],
  ['GR', 'EL094259216', 'The VAT number is well formed.'],
  ['GB', 'XI110305878', 'The VAT number is well formed.'],
  ['MC', 'FR40303265045', 'The VAT number is well formed.'],
  ['SM', 'SM24165', 'The VAT number is well formed.'],
])('of a customer in %s, %s: %s', (country, vatNumber, message) => {
  const finding = ask({ rule: 'vatNumber' }, anApplicant({ country, vatNumber }));
  expect(finding).toMatchObject({ passed: true, actual: vatNumber, message });
});
