import { z } from 'zod';
import { dayAt } from '../../kernel/calendar.ts';
import { plainMoney } from '../../kernel/money.ts';
import { type Consequence, orderCommand } from '../commands/definition.ts';
import { invalidField, notOpen, otherCurrency } from '../commands/rules/refusal.ts';
import { invoicedOf } from '../invoicing/tables.ts';
import { completeOrder } from '../orders/changes.ts';
import { finaliseDueDates } from '../orders/finalise-due-dates.ts';
import { amendTotal, creditedAndForgiven } from './amend-total.ts';
import { partOf } from './rules/stays-owed.ts';
import { completeFulfilment, insertFulfilment } from './tables.ts';

/** A part of the order, or the rest, was delivered or rendered. */
export const fulfil = orderCommand({
  kind: 'fulfil',
  permission: 'storefront',
  body: z.object({
    /** The store's id for the fulfilment. */
    fulfilmentId: z.string().nullable(),
    orderId: z.string(),
    /** Null: all that is left of the order. */
    amount: z.int().nullable(),
    currency: z.string().nullable(),
    fulfilledOn: z.string(),
    /** Nothing more will come: what is left of the order is released. */
    final: z.boolean(),
  }),
  businessId: ({ orderId, fulfilmentId }) =>
    fulfilmentId === null
      ? null
      : { id: `fulfilment ${orderId} ${fulfilmentId}`, called: `Fulfilment ${fulfilmentId}` },

  async read(tx, { order }, { amount, final }) {
    const left = order.total - order.fulfilled;
    const part = partOf(order, { amount, final });
    const [{ amount: invoiced }, forgiven] = await Promise.all([
      invoicedOf(tx, order.id),
      creditedAndForgiven(tx, order),
    ]);
    return { left, part, invoiced, forgiven };
  },

  refuse({ order, today, policies }, { currency, fulfilledOn, final }, { left, part, invoiced, forgiven }) {
    const refusal = notOpen(order);
    if (refusal) return refusal;
    if (order.fulfilledOn !== null)
      return {
        code: 'already-fulfilled',
        detail: `Order ${order.id} was completely fulfilled on ${order.fulfilledOn}: nothing is left to fulfil.`,
      };
    const placedOn = dayAt(order.placedAt, policies.settings.body.timeZone);
    if (fulfilledOn > today)
      return invalidField('/fulfilledOn', `This is in the future: give ${today} or an earlier day.`);
    if (fulfilledOn < placedOn)
      return invalidField(
        '/fulfilledOn',
        `The order was placed on ${placedOn}: give that day or a later one.`,
      );
    const mismatch = currency === null ? null : otherCurrency(order, currency);
    if (mismatch) return mismatch;
    const money = (amount: number) => plainMoney({ amount, currency: order.currency });
    if (part > left)
      return {
        code: 'over-fulfilled',
        detail: `${money(left)} of order ${order.id} is left to fulfil, and this is ${money(part)}: give a smaller amount, or amend the order first (POST /v1/orders/${order.id}/amend).`,
      };
    if (final && order.fulfilled + part < invoiced) return { code: 'below-invoiced' };
    return final && order.fulfilled + part < forgiven ? { code: 'below-credited' } : null;
  },

  async apply(tx, state, { fulfilmentId, fulfilledOn, final }, { facts: { left, part }, command }) {
    const { id: orderId, fulfilled } = state.order;
    await insertFulfilment(tx, { commandId: command.id, orderId, fulfilmentId, amount: part, fulfilledOn });
    if (!final || part === left) return;
    await amendTotal(tx, state, fulfilled + part, command);
  },

  consequences: ['fulfilment', 'invoicing', 'discountAndTolerance'],
});

/**
 * Once the parts reach the total, due dates that waited for that become final, from the day of the last part. If the
 * total rises later, what is added is counted from its own delivery.
 */
export const fulfilment: Consequence = async (tx, state) => {
  const { order } = state;
  const { id, total, fulfilled, fulfilledOn } = order;
  if (fulfilledOn !== null || fulfilled < total) return;
  const day = await completeFulfilment(tx, id);
  await completeOrder(tx, id, day.fulfilledOn);
  const completed = { ...order, fulfilledOn: day.fulfilledOn };
  await finaliseDueDates(tx, { ...state, order: completed }, 'fulfilled', day.countedFrom);
};
