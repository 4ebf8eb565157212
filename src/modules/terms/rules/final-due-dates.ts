import { type Day, dayAt } from '../../../kernel/calendar.ts';
import { type DueContext, type DueDate, dueDate } from './due-dates.ts';
import { partsOf } from './instalments.ts';
import { type Regime, within } from './regime.ts';
import type { LaterBaseDay, Terms } from './terms.ts';

/**
 * The due dates that become final when their base day has come, by the line of the terms (from 0); the others are left
 * out.
 * @param context `placedAt` is a moment of the base day
 * @param deliveredOn the day from which the legal limit of a regime counts
 */
export function finalDueDates(
  terms: Terms,
  from: LaterBaseDay,
  {
    regime,
    deliveredOn,
    ...context
  }: DueContext & { readonly regime: Regime | null; readonly deliveredOn: Day },
): ReadonlyMap<number, DueDate> {
  const { settings, placedAt } = context;
  const days = { deliveredOn, basedOn: dayAt(placedAt, settings.timeZone) };
  const dated = partsOf(terms).flatMap((part, line): [number, DueDate][] =>
    part.from === from ? [[line, within(regime, days, dueDate(part.rule, context), settings)]] : [],
  );
  return new Map(dated);
}
