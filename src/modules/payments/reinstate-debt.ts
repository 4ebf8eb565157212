import type { Tx } from '../../platform/postgres/client.ts';
import type { Withholding } from '../invoicing/rules/invoice.ts';
import { invoicesOfOrders, withholdingMissing } from '../invoicing/tables.ts';
import { creditedAfterAll, withheldAfterAll, withholding } from '../ledger/rules/corrections.ts';
import { reversal } from '../ledger/rules/receipts.ts';
import { type Booking, book, entriesOf, type LedgerRow } from '../ledger/tables.ts';
import type { OrderRow } from '../orders/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { merchantZone } from '../settings/tables.ts';
import { creditOfNoPayment } from './credit-sources.ts';
import { CONCESSION } from './discount-and-tolerance.ts';
import { discountLeft } from './early-discount.ts';

/**
 * What is owed of an order again once a payment is reversed, in addition to what it had paid: what was forgiven because
 * of it. What credit notes and invoices take off the order stays off, whoever pays it.
 * @param key of the entries
 */
export async function reinstateDebt(tx: Tx, order: OrderRow, key: string, booking: Booking): Promise<void> {
  await reverseConcessions(tx, order, key, booking);
  await withholdAfterAll(tx, order, key, booking);
  await creditAfterAll(tx, order, key, booking);
  await withholdAgain(tx, order, key, booking);
}

/** An early-payment discount that is not earned any more is owed again, and so is a rest that was let go. */
async function reverseConcessions(tx: Tx, order: OrderRow, key: string, booking: Booking): Promise<void> {
  if (order.status === 'cancelled') return;
  const conceded = entriesOf(
    await tx<LedgerRow[]>`
      select id, entry_key, order_id, instalment, part, label, account, kind, amount, payment_id, reverses from ledger
      where order_id = ${order.id} and kind = 'adjustment' and entry_key like ${`%/${CONCESSION}/%`} and entry_key not like 'invoice/%'
        and id not in (select reverses from ledger where reverses is not null)
      order by id`,
  );
  if (conceded.length === 0) return;
  const { earned } = await discountLeft(tx, order, await merchantZone(tx));
  const lapsed = conceded.filter(({ label }) => label !== 'discount' || !earned);
  await book(tx, reversal(key, lapsed), booking);
}

/** Of an order that was settled before its invoice said what is withheld: only what is payable is owed again. */
async function withholdAfterAll(tx: Tx, order: OrderRow, key: string, booking: Booking): Promise<void> {
  if (order.status !== 'settled') return;
  const credits = await tx<{ label: Withholding; amount: number }[]>`
    select label, sum(amount)::bigint as amount from ledger
    where order_id = ${order.id} and account = 'unapplied' and kind = 'adjustment' group by label order by label`;
  for (const { label, amount } of credits) {
    const free = await creditOfNoPayment(tx, order.customerId, order.currency);
    const held = { label, amount: Math.min(amount, Math.max(free, 0)) };
    await book(tx, withheldAfterAll(key, order.id, await balancesOf(tx, order.id), held), booking);
  }
}

/** Of an order that was settled when it was credited: what a credit note had made credit is not owed again. */
async function creditAfterAll(tx: Tx, order: OrderRow, key: string, booking: Booking): Promise<void> {
  if (order.status !== 'settled') return;
  const [made] = await tx<{ amount: number }[]>`
    select coalesce(sum(amount), 0)::bigint as amount from ledger
    where order_id = ${order.id} and account = 'unapplied' and kind = 'credit_note'`;
  const free = await creditOfNoPayment(tx, order.customerId, order.currency);
  const held = Math.min(made!.amount, Math.max(free, 0));
  await book(tx, creditedAfterAll(key, order.id, await balancesOf(tx, order.id), held), booking);
}

/**
 * What the customer had kept back with the payment, and an invoice lets them keep back, is withheld by the invoice now; what
 * a credit note had given back of it is not owed.
 */
async function withholdAgain(tx: Tx, order: OrderRow, key: string, booking: Booking): Promise<void> {
  if (order.status !== 'open' && order.status !== 'settled') return;
  const missing = await withholdingMissing(tx, order);
  if (missing <= 0) return;
  const invoices = await invoicesOfOrders(tx, [order.id]);
  const label = invoices.findLast(({ withheld }) => withheld !== null)?.withheld ?? 'withholding';
  const given = { amount: missing, label, received: 0 };
  await book(
    tx,
    withholding(`${key}/withheld-again`, order.id, await balancesOf(tx, order.id), given),
    booking,
  );
}
