import type { Day } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import type { PartStanding } from '../ledger/rules/entry.ts';
import { amendment } from '../ledger/rules/reallocations.ts';
import { type Booking, book, moneyOn, standingsOf } from '../ledger/tables.ts';
import { changeInstalment, changeTotal } from '../orders/changes.ts';
import { getOrder, type InstalmentRow, instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import { discountOn } from '../terms/rules/offer.ts';
import { amendedAmounts } from './rules/amended-amounts.ts';

/**
 * Changes the total of a reserved or open order. Its instalments keep their due dates and get the shares that the terms
 * give them. For an open order the difference is booked; for a reserved one the reservation changes. Needs the locks of
 * `lockOrder`.
 * @param total in minor units, above zero
 * @returns the order after the change
 */
export async function amendTotal(
  tx: Tx,
  orderId: string,
  total: number,
  booking: Booking & { commandId: string; today: Day },
): Promise<OrderRow> {
  const [order, instalments] = await Promise.all([getOrder(tx, orderId), instalmentsOfOrders(tx, [orderId])]);
  const forgiven = forgivenByInstalment(instalments, await standingsOf(tx, orderId));
  const lines = instalments.map((given) => ({ ...given, forgiven: forgiven.get(given.number) ?? 0 }));
  const amounts = amendedAmounts(order.terms, lines, total);
  for (const [number, amount] of amounts) await changeInstalment(tx, order.id, number, amount);
  const discount = order.discount && discountOn(order.discount, { amount: total, currency: order.currency });
  await changeTotal(tx, order.id, total, discount);
  if (order.confirmedAt === null)
    await moveBalances(tx, order.customerId, order.currency, { exposure: total - order.total });
  else {
    const received = await moneyOn(tx, order.id, 'principal');
    const amended = instalments.map((given) => ({
      ...given,
      amended: amounts.get(given.number)!,
      received: received.filter(({ number }) => number === given.number),
    }));
    await book(tx, amendment(booking.commandId, order.id, amended, booking.today), booking);
  }
  return getOrder(tx, order.id);
}

/**
 * The part of an order's total that need not be paid any more, in minor units: credit notes, including what they turned
 * into credit, deductions and write-offs. A smaller total would create credit that nobody paid.
 */
export async function creditedAndForgiven(db: Db, order: OrderRow): Promise<number> {
  const [instalments, standings] = await Promise.all([
    instalmentsOfOrders(db, [order.id]),
    standingsOf(db, order.id),
  ]);
  const forgiven = forgivenByInstalment(instalments, standings);
  return [...forgiven.values(), ...standings.map(({ made }) => made)].reduce(
    (sum, amount) => sum + amount,
    0,
  );
}

/** An order that is not confirmed has no standings: nothing was forgiven. */
function forgivenByInstalment(
  instalments: readonly InstalmentRow[],
  standings: readonly PartStanding[],
): ReadonlyMap<number, number> {
  const amounts = new Map(instalments.map(({ number, amount }) => [number, amount]));
  const principal = standings.filter(({ part }) => part === 'principal');
  return new Map(
    principal.map(({ number, outstanding, received }) => [
      number,
      amounts.get(number)! - outstanding - received,
    ]),
  );
}
