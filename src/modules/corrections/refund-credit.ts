import { NettermsError } from '../../kernel/errors.ts';
import { type Money, plainMoney } from '../../kernel/money.ts';
import { type Db, inTransaction, type Sql, type Tx } from '../../platform/postgres/client.ts';
import { recordAudit } from '../audit/tables.ts';
import { inCurrency, reread } from '../credit/accounts.ts';
import { type CustomerRow, lockCustomer } from '../customers/tables.ts';
import { refund } from '../ledger/rules/receipts.ts';
import { book } from '../ledger/tables.ts';
import { creditSources, draw } from '../payments/credit-sources.ts';

/** Credit to pay out; `refundedOn` a day in the merchant's zone. */
export type Refund = {
  refundId: string;
  amount: Money;
  refundedOn: string;
  method: string | null;
  reference: string | null;
  reason: string | null;
  fingerprint: string;
};

/**
 * Books that credit held for a customer was paid out.
 * @throws NettermsError `customer-not-found`, `currency-mismatch`; `insufficient-credit` if less is held; `conflict` if
 *   the id was used with another content
 */
export async function refundCredit(
  sql: Sql,
  customerId: string,
  given: Refund,
  { actor, now }: { actor: string; now: string },
): Promise<{ customer: CustomerRow; replayed: boolean }> {
  const { refundId, amount, reason } = given;
  return inTransaction(sql, async (tx) => {
    const customer = await inCurrency(tx, await lockCustomer(tx, customerId), amount.currency);
    if (!(await insertRefund(tx, customerId, given, { actor, now }))) {
      const [known] = await tx<{ fingerprint: string }[]>`
        select fingerprint from refunds where refund_id = ${refundId}`;
      if (known?.fingerprint === given.fingerprint) return { customer, replayed: true };
      throw new NettermsError(
        'conflict',
        `Refund ${refundId} was booked already with another content: use a new id for another one.`,
      );
    }
    const held = await creditSources(tx, customerId, amount.currency);
    const sources = draw(held, amount.amount);
    if (!sources)
      throw new NettermsError(
        'insufficient-credit',
        `${plainMoney({ ...amount, amount: held.reduce((sum, source) => sum + source.amount, 0) })} of credit is held for ${customerId} and promised to no order: no more can be refunded.`,
      );
    const booking = { customerId, currency: amount.currency, commandId: null, actor, now };
    await book(tx, refund(refundId, sources), booking);
    await recordAudit(tx, {
      at: now,
      actor,
      action: 'customer.refunded',
      subject: `customer/${customerId}`,
      reason,
      detail: { refundId, amount },
    });
    return { customer: await reread(tx, customerId, amount.currency), replayed: false };
  });
}

async function insertRefund(
  tx: Tx,
  customerId: string,
  { refundId, amount, refundedOn, method, reference, reason, fingerprint }: Refund,
  { actor, now }: { actor: string; now: string },
): Promise<boolean> {
  const inserted = await tx`
    insert into refunds (refund_id, customer_id, amount, currency, refunded_on, method, reference, reason, fingerprint, actor, created_at)
    values (${refundId}, ${customerId}, ${amount.amount}, ${amount.currency}, ${refundedOn}, ${method}, ${reference},
            ${reason}, ${fingerprint}, ${actor}, ${now})
    on conflict (refund_id) do nothing returning refund_id`;
  return inserted.length === 1;
}

/** Joins to the entry `l` the refund `f` that it is of, which its key names. */
export const refundOf = (db: Db) =>
  db`left join refunds f on l.kind = 'refund' and f.refund_id = split_part(l.entry_key, '/', 2)`;

/** The day on which the money of the entry was paid out (refund `f`) or received (payment `p`). */
export const valueOn = (db: Db) => db`coalesce(f.refunded_on, p.received_on)`;
