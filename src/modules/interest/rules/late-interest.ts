import Big from 'big.js';
import type { Day } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import { type Accrual, type Accrued, interestOf } from './accrual.ts';
import type { InterestLaw } from './law.ts';
import { lawOf } from './laws.ts';
import { type ReferenceRate, ratesWith, type SourcedRate } from './reference-rates.ts';

/** What the merchant has decided on late payment. */
export type LateInterestPolicy = {
  /** Whether late customers are charged. A preview is calculated in any case. */
  readonly enabled: boolean;
  /** The country whose law applies (ISO 3166-1 alpha-2); null: the country of the settings. */
  readonly country: string | null;
  /** Points above the reference rate that were agreed with the customers (art. 5 D.Lgs. 231/2002); null: the law's. */
  readonly marginPercent: string | null;
  /** For each overdue invoice, once (art. 6 D.Lgs. 231/2002); 0 charges none. */
  readonly compensation: Money;
  /** Override the published rates, or add to them. */
  readonly referenceRates: readonly ReferenceRate[];
};

/** What the law needs to know about a debt, in addition to its amounts and days. */
export type Contract = {
  /** The day of the contract; if not given, the due day, since no contract is later than that. */
  readonly concludedOn?: Day | undefined;
  /** Agricultural or food products. */
  readonly agrifood?: boolean | undefined;
};

/** The country whose law the merchant charges by. */
export const countryOf = (policy: LateInterestPolicy, settings: { readonly country: string }): string =>
  policy.country ?? settings.country;

/**
 * The reference rates that apply in a country, the oldest first, with the source of each.
 * @throws NettermsError `no-interest-law`
 */
export function ratesIn(country: string, { referenceRates }: LateInterestPolicy): readonly SourcedRate[] {
  const own = referenceRates.map((rate) => ({ ...rate, source: 'late-interest policy' }));
  return ratesWith(lawOf(country).rates, own);
}

/**
 * The late interest on a debt under a country's law and the merchant's policy, whether or not the merchant charges it.
 * @throws NettermsError `no-interest-law`, `reference-rate-missing`
 */
export function lateInterest(
  debt: Omit<Accrual, 'rates' | 'margin'> & Contract,
  policy: LateInterestPolicy,
  country: string,
): Accrued {
  const { concludedOn = debt.dueOn, agrifood = false } = debt;
  const margin = marginOf(lawOf(country), policy, { concludedOn, agrifood });
  return interestOf({ ...debt, rates: ratesIn(country, policy), margin });
}

function marginOf(
  law: InterestLaw,
  { marginPercent }: LateInterestPolicy,
  { concludedOn, agrifood }: { concludedOn: Day; agrifood: boolean },
): string {
  if (agrifood) return new Big(law.margin(concludedOn)).plus(law.agrifoodPoints).toFixed();
  return marginPercent ?? law.margin(concludedOn);
}

/**
 * The fixed compensation for a late invoice, which is owed without notice (art. 6 Directive 2011/7/EU; CJEU C-585/20:
 * for each invoice). The policy sets it in one currency; for a debt in another currency it is 0.
 */
export function compensationFor({ compensation }: LateInterestPolicy, currency: string): Money {
  return compensation.currency === currency ? compensation : { amount: 0, currency };
}
