import { type Day, daysBetween } from '../../../kernel/calendar.ts';
import type { NewInstalment } from './instalments.ts';
import type { BaseDay } from './terms.ts';

/** Between companies, longer terms need an express agreement: Directive 2011/7/EU, art. 3(5). */
const LONG_DAYS = 60;

const after = {
  placed: 'the order',
  fulfilled: 'its fulfilment',
  invoiced: 'its invoice',
} as const satisfies Record<BaseDay, string>;

/** What a merchant should know about these terms before offering them; a warning does not refuse them. */
export function termsWarnings(
  placedOn: Day,
  instalments: readonly Pick<NewInstalment, 'number' | 'dueOn' | 'from'>[],
): string[] {
  return instalments.flatMap(({ number, dueOn, from }) => {
    const days = daysBetween(placedOn, dueOn);
    if (days <= LONG_DAYS) return [];
    return [
      `Instalment ${number} is due ${days} days after ${after[from]}: more than ${LONG_DAYS} days must be agreed expressly (Directive 2011/7/EU, art. 3).`,
    ];
  });
}
