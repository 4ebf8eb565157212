import type { Day } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import { halfYearName } from './half-year.ts';

/** The reference rate of the half-year that begins on `from` (1 January or 1 July), in percent: "2.15". */
export type ReferenceRate = { readonly from: Day; readonly percent: string };

/** A rate and where it was published. */
export type SourcedRate = ReferenceRate & { readonly source: string };

const MEF = 'MEF, Gazzetta Ufficiale';

/**
 * The rates of the European Central Bank's main refinancing operations in force on 1 January and 1 July, as Italy's
 * Ministry of Economy and Finance (MEF) publishes them in the Gazzetta Ufficiale (art. 5 D.Lgs. 231/2002), net of any
 * margin. Up to the first half of 2023 they agree with the base rates of the Deutsche Bundesbank (§ 247 BGB), which are
 * 0.88 lower, except in the second half of 2008: the ministry says 4.10, while the last operation was at 4.07.
 * Unsure: the first half of 2002, for which the ministry published nothing (the decree is of October 2002), and the
 * second half of 2026.
 */
const byYear: readonly (readonly [number, string, string, ofFirst?: string, ofSecond?: string])[] = [
  [2002, '3.45', '3.35', 'ECB, by the Bundesbank’s base rate of 2.57 (unsure)', MEF],
  [2003, '2.85', '2.10', `${MEF} 33 of 10 February 2003`],
  [2004, '2.02', '2.01'],
  [2005, '2.09', '2.05'],
  [2006, '2.25', '2.83'],
  [2007, '3.58', '4.07'],
  [2008, '4.20', '4.10'],
  [2009, '2.50', '1.00'],
  [2010, '1.00', '1.00'],
  [2011, '1.00', '1.25'],
  [2012, '1.00', '1.00'],
  [2013, '0.75', '0.50', `${MEF} 14 of 17 January 2013`],
  [2014, '0.25', '0.15', MEF, `${MEF} 167 of 21 July 2014`],
  [2015, '0.05', '0.05', MEF, `${MEF} 168 of 22 July 2015`],
  [2016, '0.05', '0.00'],
  [2017, '0.00', '0.00'],
  [2018, '0.00', '0.00', MEF, `${MEF} 158 of 10 July 2018`],
  [2019, '0.00', '0.00'],
  [2020, '0.00', '0.00', MEF, `${MEF} 191 of 31 July 2020`],
  [2021, '0.00', '0.00'],
  [2022, '0.00', '0.00'],
  [2023, '2.50', '4.00', `${MEF} 14 of 18 January 2023`, `${MEF} 165 of 17 July 2023`],
  [2024, '4.50', '4.25', `${MEF} 12 of 16 January 2024`],
  [2025, '3.15', '2.15', `${MEF} 63 of 17 March 2025`, `${MEF} 161 of 14 July 2025`],
  [2026, '2.15', '2.40', `${MEF} 15 of 20 January 2026`, 'ECB (unsure: compare with the Gazzetta Ufficiale)'],
];

/** From the first half of 2002 to the second of 2026, the oldest first. */
export const publishedRates: readonly SourcedRate[] = byYear.flatMap(
  ([year, first, second, ofFirst = MEF, ofSecond = MEF]) => [
    { from: `${year}-01-01`, percent: first, source: ofFirst },
    { from: `${year}-07-01`, percent: second, source: ofSecond },
  ],
);

/** One rate for each half-year; the merchant's own rates override the published ones. */
export function ratesWith(
  published: readonly SourcedRate[],
  own: readonly SourcedRate[],
): readonly SourcedRate[] {
  const byHalfYear = new Map([...published, ...own].map((rate) => [rate.from, rate]));
  return [...byHalfYear.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/**
 * The rate of a half-year in percent.
 * @param halfYear its first day
 * @throws NettermsError `reference-rate-missing`
 */
export function rateOf(rates: readonly ReferenceRate[], halfYear: Day): string {
  const rate = rates.find(({ from }) => from === halfYear);
  if (rate) return rate.percent;
  throw new NettermsError(
    'reference-rate-missing',
    `There is no reference rate for ${halfYearName(halfYear)}: add {"from": "${halfYear}", "percent": "…"} to referenceRates with PUT /v1/policies/late-interest.`,
    { halfYear },
  );
}
