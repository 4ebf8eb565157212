import type { Money } from '../../../kernel/money.ts';
import { type Balance, type Entry, entry, payable, placeOf, type Share } from './entry.ts';

/**
 * A payment on an order: it pays the instalments in the order given (the earliest due first, art. 1193 of the Italian
 * civil code), of each interest and costs before the principal (art. 1194), and what is left over becomes unapplied
 * credit.
 */
export function payment(
  orderId: string,
  instalments: readonly Balance[],
  { paymentId, amount }: { paymentId: string; amount: Money['amount'] },
): Entry[] {
  const paid = payable(instalments, amount);
  const entries = paid.map(({ number, part, amount }) =>
    entry({
      key: `payment/${paymentId}/${placeOf(number, part)}`,
      account: 'receivable',
      kind: 'payment',
      amount: -amount,
      orderId,
      instalment: number,
      part,
      paymentId,
    }),
  );
  const left = amount - paid.reduce((sum, { amount }) => sum + amount, 0);
  return left > 0 ? [...entries, unappliedPayment(paymentId, left, orderId)] : entries;
}

/** Money that no open order takes: credit held for the customer. */
export function unappliedPayment(paymentId: string, amount: number, orderId: string | null): Entry {
  return entry({
    key: `payment/${paymentId}/unapplied`,
    account: 'unapplied',
    kind: 'payment',
    amount,
    orderId,
    paymentId,
  });
}

/** Credit held for the customer pays parts of an order. `key` begins the entries' keys. */
export function allocation(
  key: string,
  orderId: string,
  shares: readonly Share[],
  paymentId: string | null,
): Entry[] {
  return shares.flatMap(({ number, part, amount }) =>
    (['receivable', 'unapplied'] as const).map((account) =>
      entry({
        key: `${key}/allocation/${account}/${placeOf(number, part)}`,
        account,
        kind: 'allocation',
        amount: -amount,
        orderId,
        instalment: number,
        part,
        paymentId,
      }),
    ),
  );
}

/** Credit paid out to the customer, from where it came: what is left of payments, or (null) other credit. */
export function refund(
  refundId: string,
  sources: readonly { readonly paymentId: string | null; readonly amount: number }[],
): Entry[] {
  return sources.map(({ paymentId, amount }) =>
    entry({
      key: `refund/${refundId}${paymentId === null ? '' : `/${paymentId}`}`,
      account: 'unapplied',
      kind: 'refund',
      amount: -amount,
      paymentId,
    }),
  );
}

/** More or less credit held for the customer, by an admin's word. */
export function adjustment(adjustmentId: string, amount: number): Entry {
  return entry({ key: `adjustment/${adjustmentId}`, account: 'unapplied', kind: 'adjustment', amount });
}

/** Takes back booked entries one by one; nothing is ever edited. */
export function reversal(commandId: string, booked: readonly (Entry & { readonly id: number })[]): Entry[] {
  return booked.map(({ id, ...original }) => ({
    ...original,
    key: `${commandId}/reversal/${id}`,
    kind: 'reversal',
    amount: -original.amount,
    reverses: id,
  }));
}

/** Takes back the credit that reversed payments of a cancelled order had become. */
export function withdrawal(commandId: string, reversed: readonly Entry[]): Entry[] {
  return reversed
    .filter(({ account }) => account === 'receivable')
    .flatMap(({ orderId, instalment, part, amount, reverses }) =>
      (['receivable', 'unapplied'] as const).map((account) =>
        entry({
          key: `${commandId}/withdrawal/${account}/${reverses}`,
          account,
          kind: 'allocation',
          amount: -amount,
          orderId,
          instalment,
          part,
        }),
      ),
    );
}
