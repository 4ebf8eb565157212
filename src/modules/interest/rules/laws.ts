import type { Day } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import { italy } from './italy.ts';
import type { SourcedRate } from './reference-rates.ts';

/** What a country's law says of late payment between companies. */
export type InterestLaw = {
  /** Percentage points above the reference rate, for a contract of that day. */
  margin(concludedOn: Day): string;
  /** Further points for agricultural and food products, from which nothing may be agreed to the contrary. */
  readonly agrifoodPoints: string;
  readonly rates: readonly SourcedRate[];
};

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
