import { type Day, dayAt, type Instant, timeOn } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import type { CustomerRow } from '../customers/tables.ts';
import type { Settings } from '../settings/rules/settings.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { type DueDate, dueOnDay } from '../terms/rules/due-dates.ts';
import { finalDueDates } from '../terms/rules/final-due-dates.ts';
import { discountOf } from '../terms/rules/offer.ts';
import type { LaterBaseDay } from '../terms/rules/terms.ts';
import { moveDueDates } from './move-due-dates.ts';
import { instalmentsOfOrders, type OrderRow } from './tables.ts';

type Given = { readonly order: OrderRow; readonly customer: CustomerRow; readonly policies: ActivePolicies };

/** The due dates of the lines that count from an event while that has not happened: by line, as if on the day of the order. */
export function provisionalDates(given: Given, from: LaterBaseDay): ReadonlyMap<number, DueDate> {
  const { placedAt } = given.order;
  return datesFrom(given, from, { placedAt, deliveredOn: placedOn(given) });
}

/**
 * The event that due dates were waiting for has happened. The due dates that count from it become final, by the
 * merchant's calendar and the customer's closures, and their reminders are planned. Due dates that are already
 * final stay, so that a repeat changes nothing; an extension that was given before stays if it is later. Needs the
 * locks of `lockOrder`.
 * @param on when it happened, in the merchant's zone; a day before the order was placed counts as the day of the order
 */
export async function finaliseDueDates(
  tx: Tx,
  given: Given & { readonly now: Instant },
  from: LaterBaseDay,
  on: Day,
): Promise<void> {
  const { order, policies, now } = given;
  const { settings } = policies;
  const instalments = await instalmentsOfOrders(tx, [order.id]);
  const { timeZone } = settings.body;
  const first = placedOn(given);
  const onDay = on < first ? first : on;
  const dates = datesFrom(given, from, {
    placedAt: onDay === dayAt(now, timeZone) ? now : timeOn(onDay, '00:00', timeZone),
    deliveredOn: from === 'fulfilled' ? onDay : (order.fulfilledOn ?? first),
  });
  const provisional = provisionalDates(given, from);
  const moves = instalments.flatMap(({ number, line, dueOn, dueAt }) => {
    const date = dates.get(line);
    if (dueAt !== null || !date) return [];
    const extended = dueOn > provisional.get(line)!.dueOn && dueOn > date.dueOn;
    return [{ number, ...(extended ? dueOnDay(dueOn, settings.body) : date) }];
  });
  if (moves.length === 0) return;
  await moveDueDates(tx, order.id, moves, { from: now, policies });
  // What is added later does not prolong the discount of the whole.
  const isFirst = instalments.every(({ line, dueAt }) => dueAt === null || !dates.has(line));
  if (order.terms.from === from && isFirst) await moveDiscount(tx, order, onDay, settings.body);
}

const placedOn = ({ order, policies }: Given): Day => dayAt(order.placedAt, policies.settings.body.timeZone);

const datesFrom = (
  { order, customer, policies }: Given,
  from: LaterBaseDay,
  on: { placedAt: Instant; deliveredOn: Day },
): ReadonlyMap<number, DueDate> =>
  finalDueDates(order.terms, from, {
    ...on,
    settings: policies.settings.body,
    closedMonths: customer.closedMonths,
    closures: customer.closures,
    regime: order.regime,
  });

/** The early-payment discount counts from the same day as the terms as a whole. */
async function moveDiscount(
  tx: Tx,
  { id, terms, total, currency }: OrderRow,
  basedOn: Day,
  settings: Settings,
): Promise<void> {
  const [{ last } = { last: basedOn }] = await tx<{ last: Day }[]>`
    select max(due_on) as last from instalments where order_id = ${id}`;
  const discount = discountOf(terms, { amount: total, currency }, { basedOn, last, settings });
  await tx`update orders set discount = ${discount && tx.json(discount)} where id = ${id}`;
}
