import { checkVAT, countries } from 'jsvat';

export type VatCheck = { readonly valid: boolean; readonly normalised: string; readonly detail: string };

/**
 * Whether a VAT number is well formed: jsvat checks format and check digits (those of the Italian *partita IVA* too). A
 * number without a country prefix is read as one of the customer's country. Says nothing about registration (VIES).
 */
export function checkVatNumber(vatNumber: string, country: string): VatCheck {
  const compact = vatNumber.toUpperCase().replace(/[\s.\-/]/g, '');
  const prefixed = /^[A-Z]{2}/.test(compact) ? compact : `${vatPrefixes[country] ?? country}${compact}`;
  const normalised = prefixed.replace(/^GR/, 'EL');
  // Northern Ireland's numbers have the British format; jsvat does not support their prefix, XI.
  const result = checkVAT(normalised.replace(/^XI/, 'GB'), countries);
  const allZeros = /^[A-Z]{2,3}0+$/.test(normalised);
  const name = normalised.startsWith('XI') ? 'Northern Ireland' : result.country?.name;
  if (!result.isSupportedCountry)
    return {
      valid: false,
      normalised,
      detail: 'not in the format of any supported country: check the number and the country',
    };
  if (!result.isValid || allZeros)
    return { valid: false, normalised, detail: `not a VAT number of ${name}: check its digits` };
  return { valid: true, normalised, detail: name ?? '' };
}

/** VAT prefixes that differ from the ISO country. */
const vatPrefixes: Readonly<Record<string, string>> = { GR: 'EL', CH: 'CHE' };
