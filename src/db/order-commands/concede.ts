import { lessOwed } from '../../domain/ledger/corrections.ts';
import { afterwards, outstandingOf, payable, principalOf } from '../../domain/ledger/entry.ts';
import { amountIn } from '../../domain/receipts.ts';
import type { Tx } from '../client.ts';
import { type Booking, balancesOf, book } from '../ledger.ts';
import type { OrderRow } from '../orders/orders.ts';
import { activePolicies } from '../policies.ts';
import { discountLeft } from '../receipts/early-discount.ts';

/** In the keys of what is let go by itself, and not by an accountant's word. */
export const CONCESSION = 'concession';

/**
 * What is let go once money has come in: the early-payment discount, if it is earned now, and a rest of the order
 * within the tolerance of the receipts policy.
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
  const discounted = payable(balances.map(principalOf), discount.earned ? discount.amount : 0);
  const left = afterwards(balances, discounted);
  const tolerated = outstandingOf(left) <= amountIn(receipts.body.underpayment, order.currency);
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
