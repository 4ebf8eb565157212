import { addDays, type Day, daysBetween } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import { type DueContext, type DueDate, dueOnDay } from './due-dates.ts';

/** Goods for which a law limits the payment terms: food, by D.Lgs. 198/2021. */
export type Regime = { readonly kind: 'agrifood'; readonly perishable: boolean };

/** The longest terms in calendar days from the delivery: D.Lgs. 198/2021, art. 4. */
const limitOf = ({ perishable }: Regime): number => (perishable ? 30 : 60);

/**
 * Refuses terms that exceed the limit of the law, which is mandatory.
 * @param basedOn the day of the delivery, or, if it is not known yet, the day from which the due dates are counted
 * @throws NettermsError `terms-not-applicable` if the last due date exceeds the limit
 */
export function requireWithin(regime: Regime, basedOn: Day, last: Day): void {
  const days = daysBetween(basedOn, last);
  const limit = limitOf(regime);
  if (days <= limit) return;
  const goods = regime.perishable ? 'Perishable food' : 'Food';
  throw new NettermsError(
    'terms-not-applicable',
    `${goods} must be paid within ${limit} days of its delivery (D.Lgs. 198/2021, art. 4), but these terms reach ${days} days: choose shorter ones.`,
  );
}

/**
 * The due date, or the last lawful day if the due date is later: end of month and closed months can move it that far.
 * If the base day itself is after the last lawful day, the payment is due on the base day.
 */
export function within(
  regime: Regime | null,
  { deliveredOn, basedOn }: { deliveredOn: Day; basedOn: Day },
  due: DueDate,
  settings: DueContext['settings'],
): DueDate {
  if (regime === null) return due;
  const last = addDays(deliveredOn, limitOf(regime));
  const lawful = last < basedOn ? basedOn : last;
  return due.dueOn <= lawful ? due : dueOnDay(lawful, settings);
}
