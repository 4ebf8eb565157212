import type { Day } from '../domain/calendar.ts';
import { lateCharges } from '../domain/ledger/debts.ts';
import type { Tx } from './client.ts';
import { type Booking, book } from './ledger.ts';
import { type Hindrance, hindranceOf, interestOfOrder } from './order-interest.ts';
import type { OrderRow } from './orders.ts';
import { activePolicies } from './policies.ts';

/**
 * Charges what has accrued up to a day and was not charged yet, and the compensation of each overdue invoice once (art. 6 D.Lgs.
 * 231/2002); an order without an invoice counts as one.
 * Needs the locks of `lockOrder`. Where the merchant does not charge late customers, nothing is booked.
 * @param key of what causes the charge; it makes the entries' keys
 * @returns `charged`, `nothing`, or the code of what hinders it: a rate or a law is not known
 */
export async function chargeInterest(
  tx: Tx,
  order: OrderRow,
  { key, until, booking }: { key: string; until: Day; booking: Booking },
): Promise<'charged' | 'nothing' | Hindrance> {
  if (!(await activePolicies(tx))['late-interest'].body.enabled) return 'nothing';
  const found = await interestOfOrder(tx, order, until).catch(hindranceOf);
  if (typeof found === 'string') return found;
  const { instalments, compensation } = found;
  const first = instalments.find(({ periods }) => periods.length > 0);
  const entries = lateCharges(key, order.id, {
    interest: instalments.map(({ number, accrued, charged }) => ({ number, amount: accrued - charged })),
    compensation: first
      ? compensation.invoices.map((invoiceId) => ({
          invoiceId,
          number: first.number,
          amount: compensation.each,
        }))
      : [],
  });
  await book(tx, entries, booking);
  return entries.length > 0 ? 'charged' : 'nothing';
}
