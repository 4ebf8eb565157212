import { describe, expect, it } from 'vitest';
import {
  compensationFor,
  countryOf,
  lateInterest,
  ratesIn,
} from '../../../../src/modules/interest/rules/late-interest.ts';
import { defaultLateInterest } from '../../../../src/modules/settings/rules/defaults.ts';
import { eur } from '../../../support/builders.ts';

/** The rate charged on the day after the due day. */
const rate = (dueOn: string, until: string, facts: object = {}, policy: object = {}, country = 'IT') =>
  lateInterest(
    { dueOn, until, movements: [{ on: dueOn, principal: 100_000 }], ...facts },
    { ...defaultLateInterest, ...policy },
    country,
  ).periods[0]?.ratePercent;

describe('in Italy', () => {
  it.each([
    ['2002-12-31', '3.35', '10.35'],
    ['2008-12-31', '4.10', '11.1'],
    ['2012-12-31', '1.00', '8'],
    ['2013-06-30', '0.75', '8.75'],
    ['2014-12-31', '0.15', '8.15'],
    ['2016-06-30', '0.05', '8.05'],
    ['2016-12-31', '0.00', '8'],
    ['2022-12-31', '0.00', '8'],
    ['2023-06-30', '2.50', '10.5'],
    ['2023-12-31', '4.00', '12'],
    ['2024-06-30', '4.50', '12.5'],
    ['2024-12-31', '4.25', '12.25'],
    ['2025-06-30', '3.15', '11.15'],
    ['2025-12-31', '2.15', '10.15'],
    ['2026-06-30', '2.15', '10.15'],
  ])('the half-year to %s was at %s, with the law’s points %s', (until, reference, expected) => {
    const from = `${until.slice(0, 4)}-${until.endsWith('06-30') ? '01' : '07'}-01`;
    expect(ratesIn('IT', defaultLateInterest).find((known) => known.from === from)?.percent).toBe(reference);
    expect(rate(from, until)).toBe(expected);
  });

  it('every half-year from 2002 to 2026 has one rate and a source', () => {
    const known = ratesIn('IT', defaultLateInterest);
    expect(known.map(({ from }) => from)).toEqual(
      Array.from({ length: 50 }, (_, n) => `${2002 + Math.floor(n / 2)}-${n % 2 ? '07' : '01'}-01`),
    );
    expect(known.every(({ source }) => /^(MEF|ECB)/.test(source))).toBe(true);
  });

  it('contracts concluded before 2013 keep seven points in later half-years', () => {
    const late = ['2025-01-31', '2025-02-28'] as const;
    expect(rate(...late, { concludedOn: '2012-12-31' })).toBe('10.15');
    expect(rate(...late, { concludedOn: '2013-01-01' })).toBe('11.15');
    expect(rate(...late)).toBe('11.15');
    expect(rate('2012-12-31', '2013-01-31')).toBe('7.75');
    expect(rate('2013-01-01', '2013-01-31')).toBe('8.75');
  });

  it('food has four points more, and no agreement may depart from them', () => {
    const late = ['2025-01-31', '2025-02-28'] as const;
    expect(rate(...late, { agrifood: true })).toBe('15.15');
    expect(rate(...late, { agrifood: true }, { marginPercent: '2' })).toBe('15.15');
  });

  it('the merchant’s margin and rates take precedence over the legal and published ones', () => {
    const late = ['2025-01-31', '2025-02-28'] as const;
    expect(rate(...late, {}, { marginPercent: '5.5' })).toBe('8.65');
    const referenceRates = [
      { from: '2027-01-01', percent: '2.65' },
      { from: '2025-01-01', percent: '3' },
    ];
    expect(rate(...late, {}, { referenceRates })).toBe('11');
    expect(rate('2027-01-31', '2027-02-28', {}, { referenceRates })).toBe('10.65');
    const own = ratesIn('IT', { ...defaultLateInterest, referenceRates });
    expect(own).toHaveLength(51);
    expect(own.at(-1)).toEqual({ from: '2027-01-01', percent: '2.65', source: 'late-interest policy' });
  });
});

it('a country without a law here is named', () => {
  for (const country of ['DE', 'FR', 'constructor'])
    expect(() => rate('2025-01-31', '2025-02-28', {}, {}, country)).toThrow(
      expect.objectContaining({ code: 'no-interest-law', message: expect.stringContaining(country) }),
    );
});

it('the law is that of the policy’s country, otherwise of the merchant’s', () => {
  expect(countryOf(defaultLateInterest, { country: 'DE' })).toBe('DE');
  expect(countryOf({ ...defaultLateInterest, country: 'IT' }, { country: 'DE' })).toBe('IT');
});

it('the compensation is 40 EUR, and zero in another currency', () => {
  expect(compensationFor(defaultLateInterest, 'EUR')).toEqual(eur(40));
  expect(compensationFor(defaultLateInterest, 'CHF')).toEqual({ amount: 0, currency: 'CHF' });
});
