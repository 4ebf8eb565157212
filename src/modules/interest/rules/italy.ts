import type { InterestLaw } from './law.ts';
import { publishedRates } from './reference-rates.ts';

/**
 * D.Lgs. 231/2002, art. 2 and 5: 8 points above the reference rate, and 7 for contracts concluded before 2013 (art. 3
 * D.Lgs. 192/2012). D.Lgs. 198/2021, art. 4 c. 2: 4 more points for agricultural and food products.
 */
export const italy: InterestLaw = {
  margin: (concludedOn) => (concludedOn < '2013-01-01' ? '7' : '8'),
  agrifoodPoints: '4',
  rates: publishedRates,
};
