import type { Tx } from '../../platform/postgres/client.ts';
import { type Apply, bookingOf, type Subject } from '../commands/command.ts';
import { withholding } from '../ledger/rules/corrections.ts';
import { book, creditMadeOf, standingsOf } from '../ledger/tables.ts';
import { finaliseDueDates } from '../orders/finalise-due-dates.ts';
import { isClosed } from '../orders/rules/order-state.ts';
import { balancesOf, getOrder } from '../orders/tables.ts';
import { concedeAfterAll } from '../payments/concede.ts';
import { getInvoice, invoicedOf, withholdingMissing } from './tables.ts';

/**
 * An invoice covers the order, or a part of it: only what it says is payable is chased, and due dates that waited for the
 * invoice may become final. Of a settled order, what need not have been paid becomes unapplied credit.
 */
export const invoice: Apply = async (tx, subject, command, context) => {
  const { order, status } = subject;
  if (status === 'reserved') return 'order-not-confirmed';
  if (status === 'cancelled') return 'order-closed';
  const { id, withheld: label } = await getInvoice(tx, String(command.body.invoiceId));
  if (label !== null && status !== 'written_off') {
    const [missing, balances, standings, credited] = await Promise.all([
      withholdingMissing(tx, order),
      balancesOf(tx, order.id),
      standingsOf(tx, order.id),
      creditMadeOf(tx, order.id),
    ]);
    const received = standings.reduce((sum, part) => sum + part.received, -credited);
    const given = { amount: Math.max(missing, 0), label, received };
    const booking = bookingOf(subject, command, context);
    await book(tx, withholding(`invoice/${id}`, order.id, balances, given), booking);
  }
  await completeInvoicing(tx, subject, context.now);
  await concedeAfterAll(tx, subject, command, context);
  return null;
};

/** Once the invoices reach the order's total, due dates that waited for them count from the day of the last one. */
export async function completeInvoicing(tx: Tx, subject: Subject, now: string): Promise<void> {
  if (isClosed(subject.status)) return;
  const { order } = subject;
  const { amount, lastIssuedOn } = await invoicedOf(tx, order.id);
  if (lastIssuedOn === null || amount < order.total) return;
  await finaliseDueDates(tx, order, 'invoiced', lastIssuedOn, now);
  subject.order = await getOrder(tx, order.id);
}
