import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { bookingOf, orderCommand } from '../commands/definition.ts';
import { invalidField, notConfirmed, otherCurrency } from '../commands/rules/refusal.ts';
import { bookLateInterest } from '../interest/late-charges.ts';
import { payment, unappliedPayment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { balancesOf, instalmentsOfOrders } from '../orders/tables.ts';
import { startingWith } from './rules/allocations.ts';
import { reservedId } from './rules/payment-ids.ts';
import { keepPayment } from './tables.ts';

/**
 * Money that was received for the order. If it is late, interest and compensation are charged up to its day; of each
 * instalment they are paid before the principal. A missing rate does not hold up the payment. What exceeds the order's balance becomes unapplied credit. While the customer is
 * insolvent, all of it becomes credit: an admin decides which debts it pays, and allocates the credit by hand.
 */
export const recordPayment = orderCommand({
  kind: 'recordPayment',
  permission: 'accounting',
  body: z.object({
    paymentId: z.string(),
    amount: z.int(),
    currency: z.string(),
    receivedOn: z.string(),
    method: z.string().nullable(),
    reference: z.string().nullable(),
    /** The instalment that it pays first. */
    instalment: z.int().optional(),
  }),
  businessId: ({ paymentId }) => ({ id: `payment ${paymentId}`, called: `Payment ${paymentId}` }),

  async read(tx, { order }) {
    return (await instalmentsOfOrders(tx, [order.id])).map(({ number }) => number);
  },

  // Money is kept only if it will be booked, and what was kept is booked.
  refuse: () => null,

  refuseToKeep({ order, policies }, { paymentId, currency, receivedOn, instalment }, instalments) {
    const refusal = reservedId(paymentId) ?? otherCurrency(order, currency) ?? notConfirmed(order);
    if (refusal) return refusal;
    const placedOn = dayAt(order.placedAt, policies.settings.body.timeZone);
    if (receivedOn < placedOn)
      return invalidField(
        '/receivedOn',
        `Order ${order.id} was placed on ${placedOn}: give that day or a later one.`,
      );
    if (instalment === undefined || instalments.includes(instalment)) return null;
    return {
      code: 'instalment-not-found',
      detail: `Order ${order.id} has no instalment ${instalment}: give one of ${instalments.join(', ')}.`,
    };
  },

  async keep(tx, { order, now }, { instalment: _, ...money }, { id, actor }) {
    const { customerId, id: orderId } = order;
    await keepPayment(tx, { ...money, customerId, orderId, commandId: id, actor, createdAt: now });
  },

  async apply(tx, state, { paymentId, amount, receivedOn, instalment }, { command }) {
    const { order, customer, policies } = state;
    const money = { paymentId, amount, receivedOn };
    const booking = bookingOf(state, command);
    if (order.status !== 'open' || customer.privilege === 'insolvency') {
      await book(tx, [unappliedPayment(money, order.id)], booking);
      return { follows: false };
    }
    await bookLateInterest(tx, order, { commandId: command.id, until: receivedOn, booking, policies });
    const balances = startingWith(await balancesOf(tx, order.id), instalment);
    await book(tx, payment(order.id, balances, money), booking);
    return { paidWith: money };
  },

  // The bank's text names people.
  auditDetail: ({ paymentId, amount, currency }) => ({ paymentId, amount, currency }),
  consequences: ['discountAndTolerance'],
});
