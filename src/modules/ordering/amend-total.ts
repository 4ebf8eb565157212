import type { Db, Tx } from '../../platform/postgres/client.ts';
import { bookingOf, type OrderSituation } from '../commands/definition.ts';
import type { CommandRow } from '../commands/tables.ts';
import { moveBalances } from '../ledger/move-balances.ts';
import type { PartStanding } from '../ledger/rules/entry.ts';
import { amendment } from '../ledger/rules/reallocations.ts';
import { book, moneyOn, standingsOf } from '../ledger/tables.ts';
import { addInstalments, changeInstalment, changeTotal, reopenFulfilment } from '../orders/changes.ts';
import { provisionalDates } from '../orders/finalise-due-dates.ts';
import { type InstalmentRow, instalmentsOfOrders, type OrderRow } from '../orders/tables.ts';
import { partsOf } from '../terms/rules/instalments.ts';
import { discountOn } from '../terms/rules/offer.ts';
import { type AmendedLine, amendedAmounts, withPartsForIncrease } from './rules/amended-amounts.ts';

/**
 * Changes the total of a reserved or open order. Its instalments keep their due dates and get the shares that the terms
 * give them; what is added after the delivery or the invoice from which they count waits for its own, as instalments of
 * its own. For an open order the difference is booked; for a reserved one the reservation changes. Needs the locks of
 * `lockOrder`.
 * @param total in minor units, above zero
 */
export async function amendTotal(
  tx: Tx,
  state: OrderSituation,
  total: number,
  command: CommandRow,
): Promise<void> {
  const { order, today } = state;
  const instalments = await instalmentsOfOrders(tx, [order.id]);
  const forgiven = forgivenByInstalment(instalments, await standingsOf(tx, order.id));
  const lines = instalments.map((given) => ({ ...given, forgiven: forgiven.get(given.number) ?? 0 }));
  const all = withPartsForIncrease(order.terms, lines, total);
  const amounts = amendedAmounts(order.terms, all, total);
  for (const { number } of instalments) await changeInstalment(tx, order.id, number, amounts.get(number)!);
  const known = instalments.map(({ number }) => number);
  const added = all.filter(({ number }) => !known.includes(number) && amounts.get(number)! > 0);
  await addWaiting(tx, state, added, amounts);
  const discount = order.discount && discountOn(order.discount, { amount: total, currency: order.currency });
  await changeTotal(tx, order.id, total, discount);
  if (order.fulfilledOn !== null && total > order.fulfilled) await reopenFulfilment(tx, order.id);
  if (order.confirmedAt === null)
    await moveBalances(tx, order.customerId, order.currency, { exposure: total - order.total });
  else {
    const received = await moneyOn(tx, order.id, 'principal');
    const before = [...instalments, ...added.map((line) => ({ ...line, outstanding: 0, charges: 0 }))];
    const amended = before.map((given) => ({
      ...given,
      amended: amounts.get(given.number)!,
      received: received.filter(({ number }) => number === given.number),
    }));
    await book(tx, amendment(command.id, order.id, amended, today), bookingOf(state, command));
  }
}

/** Adds instalments whose due dates wait for another delivery or invoice. */
async function addWaiting(
  tx: Tx,
  state: OrderSituation,
  added: readonly AmendedLine[],
  amounts: ReadonlyMap<number, number>,
): Promise<void> {
  if (added.length === 0) return;
  const parts = partsOf(state.order.terms);
  const dates = new Map([...provisionalDates(state, 'fulfilled'), ...provisionalDates(state, 'invoiced')]);
  const rows = added.map(({ number, line }) => ({
    ...{ number, line, amount: amounts.get(number)!, dueOn: dates.get(line)!.dueOn, dueAt: null },
    collection: parts[line]!.collection,
  }));
  await addInstalments(tx, state.order.id, rows);
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
