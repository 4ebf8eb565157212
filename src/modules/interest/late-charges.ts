import type { Day } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { lateCharges } from '../ledger/rules/debts.ts';
import { type Balance, balance, type Entry } from '../ledger/rules/entry.ts';
import { type Booking, book } from '../ledger/tables.ts';
import type { OrderRow } from '../orders/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { type InterestBlocker, interestBlockerOf, interestOfOrder } from './order-interest.ts';

/**
 * Charges the interest that has accrued up to a day and was not charged yet, and once for each overdue invoice the
 * compensation (art. 6 D.Lgs. 231/2002), whichever of its orders is late; an order without an invoice counts as one.
 * Interest that was charged and is too much by now stays.
 * Both are of the part `charges` and count on that day. Interest runs on the principal as it was on each day: a payment
 * counts from the day on which it was received, a credit note from the day of issue. Nothing is booked if the merchant
 * does not charge late customers, or if a rate or a law is missing. Needs the locks of `lockOrder`.
 * @param commandId of the command that charges it
 */
export async function bookLateInterest(
  tx: Tx,
  order: OrderRow,
  {
    commandId,
    until,
    booking,
    policies,
  }: { commandId: string; until: Day; booking: Booking; policies: ActivePolicies },
): Promise<void> {
  const entries = await lateEntries(tx, order, { commandId, until, policies });
  if (typeof entries !== 'string') await book(tx, entries, booking);
}

/** The instalments with the interest and costs that are charged first when money received on that day is booked. */
export async function afterCharges<Line extends Balance>(
  db: Db,
  order: OrderRow,
  { until, policies }: { until: Day; policies: ActivePolicies },
  instalments: readonly Line[],
): Promise<Line[]> {
  const entries = await lateEntries(db, order, { commandId: '', until, policies });
  if (typeof entries === 'string') return [...instalments];
  return instalments.map((line) => {
    const own = entries.filter(({ instalment }) => instalment === line.number);
    const charges = balance(own, 'receivable');
    return { ...line, outstanding: line.outstanding + charges, charges: line.charges + charges };
  });
}

/** The entries of what is late and not charged yet; none if the merchant does not charge it. */
export async function lateEntries(
  db: Db,
  order: OrderRow,
  { commandId, until, policies }: { commandId: string; until: Day; policies: ActivePolicies },
): Promise<Entry[] | InterestBlocker> {
  if (!policies['late-interest'].body.enabled) return [];
  const found = await interestOfOrder(db, order, { until, policies }).catch(interestBlockerOf);
  if (typeof found === 'string') return found;
  const { instalments, compensation } = found;
  // The first late instalment bears the compensation.
  const first = instalments.find(({ periods }) => periods.length > 0);
  return lateCharges(commandId, order.id, {
    until,
    interest: instalments.map(({ number, accrued, charged }) => ({ number, amount: accrued - charged })),
    compensation: first
      ? compensation.invoices.map((invoiceId) => ({
          invoiceId,
          number: first.number,
          amount: compensation.each,
        }))
      : [],
  });
}
