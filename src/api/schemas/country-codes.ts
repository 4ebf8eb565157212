// Without the names in 75 languages that the package's main entry loads.
import iso from 'i18n-iso-countries/index.js';

/** The country codes of ISO 3166-1 alpha-2. XK (Kosovo), which the library adds, is not one of them. */
export const countryCodes: ReadonlySet<string> = new Set(
  Object.keys(iso.getAlpha2Codes()).filter((code) => code !== 'XK'),
);

/** Codes of other lists that exports often contain: those of VAT numbers, and the three letters of alpha-3. */
const otherCodes = new Map([
  ['EL', 'GR'],
  ['UK', 'GB'],
  ...[...countryCodes].map((code) => [iso.alpha2ToAlpha3(code)!, code] as const),
]);

/** What is wrong with a country code, as a sentence for the person who wrote it; null if it is right. */
export function countryProblem(text: string): string | null {
  if (countryCodes.has(text)) return null;
  const meant = text.trim().toUpperCase();
  const code = countryCodes.has(meant) ? meant : otherCodes.get(meant);
  return `This is not an ISO 3166-1 alpha-2 country code: write ${code ?? 'two capital letters such as IT'}.`;
}
