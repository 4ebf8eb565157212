import { dayAt } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { invoicesOfOrders, withholdingMissing } from '../invoicing/tables.ts';
import { keepBack, type Withheld } from '../ledger/rules/kept-back.ts';
import { type Returned, reducedAfterAll, reversal } from '../ledger/rules/returned-payment.ts';
import { type Booking, book, creditMadeOf, notReversed } from '../ledger/tables.ts';
import type { OrderRow } from '../orders/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import type { ActivePolicies } from '../settings/tables.ts';
import { creditWithoutPayment } from './credit-sources.ts';
import { discountLeft } from './early-discount.ts';

type WithheldBy = Pick<Withheld, 'kind' | 'cause' | 'valueOn'>;

type ReinstateContext = { returned: Returned; booking: Booking; policies: ActivePolicies };

/**
 * Reinstates what was forgiven because of a payment that is reversed now, in addition to what that payment had paid.
 * What credit notes and invoices take off the order stays off, whichever payment pays it, as far as the credit that they
 * made is still held.
 */
export async function reinstateDebt(tx: Tx, order: OrderRow, again: ReinstateContext): Promise<void> {
  await reverseForgiven(tx, order, again);
  await reapplyCredits(tx, order, again);
  await reinstateWithholding(tx, order, again);
}

/** An early-payment discount that is no longer earned is owed again, and so is a rest that was forgiven. */
async function reverseForgiven(
  tx: Tx,
  order: OrderRow,
  { returned, booking }: ReinstateContext,
): Promise<void> {
  if (order.status === 'cancelled') return;
  const forgiven = await notReversed(
    tx,
    tx`l.order_id = ${order.id} and (l.kind = 'tolerance' or (l.kind = 'early_payment_discount' and l.cause_kind = 'terms'))`,
  );
  if (forgiven.length === 0) return;
  const { earned } = await discountLeft(tx, order);
  const lapsed = forgiven.filter(({ kind }) => kind === 'tolerance' || !earned);
  await book(tx, reversal(returned, lapsed), booking);
}

/** Credit that a credit note or an invoice made, because the order was paid, now reduces what is owed. */
async function reapplyCredits(
  tx: Tx,
  order: OrderRow,
  { returned, booking }: ReinstateContext,
): Promise<void> {
  if (order.status === 'cancelled') return;
  const [made, balances, free] = await Promise.all([
    creditMadeOf(tx, order.id),
    balancesOf(tx, order.id),
    creditWithoutPayment(tx, order.customerId, order.currency),
  ]);
  const key = `payment/${returned.paymentId}`;
  await book(tx, reducedAfterAll(key, order.id, balances, made, Math.max(free, 0)), booking);
}

/**
 * What the customer kept back with the payment, and an invoice allows them to keep back, is now withheld by the
 * invoice. What a credit note gave back of it is not owed.
 */
async function reinstateWithholding(
  tx: Tx,
  order: OrderRow,
  { returned, booking, policies }: ReinstateContext,
): Promise<void> {
  if (order.status !== 'open' && order.status !== 'settled') return;
  const missing = await withholdingMissing(tx, order);
  if (missing <= 0) return;
  const invoices = await invoicesOfOrders(tx, [order.id]);
  const invoice = invoices.findLast(({ withheld }) => withheld !== null);
  const by: WithheldBy = invoice
    ? {
        kind: invoice.withheld!,
        cause: { kind: 'invoice', id: invoice.invoiceId },
        valueOn: dayAt(order.placedAt, policies.settings.body.timeZone),
      }
    : await lastGivenBack(tx, order.id);
  const entries = keepBack(
    `payment/${returned.paymentId}/withheld-again`,
    order.id,
    await balancesOf(tx, order.id),
    // Without standings no credit is made: only what is unpaid is reduced.
    { amount: missing, ...by, standings: [] },
  );
  await book(tx, entries, booking);
}

/** The latest credit note that gave back what was withheld. There is one if no invoice withholds. */
async function lastGivenBack(tx: Tx, orderId: string): Promise<WithheldBy> {
  const [row] = await tx<WithheldBy[]>`
    select effect as kind, json_build_object('kind', cause_kind, 'id', cause_id) as cause, value_on from ledger
    where order_id = ${orderId} and effect in ('withholding', 'split_payment') and cause_kind = 'credit-note'
    order by id desc limit 1`;
  return row!;
}
