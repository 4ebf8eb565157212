import { orderCommand } from '../../commands/definition.ts';
import { chargeInterest } from '../../interest/charge-interest.ts';
import { disputedPart } from '../rules/disputes.ts';
import { standingDisputes } from './disputes.ts';

const { kind, permission, body, consequences } = chargeInterest;

/** Charges late interest as `chargeInterest` does; refused with `order-disputed` while all of the order is disputed. */
export const chargeUndisputedInterest = orderCommand({
  kind,
  permission,
  body,

  async read(tx, state, body, commandId) {
    const { id: orderId, outstanding, currency } = state.order;
    const disputes = await standingDisputes(tx, orderId);
    const disputed = disputedPart({ orderId, instalment: 1, outstanding, currency }, disputes);
    return {
      isDisputed: disputed === 'all',
      entries: await chargeInterest.read!(tx, state, body, commandId),
    };
  },

  refuse: (state, body, { isDisputed, entries }) =>
    isDisputed
      ? {
          code: 'order-disputed',
          detail: `The customer disputes all of order ${state.order.id}: resolve the dispute first.`,
        }
      : chargeInterest.refuse(state, body, entries),

  apply: (tx, state, body, { facts: { entries }, command }) =>
    chargeInterest.apply(tx, state, body, { facts: entries, command }),

  consequences,
});
