import { type Apply, bookingOf, notOpen } from '../commands/command.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { payment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { merchantToday } from '../settings/tables.ts';
import { insertPayment, SETTLEMENT_PAYMENT } from './tables.ts';

/** All that is outstanding was paid outside: a payment of that amount, received today. */
export const settle: Apply = async (tx, subject, command, context) => {
  const refusal = notOpen(subject);
  if (refusal) return refusal;
  const { order } = subject;
  const balances = await balancesOf(tx, order.id);
  const amount = outstandingOf(balances);
  const paymentId = `${SETTLEMENT_PAYMENT}${command.id}`;
  const inserted = await insertPayment(tx, {
    paymentId,
    customerId: order.customerId,
    orderId: order.id,
    amount,
    currency: order.currency,
    receivedOn: await merchantToday(tx, context.now),
    method: null,
    reference: command.reason,
    fingerprint: command.fingerprint,
    commandId: command.id,
    actor: command.actor,
    createdAt: context.now,
  });
  if (!inserted) throw new Error(`payment ${paymentId} exists already`);
  await book(tx, payment(order.id, balances, { paymentId, amount }), bookingOf(subject, command, context));
  return null;
};
