import { type Money, plainMoney } from '../../../kernel/money.ts';
import type { Applicant, Seen } from './applicant.ts';
import { counted, type Finding } from './check.ts';

/** Rules about how the customer has bought and paid. */
export type HistoryRule =
  /** With `withinDays`: orders that Netterms has seen placed in that period; without: what the store says. */
  | { readonly rule: 'minOrders'; readonly orders: number; readonly withinDays?: number }
  | { readonly rule: 'minTurnover'; readonly turnover: Money; readonly withinDays?: number }
  /** At most the tolerance may be past due by more than `days` days. */
  | { readonly rule: 'maxDaysPastDue'; readonly days: number; readonly tolerance?: Money }
  /** Over the instalments that fell due in the period; an unpaid one counts with its days late so far. */
  | { readonly rule: 'maxAverageDaysLate'; readonly days: number; readonly withinDays: number }
  /** At most `orders` orders open or reserved at once, including the requested one. */
  | { readonly rule: 'maxOpenOrders'; readonly orders: number };

/** What must be read from the database before the rules can be checked; periods in days. */
export type Needs = {
  readonly openOrders: boolean;
  readonly overdue: boolean;
  readonly placedWithin: readonly number[];
  readonly lateWithin: readonly number[];
  readonly vatCheck: boolean;
};

const inPeriod = (withinDays: number | undefined): string =>
  withinDays === undefined ? '' : ` in the last ${counted(withinDays, 'day')}`;

export function checkMinOrders(
  { orders, withinDays }: Extract<HistoryRule, { rule: 'minOrders' }>,
  applicant: Applicant,
): Finding {
  const actual = withinDays === undefined ? applicant.pastOrders : placedWithin(applicant, withinDays).orders;
  const passed = actual >= orders;
  const missing = orders - actual;
  const message = passed
    ? 'Enough past orders.'
    : `${counted(missing, 'more order')} ${missing === 1 ? 'is' : 'are'} needed.`;
  return { passed, actual: `${actual}`, required: `${orders}${inPeriod(withinDays)}`, message };
}

export function checkMinTurnover(
  { turnover: required, withinDays }: Extract<HistoryRule, { rule: 'minTurnover' }>,
  applicant: Applicant,
): Finding {
  const known =
    withinDays === undefined
      ? [applicant.turnover ?? []].flat()
      : placedWithin(applicant, withinDays).turnover;
  const ofCurrency = known.find(({ currency }) => currency === required.currency);
  const actual = ofCurrency ?? known[0] ?? { amount: 0, currency: required.currency };
  const comparable = actual.currency === required.currency;
  const passed = comparable && actual.amount >= required.amount;
  const message = passed
    ? 'Enough turnover.'
    : comparable
      ? `${plainMoney({ ...required, amount: required.amount - actual.amount })} more turnover is needed.`
      : `The turnover is known only in ${actual.currency}, but the rule is in ${required.currency}.`;
  return {
    passed,
    actual: plainMoney(actual),
    required: `${plainMoney(required)}${inPeriod(withinDays)}`,
    message,
  };
}

/** Past-due amounts count in every currency; a tolerance only in its own. */
export function checkDaysPastDue(
  { days, tolerance }: Extract<HistoryRule, { rule: 'maxDaysPastDue' }>,
  applicant: Applicant,
): Finding {
  const late = seenOf(applicant).overdue.filter(({ daysLate }) => daysLate > days);
  const sums = [...new Set(late.map(({ currency }) => currency))].map((currency) => ({
    amount: late.reduce((sum, line) => (line.currency === currency ? sum + line.amount : sum), 0),
    currency,
  }));
  const passed = sums.every(
    ({ amount, currency }) => tolerance?.currency === currency && amount <= tolerance.amount,
  );
  const none = { amount: 0, currency: applicant.currency };
  const money = sums.map(plainMoney).join(' and ') || plainMoney(none);
  const than = `more than ${counted(days, 'day')} past due`;
  const oldest = counted(Math.max(0, ...late.map(({ daysLate }) => daysLate)), 'day');
  const message = !passed
    ? `${money} is ${than}, the oldest by ${oldest}.`
    : sums.length > 0
      ? `${money} is ${than}, which is tolerated.`
      : `Nothing is ${than}.`;
  return {
    passed,
    actual: money,
    required: `at most ${plainMoney(tolerance ?? none)} ${than}`,
    message,
  };
}

export function checkAverageDaysLate(
  { days, withinDays }: Extract<HistoryRule, { rule: 'maxAverageDaysLate' }>,
  applicant: Applicant,
): Finding {
  const required = `at most ${counted(days, 'day')} on average${inPeriod(withinDays)}`;
  const late = seenOf(applicant).late.find((period) => period.withinDays === withinDays);
  if (!late) return notRead();
  if (late.instalments === 0)
    return { passed: true, actual: 'none', required, message: `Nothing fell due${inPeriod(withinDays)}.` };
  const passed = late.daysLate <= days * late.instalments;
  const average = (late.daysLate / late.instalments).toFixed(2).replace(/\.?0+$/, '');
  const message = passed ? 'Pays early enough on average.' : 'Pays too late on average.';
  const actual = `${average} days over ${counted(late.instalments, 'instalment')}`;
  return { passed, actual, required, message };
}

export function checkOpenOrders(orders: number, applicant: Applicant): Finding {
  const { openOrders } = seenOf(applicant);
  const passed = openOrders < orders;
  const message = passed
    ? 'Few enough orders are open.'
    : `${counted(openOrders, 'order')} ${openOrders === 1 ? 'is' : 'are'} already open.`;
  return { passed, actual: `${openOrders + 1}, this one included`, required: `at most ${orders}`, message };
}

const placedWithin = (applicant: Applicant, withinDays: number): Seen['placed'][number] =>
  seenOf(applicant).placed.find((period) => period.withinDays === withinDays) ?? notRead();

/** What was read; throws if it was not, because `needsOf` was asked about other rules. */
export const seenOf = ({ seen }: Applicant): Seen => seen ?? notRead();

function notRead(): never {
  throw new Error('a rule needs what was not read from the database');
}
