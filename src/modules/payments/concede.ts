import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, type Context, type Subject } from '../commands/command.ts';
import type { CommandRow } from '../commands/tables.ts';
import { lessOwed } from '../ledger/rules/corrections.ts';
import { afterwards, outstandingOf, payable, principalOf } from '../ledger/rules/entry.ts';
import { type Booking, book, creditMadeOf, standingsOf } from '../ledger/tables.ts';
import type { OrderRow } from '../orders/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { activePolicies } from '../settings/tables.ts';
import { discountLeft } from './early-discount.ts';
import { amountIn } from './rules/receipts.ts';

/** In the keys of what is let go by itself, and not by an accountant's word. */
export const CONCESSION = 'concession';

/** What was received may have become all that is asked: the total, what is credited or withheld, or the discount's last day is another. */
export async function concedeAfterAll(
  tx: Tx,
  subject: Subject,
  command: CommandRow,
  context: Context,
): Promise<void> {
  const { order, status } = subject;
  if (status !== 'open') return;
  const standings = await standingsOf(tx, order.id);
  const received = standings.reduce((sum, part) => sum + part.received, -(await creditMadeOf(tx, order.id)));
  if (received > 0)
    await concede(tx, order, bookingOf(subject, command, context), { key: command.id, paymentId: null });
}

/**
 * What is let go once money has come in: the early-payment discount, if it is earned now, and a rest of the order
 * within the tolerance of the receipts policy, also of what the discount asks.
 */
export async function concede(
  tx: Tx,
  order: OrderRow,
  booking: Booking,
  { key, paymentId }: { key: string; paymentId: string | null },
): Promise<void> {
  const balances = await balancesOf(tx, order.id);
  if (outstandingOf(balances) <= 0) return;
  const { receipts, settings } = await activePolicies(tx);
  const discount = await discountLeft(tx, order, settings.body.timeZone);
  const tolerance = amountIn(receipts.body.underpayment, order.currency);
  const discounted = payable(balances.map(principalOf), discount.missing <= tolerance ? discount.amount : 0);
  const left = afterwards(balances, discounted);
  const tolerated = outstandingOf(left) <= tolerance;
  const rest = tolerated ? payable(left, outstandingOf(left)) : [];
  const place = `${key}/${CONCESSION}`;
  await book(
    tx,
    [
      ...lessOwed(place, order.id, 'discount', discounted, paymentId),
      ...lessOwed(place, order.id, 'rounding', rest, paymentId),
    ],
    booking,
  );
}
