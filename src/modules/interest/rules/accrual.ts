import Big from 'big.js';
import { addDays, type Day, daysBetween } from '../../../kernel/calendar.ts';
import { endOfHalfYear, halfYearOf } from './half-year.ts';
import { type ReferenceRate, rateOf } from './reference-rates.ts';

/** What is owed of the principal at the end of that day, in minor units: a payment of that day is already deducted. */
export type Movement = { readonly on: Day; readonly principal: number };

/**
 * Days, first and last included, on which no interest accrues on `amount` of the principal (minor units; on all of it
 * if not given): a disputed part, or insolvency (art. 1 c. 2 D.Lgs. 231/2002). `to` is null while the end is open.
 */
export type Exclusion = { readonly from: Day; readonly to: Day | null; readonly amount?: number };

export type Accrual = {
  /** The legal due day, already moved off holidays. No interest accrues on it. */
  readonly dueOn: Day;
  /** The last day that counts, such as the day of the payment. */
  readonly until: Day;
  /** In any order; of several on one day only the last counts. Nothing is owed before the first. */
  readonly movements: readonly Movement[];
  readonly excluded?: readonly Exclusion[];
  readonly rates: readonly ReferenceRate[];
  /** Percentage points above the reference rate. */
  readonly margin: string;
};

/** Days, first and last included, with one principal and one rate; amounts in minor units. */
export type InterestPeriod = {
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  /** The sum of reference rate and margin. */
  readonly ratePercent: string;
  readonly principal: number;
  readonly interest: number;
};

/** What has accrued, in minor units; without periods there was no delay. */
export type Accrued = { readonly periods: readonly InterestPeriod[]; readonly total: number };

/**
 * Simple late interest under Directive 2011/7/EU: from the day after the due day to `until`, split at 1 January, 1 July
 * and wherever the principal changes; each period is principal × rate × days / 365, leap year or not, and is rounded
 * half up to the minor unit.
 * @throws NettermsError `reference-rate-missing` if something is owed in a half-year whose rate is not known
 */
export function interestOf(accrual: Accrual): Accrued {
  const periods = stretchesOf(accrual).map(({ from, to, principal }) => {
    const days = daysBetween(from, to) + 1;
    const rate = new Big(rateOf(accrual.rates, halfYearOf(from))).plus(accrual.margin);
    const interest = rate
      .times(principal)
      .times(days)
      .div(100 * 365)
      .round(0, Big.roundHalfUp)
      .toNumber();
    return { from, to, days, ratePercent: rate.toFixed(), principal, interest };
  });
  return { periods, total: periods.reduce((sum, { interest }) => sum + interest, 0) };
}

type Stretch = { readonly from: Day; readonly to: Day; readonly principal: number };

/** Days of one half-year on which interest accrues on the same principal; days without principal are left out. */
function stretchesOf({ dueOn, until, movements, excluded = [] }: Accrual): Stretch[] {
  const inOrder = [...movements].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  const owedAfter = (day: Day): number => inOrder.findLast(({ on }) => on <= day)?.principal ?? 0;
  const excludedOn = (day: Day): number =>
    excluded
      .filter(({ from, to }) => from <= day && (to === null || day <= to))
      .reduce((sum, { amount = Number.POSITIVE_INFINITY }) => sum + amount, 0);

  const ends = [
    ...inOrder.map(({ on }) => on),
    ...excluded.flatMap(({ from, to }) => [addDays(from, -1), ...(to === null ? [] : [to])]),
    ...halfYearEnds(dueOn, until),
  ];
  const last = [...new Set([...ends, until])].filter((day) => day > dueOn && day <= until).sort();
  return last
    .map((to, index) => {
      const before = last[index - 1] ?? dueOn;
      const from = addDays(before, 1);
      return { from, to, principal: Math.max(0, owedAfter(before) - excludedOn(from)) };
    })
    .filter(({ principal }) => principal > 0)
    .reduce<Stretch[]>(joined, []);
}

/** Joins stretches that are split at a day on which nothing changed. */
function joined(stretches: Stretch[], next: Stretch): Stretch[] {
  const previous = stretches.at(-1);
  const goesOn =
    previous !== undefined &&
    addDays(previous.to, 1) === next.from &&
    previous.principal === next.principal &&
    halfYearOf(previous.from) === halfYearOf(next.from);
  return goesOn ? [...stretches.slice(0, -1), { ...previous, to: next.to }] : [...stretches, next];
}

function halfYearEnds(from: Day, until: Day): Day[] {
  const ends: Day[] = [];
  for (let end = endOfHalfYear(halfYearOf(from)); end < until; end = endOfHalfYear(addDays(end, 1)))
    ends.push(end);
  return ends;
}
