import type { Day } from '../../../kernel/calendar.ts';
import type { Withholding } from '../../invoicing/rules/invoice.ts';
import {
  type Account,
  afterwards,
  type Balance,
  type Cause,
  distribute,
  type Entry,
  entry,
  principalOf,
  sumOf,
} from './entry.ts';

/** A payment that was returned, and the day of the return. */
export type Returned = { readonly paymentId: string; readonly returnedOn: Day };

/**
 * Reverses booked entries one by one, because the payment was returned; entries are never edited. Late interest reads a
 * reversal on the day of what it reverses: the payment was never received.
 */
export function reversal(
  { paymentId, returnedOn }: Returned,
  booked: readonly (Entry & { readonly id: number })[],
): Entry[] {
  return booked.map(({ id, ...original }) => ({
    ...original,
    key: `payment/${paymentId}/reversal/${id}`,
    kind: 'reversal',
    amount: -original.amount,
    valueOn: returnedOn,
    cause: { kind: 'payment', id: paymentId },
    reverses: id,
  }));
}

/** Withdraws the credit that the payments of a cancelled order had become, when they are reversed. The order stays at zero. */
export function withdrawal({ paymentId, returnedOn }: Returned, reversed: readonly Entry[]): Entry[] {
  return reversed
    .filter(({ account }) => account === 'receivable')
    .flatMap(({ orderId, instalment, part, amount, reverses }) =>
      (['receivable', 'unapplied'] as const).map((account) =>
        entry({
          key: `payment/${paymentId}/withdrawal/${account}/${reverses}`,
          account,
          kind: 'allocation',
          amount: -amount,
          orderId,
          instalment,
          part,
          valueOn: returnedOn,
          cause: { kind: 'payment', id: paymentId },
        }),
      ),
    );
}

/** Credit that a credit note or an invoice made of an instalment because it was paid. */
export type CreditMade = {
  readonly kind: 'credit_note' | Withholding;
  readonly cause: Cause;
  readonly instalment: number;
  readonly valueOn: Day;
  readonly amount: number;
};

/**
 * What was paid is owed again, so the credit made of it now reduces the principal instead: first of its own instalment,
 * then of the others, the earliest due first. It counts from the same day as before.
 * @param held how much of the credit is still held
 */
export function reducedAfterAll(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  made: readonly CreditMade[],
  held: number,
): Entry[] {
  let balances = instalments.map(principalOf);
  let left = held;
  let credits = made;
  return (['own', 'others'] as const).flatMap((which) => {
    const taken = credits.map(({ instalment, amount }) => {
      const lines = balances.filter(({ number }) => which === 'others' || number === instalment);
      const shares = distribute(lines, Math.min(left, amount));
      balances = afterwards(balances, shares);
      left -= sumOf(shares);
      return shares;
    });
    const entries = credits.flatMap(({ kind, cause, valueOn, instalment }, index) => {
      const of = (account: Account, number: number, amount: number): Entry =>
        entry({
          key: `${key}/after-all/${orderId}/${which}/${index}/${account}/${number}`,
          account,
          kind,
          amount: -amount,
          orderId,
          instalment: number,
          valueOn,
          cause,
        });
      const shares = taken[index]!;
      return [
        of('unapplied', instalment, sumOf(shares)),
        ...shares.map(({ number, amount }) => of('receivable', number, amount)),
      ].filter(({ amount }) => amount !== 0);
    });
    credits = credits.map((credit, index) => ({ ...credit, amount: credit.amount - sumOf(taken[index]!) }));
    return entries;
  });
}

/**
 * The bank's fee for a payment that it returned or could not collect, charged to the customer on the day of the return.
 */
export function returnFee(
  orderId: string,
  {
    number,
    amount,
    paymentId,
    cause,
    returnedOn,
  }: { number: number; amount: number; paymentId: string | null; cause: Cause; returnedOn: Day },
): Entry {
  return entry({
    key: `${cause.kind}/${cause.id}/fee`,
    account: 'receivable',
    kind: 'return_fee',
    amount,
    orderId,
    instalment: number,
    part: 'charges',
    valueOn: returnedOn,
    cause,
    paymentId,
  });
}
