import { z } from 'zod';
import { plainMoney } from '../../kernel/money.ts';
import { recordAudit } from '../audit/tables.ts';
import { customerCommand } from '../commands/definition.ts';
import { throwIfRefused } from '../commands/rules/refusal.ts';
import { inCurrency } from '../credit/accounts.ts';
import { creditAdjustment } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';

/**
 * Corrects the credit held for a customer by hand: a further entry, with a reason, raises or lowers it.
 * Refused with `customer-not-found`, `currency-mismatch`; `insufficient-credit` if less is held.
 */
export const adjustCredit = customerCommand({
  kind: 'adjustCredit',
  permission: 'admin',
  body: z.object({
    customerId: z.string(),
    adjustmentId: z.string(),
    /** Signed: more credit is positive. */
    amount: z.object({ amount: z.int(), currency: z.string() }),
  }),
  customerOf: async (_, { customerId }) => customerId,
  businessId: ({ adjustmentId }) => ({
    id: `adjustment ${adjustmentId}`,
    called: `Adjustment ${adjustmentId}`,
  }),

  async apply(tx, { customer, today, now }, { customerId, adjustmentId, amount }, { command }) {
    const { currency } = amount;
    const { actor, reason } = command;
    const { unapplied } = await inCurrency(tx, customer, currency);
    if (amount.amount < 0 && unapplied + amount.amount < 0)
      throwIfRefused({
        code: 'insufficient-credit',
        detail: `${plainMoney({ ...amount, amount: unapplied })} of credit is held for ${customerId}: take that much or less.`,
      });
    const booking = { customerId, currency, commandId: null, actor, now };
    await book(tx, [creditAdjustment(adjustmentId, amount.amount, today)], booking);
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_adjusted',
      subject: `customer/${customerId}`,
      reason,
      detail: { adjustmentId, amount },
    });
  },

  consequences: [],
});
