import type { Tx } from '../../platform/postgres/client.ts';
import { bookingOf, type Consequence } from '../commands/definition.ts';
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

/**
 * Money has come in, or what was received may be all that is asked now, because the total, a credit note, an invoice or
 * the discount's last day has changed.
 */
export const discountAndTolerance: Consequence = async (tx, state, { command, paidWith }) => {
  const { order } = state;
  if (order.status !== 'open') return;
  if (paidWith === undefined && (await receivedFor(tx, order)) <= 0) return;
  await applyTolerance(tx, order, bookingOf(state, command), {
    key: command.id,
    paymentId: paidWith ?? null,
  });
};

async function receivedFor(tx: Tx, { id }: OrderRow): Promise<number> {
  const standings = await standingsOf(tx, id);
  return standings.reduce((sum, part) => sum + part.received, -(await creditMadeOf(tx, id)));
}

/**
 * What is forgiven once money has come in: the early-payment discount, if it is earned now, and a rest of the order
 * within the tolerance of the receipts policy, also of what the discount asks.
 */
async function applyTolerance(
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
