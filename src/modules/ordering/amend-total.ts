import type { Db, Tx } from '../../platform/postgres/client.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import { amendment } from '../ledger/rules/reallocations.ts';
import { type Booking, book, creditMadeOf, receivedOn, standingsOf } from '../ledger/tables.ts';
import { changeInstalment, changeTotal } from '../orders/changes.ts';
import { getOrder, type InstalmentRow, instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import { discountOn } from '../terms/rules/offer.ts';
import { amendedAmounts } from './rules/amended-amounts.ts';

/**
 * Gives an order that is reserved or open another total. Its instalments stay on their due dates and take what the terms
 * give them of it; of an open order the difference is booked, of a reserved one the reservation moves. Needs the locks
 * of `lockOrder`.
 * @param total in minor units, above zero
 * @returns the order as it is then
 */
export async function amendTotal(
  tx: Tx,
  orderId: string,
  total: number,
  booking: Booking & { commandId: string },
): Promise<OrderRow> {
  const [order, instalments] = await Promise.all([getOrder(tx, orderId), instalmentsOfOrders(tx, [orderId])]);
  const forgiven = await forgivenByInstalment(tx, order, instalments);
  const lines = instalments.map((given) => ({ ...given, forgiven: forgiven.get(given.number) ?? 0 }));
  const amounts = amendedAmounts(order.terms, lines, total);
  for (const [number, amount] of amounts) await changeInstalment(tx, order.id, number, amount);
  const discount = order.discount && discountOn(order.discount, { amount: total, currency: order.currency });
  await changeTotal(tx, order.id, total, discount);
  if (order.confirmedAt === null)
    await moveBalances(tx, order.customerId, order.currency, { exposure: total - order.total });
  else {
    const received = await receivedOn(tx, order.id, 'principal');
    const amended = instalments.map((given) => ({
      ...given,
      amended: amounts.get(given.number)!,
      received: received.filter(({ number }) => number === given.number),
    }));
    await book(tx, amendment(booking.commandId, order.id, amended), booking);
  }
  return getOrder(tx, order.id);
}

/**
 * What need not be paid of an order's total any more, in minor units: credit notes, also where they made credit,
 * deductions, what was written off. A smaller total would make credit of what nobody paid.
 */
export async function creditedAndForgiven(db: Db, order: OrderRow): Promise<number> {
  const forgiven = await forgivenByInstalment(db, order, await instalmentsOfOrders(db, [order.id]));
  return [...forgiven.values()].reduce((sum, amount) => sum + amount, await creditMadeOf(db, order.id));
}

async function forgivenByInstalment(
  db: Db,
  { id, confirmedAt }: OrderRow,
  instalments: readonly InstalmentRow[],
): Promise<ReadonlyMap<number, number>> {
  if (confirmedAt === null) return new Map();
  const amounts = new Map(instalments.map(({ number, amount }) => [number, amount]));
  const principal = (await standingsOf(db, id)).filter(({ part }) => part === 'principal');
  return new Map(
    principal.map(({ number, outstanding, received }) => [
      number,
      amounts.get(number)! - outstanding - received,
    ]),
  );
}
