import { z } from 'zod';
import { plainMoney } from '../../kernel/money.ts';
import { recordAudit } from '../audit/tables.ts';
import { customerCommand } from '../commands/definition.ts';
import { throwIfRefused } from '../commands/rules/refusal.ts';
import { inCurrency } from '../credit/accounts.ts';
import { refund } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { creditSources, draw } from '../payments/credit-sources.ts';

/**
 * Records that credit held for a customer was paid out.
 * Refused with `customer-not-found`, `currency-mismatch`; `insufficient-credit` if less is held.
 */
export const refundCredit = customerCommand({
  kind: 'refundCredit',
  permission: 'accounting',
  body: z.object({
    customerId: z.string(),
    refundId: z.string(),
    amount: z.object({ amount: z.int(), currency: z.string() }),
    /** A day in the merchant's zone. */
    refundedOn: z.string(),
    method: z.string().nullable(),
    reference: z.string().nullable(),
  }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ refundId }) => ({ id: `refund ${refundId}`, called: `Refund ${refundId}` }),

  async apply(tx, { customer, now }, body, { command: { actor, reason } }) {
    const { customerId, refundId, amount, refundedOn, method, reference } = body;
    const { currency } = amount;
    await inCurrency(tx, customer, currency);
    const held = await creditSources(tx, customerId, currency);
    const sources = draw(held, amount.amount);
    if (!sources) {
      const free = held.reduce((sum, source) => sum + source.amount, 0);
      throwIfRefused({
        code: 'insufficient-credit',
        detail: `${plainMoney({ amount: free, currency })} of credit is held for ${customerId} and not promised to an order: refund that much or less.`,
      });
    }
    await tx`
      insert into refunds (refund_id, customer_id, amount, currency, refunded_on, method, reference, reason, actor, created_at)
      values (${refundId}, ${customerId}, ${amount.amount}, ${currency}, ${refundedOn}, ${method}, ${reference}, ${reason},
              ${actor}, ${now})`;
    await book(tx, refund(refundId, sources!, refundedOn), {
      customerId,
      currency,
      commandId: null,
      actor,
      now,
    });
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.refunded',
      subject: `customer/${customerId}`,
      reason,
      detail: { refundId, amount },
    });
  },

  consequences: [],
});
