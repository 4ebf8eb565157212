import { z } from 'zod';
import { customerCommand } from '../commands/definition.ts';
import { allocate } from './allocate.ts';
import { leftOfPayment, reservedCredit } from './credit-sources.ts';
import { allocationRequest, planAllocations } from './plan-allocations.ts';
import { findPayment, unknownPayment } from './tables.ts';

/**
 * Allocates what is left of a payment to orders: each of them is asked to take its part.
 * Refused with `payment-not-found` and the codes of `planAllocations`.
 */
export const allocatePayment = customerCommand({
  kind: 'allocatePayment',
  permission: 'accounting',
  body: allocationRequest.extend({ paymentId: z.string() }),
  customerOf: async (tx, { paymentId }) =>
    ((await findPayment(tx, paymentId)) ?? unknownPayment(paymentId)).customerId,
  businessId: () => null,
  keyedBy: ({ paymentId }) => paymentId,

  async apply(tx, { policies }, { paymentId, ...request }, { ask }) {
    const payment = (await findPayment(tx, paymentId))!;
    const promised = (await reservedCredit(tx, payment.customerId, payment.currency)).reduce(
      (sum, given) => (given.paymentId === paymentId ? sum + given.amount : sum),
      0,
    );
    const available = Math.max((await leftOfPayment(tx, paymentId)) - promised, 0);
    const plans = await planAllocations(tx, payment, request, { available, dated: false, policies });
    for (const plan of plans) await ask(allocate, plan);
  },

  consequences: [],
});
