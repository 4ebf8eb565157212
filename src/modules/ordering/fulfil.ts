import type { Day } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { type Apply, bookingOf, notOpen, type Subject } from '../commands/command.ts';
import { completeInvoicing } from '../invoicing/apply-invoice.ts';
import { invoicedOf } from '../invoicing/tables.ts';
import { completeOrder } from '../orders/changes.ts';
import { finaliseDueDates } from '../orders/finalise-due-dates.ts';
import { getOrder } from '../orders/tables.ts';
import { concedeAfterAll } from '../payments/concede.ts';
import { amendTotal, creditedAndLetGo } from './amend-total.ts';
import { insertFulfilment, lastFulfilledOn } from './tables.ts';

/** What a store says was delivered or rendered; without an amount, all that is left of the order. */
export type Fulfilment = {
  fulfilmentId: string | null;
  /** In minor units. */
  amount: number | null;
  fulfilledOn: Day;
  /** Nothing more will come: what is left of the order is released. */
  final: boolean;
};

/** A part of the order, or the rest. When nothing more is to come, what is due from the fulfilment on gets its final date. */
export const fulfil: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  if (order.fulfilledOn !== null) return 'already-fulfilled';
  const { fulfilmentId, amount, fulfilledOn, final } = command.body as Fulfilment;
  const left = order.total - order.fulfilled;
  const part = amount ?? (final && order.fulfilled > 0 ? 0 : left);
  if (part > left) return 'over-fulfilled';
  if (final && order.fulfilled + part < (await invoicedOf(tx, order.id)).amount) return 'below-invoiced';
  if (final && order.fulfilled + part < (await creditedAndLetGo(tx, order))) return 'below-credited';
  const row = { commandId: command.id, orderId: order.id, fulfilmentId, amount: part, fulfilledOn };
  await insertFulfilment(tx, row);
  subject.order = await getOrder(tx, order.id);
  if (final && part < left) {
    const booking = { ...bookingOf(subject, command, context), commandId: command.id };
    subject.order = await amendTotal(tx, order.id, subject.order.fulfilled, booking);
  }
  await completeFulfilment(tx, subject, context.now);
  await completeInvoicing(tx, subject, context.now);
  await concedeAfterAll(tx, subject, command, context);
  return null;
};

/** Once the parts reach the total, on the day of the last of them, due dates that waited for it are final. */
export async function completeFulfilment(tx: Tx, subject: Subject, now: string): Promise<void> {
  const { id, total, fulfilled, fulfilledOn } = subject.order;
  if (fulfilledOn !== null || fulfilled < total) return;
  const day = await lastFulfilledOn(tx, id);
  await completeOrder(tx, id, day);
  subject.order = { ...subject.order, fulfilledOn: day };
  await finaliseDueDates(tx, subject.order, 'fulfilled', day, now);
  subject.order = await getOrder(tx, id);
}
