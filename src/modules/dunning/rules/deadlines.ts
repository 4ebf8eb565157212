import { addBusinessDays, addDays, businessCalendar, type Day } from '../../../kernel/calendar.ts';

/*
 * How letters to a customer follow each other. All are days in the merchant's zone; business days and bank days are those
 * of the merchant's country (ISO 3166-1 alpha-2).
 */

/** How long a payment of the last day may need until it is seen. */
const BANK_DAYS = 2;
const LIMIT_DAYS = 30;

/** The last day to pay that a letter names: so many business days after the day on which it leaves. */
export function deadlineOf(sentOn: Day, businessDays: number, country: string): Day {
  return addBusinessDays(sentOn, businessDays, businessCalendar(country));
}

/**
 * The first day on which something sharper may follow a letter with that deadline: a payment of the last day takes two
 * bank days to be seen.
 */
export function notBefore(payBy: Day, country: string): Day {
  return addBusinessDays(payBy, BANK_DAYS, businessCalendar(country));
}

/** The first day on which the next letter may follow the last one. */
export function intervalEnds(lastSentOn: Day, minIntervalDays: number): Day {
  return addDays(lastSentOn, minIntervalDays);
}

/**
 * The first day on which another letter keeps to the most that a customer gets within 30 days; null if nothing has to
 * wait.
 * @param sentOn the days of the letters that the customer got, in any order
 */
export function limitEnds(sentOn: readonly Day[], maxIn30Days: number): Day | null {
  const oldestThatCounts = [...sentOn].sort().at(-maxIn30Days);
  return oldestThatCounts === undefined ? null : addDays(oldestThatCounts, LIMIT_DAYS);
}
