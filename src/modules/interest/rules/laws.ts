import { NettermsError } from '../../../kernel/errors.ts';
import { italy } from './italy.ts';
import type { InterestLaw } from './law.ts';

const laws: Readonly<Record<string, InterestLaw>> = { IT: italy };

/** The countries whose law is available. */
export const countriesWithLaw: readonly string[] = Object.keys(laws);

/**
 * The law of a country (ISO 3166-1 alpha-2). The Directive alone is not enough: its 8 points are only a minimum.
 * @throws NettermsError `no-interest-law`
 */
export function lawOf(country: string): InterestLaw {
  if (Object.hasOwn(laws, country)) return laws[country]!;
  throw new NettermsError(
    'no-interest-law',
    `The law of ${country} on late payment is not available here: use a country whose law is available (${countriesWithLaw.join(', ')}).`,
  );
}
