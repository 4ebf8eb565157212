import { z } from 'zod';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { notOpen } from '../commands/rules/refusal.ts';
import { outstandingOf } from '../ledger/rules/entry.ts';
import { payment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf } from '../orders/tables.ts';
import { SETTLEMENT_PAYMENT } from './rules/payment-ids.ts';
import { keepPayment } from './tables.ts';

/** All that is outstanding was paid in another way: books a payment of that amount, received today. */
export const settle = orderCommand({
  kind: 'settle',
  permission: 'admin',
  body: z.object({}),
  refuse: ({ order }) => notOpen(order),

  async apply(tx, state, _, { command }) {
    const { order, today, now } = state;
    const balances = await balancesOf(tx, order.id);
    const amount = outstandingOf(balances);
    const paymentId = `${SETTLEMENT_PAYMENT}${command.id}`;
    await keepPayment(tx, {
      paymentId,
      customerId: order.customerId,
      orderId: order.id,
      amount,
      currency: order.currency,
      receivedOn: today,
      method: null,
      reference: command.reason,
      commandId: command.id,
      actor: command.actor,
      createdAt: now,
    });
    await book(
      tx,
      payment(order.id, balances, { paymentId, amount, receivedOn: today }),
      bookingOf(state, command),
    );
  },

  consequences: [],
});
