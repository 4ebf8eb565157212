import { NettermsError } from '../../kernel/errors.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import { inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { type CustomerRow, lockCustomer } from '../customers/tables.ts';
import { adjustment } from '../ledger/rules/receipts.ts';
import { book, findEntry, type LedgerRow } from '../ledger/tables.ts';
import { inCurrency, reread } from './accounts.ts';

/** `amount` in minor units, signed: more credit is positive. */
export type Adjustment = { adjustmentId: string; amount: Money; reason: string };

/**
 * Corrects the credit held for a customer by hand: more or less of it, by a further entry with a reason.
 * @throws NettermsError `customer-not-found`, `currency-mismatch`; `insufficient-credit` if less is held; `conflict`
 *   if the id was used with another content
 */
export async function adjustCredit(
  sql: Sql,
  id: string,
  given: Adjustment & { actor: string; now: string },
): Promise<{ customer: CustomerRow; replayed: boolean }> {
  const { adjustmentId, amount, reason, actor, now } = given;
  return inTransaction(sql, async (tx) => {
    const customer = await inCurrency(tx, await lockCustomer(tx, id), amount.currency);
    const entry = adjustment(adjustmentId, amount.amount);
    const known = await findEntry(tx, entry.key);
    if (known) {
      await requireSame(tx, known, id, given);
      return { customer, replayed: true };
    }
    if (amount.amount < 0 && customer.unapplied + amount.amount < 0)
      throw new NettermsError(
        'insufficient-credit',
        `${plainMoney({ ...amount, amount: customer.unapplied })} of credit is held for ${id}: no more can be taken.`,
      );
    await book(tx, [entry], { customerId: id, currency: amount.currency, commandId: null, actor, now });
    // Another customer's adjustment of this id may have been booked since: then ours was left out.
    if ((await findEntry(tx, entry.key))?.customerId !== id) alreadyUsed(adjustmentId);
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

async function requireSame(
  tx: Tx,
  known: LedgerRow,
  id: string,
  { adjustmentId, amount, reason }: Adjustment,
): Promise<void> {
  const [audited] = await tx<{ reason: string }[]>`
    select reason from audit where subject = ${`customer/${id}`} and action = 'customer.credit_adjusted'
      and detail ->> 'adjustmentId' = ${adjustmentId}`;
  const same =
    known.customerId === id &&
    known.amount === amount.amount &&
    known.currency === amount.currency &&
    audited?.reason === reason;
  if (!same) alreadyUsed(adjustmentId);
}

function alreadyUsed(adjustmentId: string): never {
  throw new NettermsError(
    'conflict',
    `Adjustment ${adjustmentId} was booked already with another content: use a new id for another one.`,
  );
}
