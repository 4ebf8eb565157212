// Without the names in 75 languages that the package's entry loads.
import iso from 'i18n-iso-countries/index.js';

/** The country codes of ISO 3166-1 alpha-2. XK (Kosovo), which the library adds, is not one of them. */
export const countryCodes: ReadonlySet<string> = new Set(
  Object.keys(iso.getAlpha2Codes()).filter((code) => code !== 'XK'),
);

/** Codes of other lists, under which these countries are often exported: VAT's, and the three letters of alpha-3. */
const otherCodes = new Map([
  ['EL', 'GR'],
  ['UK', 'GB'],
  ...[...countryCodes].map((code) => [iso.alpha2ToAlpha3(code)!, code] as const),
]);

/** What is wrong with a country's code, as a sentence for who wrote it; null if nothing is. */
export function countryProblem(text: string): string | null {
  if (countryCodes.has(text)) return null;
  const meant = text.trim().toUpperCase();
  const code = countryCodes.has(meant) ? meant : otherCodes.get(meant);
  return `This is not an ISO 3166-1 alpha-2 country code: write ${code ?? 'two capital letters such as IT'}.`;
}
