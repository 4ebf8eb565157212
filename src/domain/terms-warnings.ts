import { type Day, daysBetween } from './calendar.ts';
import type { Instalment } from './terms.ts';

/** Between companies, longer terms need an express agreement: Directive 2011/7/EU, art. 3(5). */
const LONG_DAYS = 60;

/** What a merchant should know of these terms before offering them; a warning refuses nothing. */
export function termsWarnings(placedOn: Day, instalments: readonly Instalment[]): string[] {
  return instalments.flatMap(({ number, dueOn }) => {
    const days = daysBetween(placedOn, dueOn);
    if (days <= LONG_DAYS) return [];
    return [
      `Instalment ${number} is due ${days} days after the order: more than ${LONG_DAYS} days must be agreed expressly (Directive 2011/7/EU, art. 3).`,
    ];
  });
}
