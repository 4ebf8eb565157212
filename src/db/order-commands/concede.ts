import { lessOwed } from '../../domain/ledger/corrections.ts';
import { afterwards, outstandingOf, payable, principalOf } from '../../domain/ledger/entry.ts';
import { amountIn } from '../../domain/receipts.ts';
import type { Tx } from '../client.ts';
import { type Booking, balancesOf, book, creditMadeOf, standingsOf } from '../ledger.ts';
import type { CommandRow } from '../orders/commands.ts';
import type { OrderRow } from '../orders/orders.ts';
import { activePolicies } from '../policies.ts';
import { discountLeft } from '../receipts/early-discount.ts';
import { bookingOf, type Context, type Subject } from './command.ts';

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
