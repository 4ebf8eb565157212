import type { Day } from '../../../kernel/calendar.ts';
import type { DeductionKind } from '../../payments/rules/receipts.ts';
import { type Cause, type Effect, type Entry, entry, placeOf, type Share } from './entry.ts';

/** The ledger's kind for each deduction of a payer. */
export const kindOfDeduction = {
  bank_fee: 'bank_fee',
  rounding: 'rounding',
  withholding: 'withholding',
  discount: 'early_payment_discount',
} as const satisfies Record<DeductionKind, Effect>;

/** Why an order owes less when money comes in: what the payer deducts, and what is forgiven automatically. */
export type ReductionKind = (typeof kindOfDeduction)[DeductionKind] | 'tolerance';

/** The deduction as which a payment shows such an entry. */
export const deductionOf = {
  bank_fee: 'bank_fee',
  rounding: 'rounding',
  withholding: 'withholding',
  early_payment_discount: 'discount',
  tolerance: 'rounding',
} as const satisfies Record<ReductionKind, DeductionKind>;

/** Reduces what is owed, at the merchant's cost: a deduction, an earned discount, a rest within the tolerance. */
export function reduction(
  key: string,
  orderId: string,
  kind: ReductionKind,
  shares: readonly Share[],
  { paymentId, cause, valueOn }: { paymentId: string | null; cause: Cause; valueOn: Day },
): Entry[] {
  return shares.map(({ number, part, amount }) =>
    entry({
      key: `${key}/${kind}/${placeOf(number, part)}`,
      account: 'receivable',
      kind,
      amount: -amount,
      orderId,
      instalment: number,
      part,
      valueOn,
      cause,
      paymentId,
    }),
  );
}
