import { NettermsError } from '../domain/errors.ts';
import { adjustment } from '../domain/ledger.ts';
import { type Money, plainMoney } from '../domain/money.ts';
import { inCurrency, reread } from './accounts.ts';
import { recordAudit } from './audit.ts';
import { inTransaction, type Sql } from './client.ts';
import { type CustomerRow, lockCustomer } from './customers.ts';
import { book, findEntry } from './ledger.ts';

/**
 * Corrects the credit held for a customer by hand: more or less of it, by a further entry with a reason.
 * @param amount in minor units, signed: more credit is positive
 * @throws NettermsError `customer-not-found`, `currency-mismatch`; `insufficient-credit` if less is held; `conflict`
 *   if the id was used with another content
 */
export async function adjustCredit(
  sql: Sql,
  id: string,
  {
    adjustmentId,
    amount,
    reason,
    actor,
    now,
  }: { adjustmentId: string; amount: Money; reason: string; actor: string; now: string },
): Promise<{ customer: CustomerRow; replayed: boolean }> {
  return inTransaction(sql, async (tx) => {
    const customer = await inCurrency(tx, await lockCustomer(tx, id), amount.currency);
    const entry = adjustment(adjustmentId, amount.amount);
    const known = await findEntry(tx, entry.key);
    if (known) {
      if (known.customerId === id && known.amount === amount.amount && known.currency === amount.currency)
        return { customer, replayed: true };
      throw new NettermsError(
        'conflict',
        `Adjustment ${adjustmentId} was booked already with another content: use a new id for another one.`,
      );
    }
    if (customer.unapplied + amount.amount < 0)
      throw new NettermsError(
        'insufficient-credit',
        `${plainMoney({ ...amount, amount: customer.unapplied })} of credit is held for ${id}: no more can be taken.`,
      );
    await book(tx, [entry], { customerId: id, currency: amount.currency, commandId: null, actor, now });
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.credit_adjusted',
      subject: `customer/${id}`,
      reason,
      detail: { adjustmentId, amount },
    });
    return { customer: await reread(tx, id, amount.currency), replayed: false };
  });
}
