import { PLANNED_LINE } from '../domain/instalment-plan.ts';
import { sharesOf } from '../domain/instalments.ts';
import { type Amended, amendment } from '../domain/ledger/corrections.ts';
import { discountOn } from '../domain/offer.ts';
import { moveBalances } from './accounts.ts';
import type { Db, Tx } from './client.ts';
import { type Booking, book, standingsOf } from './ledger.ts';
import { getOrder, type InstalmentRow, instalmentsOfOrders, type OrderRow } from './orders.ts';

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
  const amounts = amendedAmounts(order, instalments, total);
  for (const [number, amount] of amounts)
    await tx`update instalments set amount = ${amount} where order_id = ${order.id} and number = ${number}`;
  const discount = order.discount && discountOn(order.discount, { amount: total, currency: order.currency });
  await tx`update orders set total = ${total}, discount = ${discount && tx.json(discount)} where id = ${order.id}`;
  if (order.confirmedAt === null)
    await moveBalances(tx, order.customerId, order.currency, { exposure: total - order.total });
  else {
    const received = await receivedOn(tx, order.id);
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
 * What need not be paid of an order's total any more, in minor units: credit notes, deductions, what was written off. A
 * smaller total would make credit of what nobody paid.
 */
export async function letGoOf(db: Db, { id, total, confirmedAt }: OrderRow): Promise<number> {
  if (confirmedAt === null) return 0;
  const principal = (await standingsOf(db, id)).filter(({ part }) => part === 'principal');
  return principal.reduce((left, { outstanding, received }) => left - outstanding - received, total);
}

/** By number. The share of a line that came to nothing at the checkout is the last instalment's: there is no date for it. */
function amendedAmounts(
  { terms }: OrderRow,
  instalments: readonly InstalmentRow[],
  total: number,
): ReadonlyMap<number, number> {
  if (instalments.some(({ line }) => line === PLANNED_LINE)) return keepingPlan(instalments, total);
  const shares = sharesOf(terms, total);
  const own = instalments.map(({ number, line }): [number, number] => [number, shares[line] ?? 0]);
  const left = total - own.reduce((sum, [, amount]) => sum + amount, 0);
  const last = own.length - 1;
  return new Map(own.map(([number, amount], index) => [number, index === last ? amount + left : amount]));
}

/** After an agreed plan its dates and amounts stand: more is owed with the last instalment, less is taken off the last ones. */
function keepingPlan(instalments: readonly InstalmentRow[], total: number): ReadonlyMap<number, number> {
  let difference = total - instalments.reduce((sum, { amount }) => sum + amount, 0);
  return new Map(
    instalments.toReversed().map(({ number, amount }): [number, number] => {
      const moved = Math.max(difference, -amount);
      difference -= moved;
      return [number, amount + moved];
    }),
  );
}

/** What pays the principal of each instalment, by payment, the newest first. */
async function receivedOn(
  tx: Tx,
  orderId: string,
): Promise<({ number: number } & Amended['received'][number])[]> {
  return tx<({ number: number } & Amended['received'][number])[]>`
    select l.instalment as number, l.payment_id, -sum(l.amount)::bigint as amount
    from ledger l left join ledger r on r.id = l.reverses
    where l.order_id = ${orderId} and l.account = 'receivable' and l.part = 'principal'
      and coalesce(r.kind, l.kind) in ('payment', 'allocation')
    group by 1, 2 having sum(l.amount) < 0 order by max(l.id) desc`;
}
