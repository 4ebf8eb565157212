import { z } from 'zod';
import { recordAudit } from '../audit/tables.ts';
import { customerCommand } from '../commands/definition.ts';
import { throwIfRefused } from '../commands/rules/refusal.ts';
import { inCurrency } from '../credit/accounts.ts';
import { unappliedPayment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { allocate } from './allocate.ts';
import { allocationRequest, planAllocations } from './plan-allocations.ts';
import { reservedId } from './rules/payment-ids.ts';
import { keepPayment, type PaymentRow } from './tables.ts';

/**
 * Money that a customer paid for any number of orders: it is booked once, as credit, and each order that gets a part of
 * it is asked to take that part.
 * Refused with `customer-not-found`, `currency-mismatch`, `conflict` and the codes of `planAllocations`.
 */
export const receivePayment = customerCommand({
  kind: 'receivePayment',
  permission: 'accounting',
  body: allocationRequest.extend({
    paymentId: z.string(),
    customerId: z.string(),
    amount: z.object({ amount: z.int(), currency: z.string() }),
    /** A day in the merchant's zone, not in the future. */
    receivedOn: z.string(),
    method: z.string().nullable(),
    reference: z.string().nullable(),
    /** False: all of it stays credit, unless allocations are given. */
    allocate: z.boolean(),
  }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ paymentId }) => ({ id: `payment ${paymentId}`, called: `Payment ${paymentId}` }),

  async apply(tx, { customer, policies, now }, body, { command, ask }) {
    const { paymentId, customerId, amount, receivedOn, method, reference } = body;
    const { actor } = command;
    throwIfRefused(reservedId(paymentId));
    await inCurrency(tx, customer, amount.currency);
    const payment: PaymentRow = {
      ...{ paymentId, customerId, orderId: null, ...amount, receivedOn, method, reference },
      ...{ commandId: null, actor, createdAt: now },
    };
    await keepPayment(tx, payment);
    const { currency } = amount;
    await book(tx, [unappliedPayment(payment, null)], {
      ...{ customerId, currency, commandId: null, actor, now },
    });
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'payment.received',
      subject: `customer/${customerId}`,
      detail: { paymentId, amount },
    });
    const automatic = body.allocate && customer.privilege !== 'insolvency';
    if (!automatic && body.allocations === null) return;
    const plans = await planAllocations(tx, payment, body, {
      ...{ available: amount.amount, dated: true, policies },
    });
    for (const plan of plans) await ask(allocate, plan);
  },

  consequences: [],
});
