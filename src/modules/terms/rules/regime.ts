import { addDays, type Day, daysBetween } from '../../../kernel/calendar.ts';
import { NettermsError } from '../../../kernel/errors.ts';
import { type DueContext, type DueDate, dueOnDay } from './due-dates.ts';

/** Goods whose payment the law limits: food, by D.Lgs. 198/2021. */
export type Regime = { readonly kind: 'agrifood'; readonly perishable: boolean };

/** The longest terms in calendar days from the delivery: D.Lgs. 198/2021, art. 4. */
const limitOf = ({ perishable }: Regime): number => (perishable ? 30 : 60);

/**
 * The limit is mandatory, so that longer terms are no terms at all.
 * @param basedOn the day of the delivery, or where it is not known yet the one from which the due dates are counted
 * @throws NettermsError `terms-not-applicable` if the last due date lies beyond it
 */
export function requireWithin(regime: Regime, basedOn: Day, last: Day): void {
  const days = daysBetween(basedOn, last);
  const limit = limitOf(regime);
  if (days <= limit) return;
  const goods = regime.perishable ? 'Perishable food' : 'Food';
  throw new NettermsError(
    'terms-not-applicable',
    `${goods} is paid within ${limit} days from its delivery (D.Lgs. 198/2021, art. 4), and these terms reach ${days} days: choose shorter ones.`,
  );
}

/**
 * The due date, or the last lawful day where it lies beyond that: end of month and closed months can move it so far. What
 * can be asked for only after that day is due on the day itself.
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
