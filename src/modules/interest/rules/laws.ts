import { NettermsError } from '../../../kernel/errors.ts';
import { italy } from './italy.ts';
import type { InterestLaw } from './law.ts';

const laws: Readonly<Record<string, InterestLaw>> = { IT: italy };

/** The countries whose law is known. */
export const countriesWithLaw: readonly string[] = Object.keys(laws);

/**
 * The law of a country (ISO 3166-1 alpha-2). The Directive alone is none: each country may set more than its 8 points.
 * @throws NettermsError `no-interest-law`
 */
export function lawOf(country: string): InterestLaw {
  if (Object.hasOwn(laws, country)) return laws[country]!;
  throw new NettermsError(
    'no-interest-law',
    `The law of ${country} on late payment is not known here; known: ${countriesWithLaw.join(', ')}.`,
  );
}
