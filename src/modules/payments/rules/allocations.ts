import { afterwards, type Balance, distribute, placeOf, type Share } from '../../ledger/rules/entry.ts';
import type { DeductionKind } from './receipts.ts';

/** Where allocated money goes: to an instalment of the order, or else to its earliest ones. Minor units. */
export type AllocationPart = { readonly instalment?: number; readonly amount: number };

/** By how much less is owed on an order, and why; minor units. */
export type Deduction = { readonly kind: DeductionKind; readonly amount: number };

/** The body of an `allocate` command for one order; `amount` is the sum of its parts. */
export type AllocateBody = {
  readonly paymentId: string;
  readonly amount: number;
  readonly parts: readonly AllocationPart[];
  readonly deductions: readonly Deduction[];
};

/** The balances, the named instalment first; the others stay in their sequence. */
export function startingWith<Line extends Balance>(
  balances: readonly Line[],
  named: number | undefined,
): Line[] {
  return [
    ...balances.filter(({ number }) => number === named),
    ...balances.filter(({ number }) => number !== named),
  ];
}

/** What the parts of an allocation pay; a part that names an instalment pays only that one. */
export function allocatedShares(balances: readonly Balance[], parts: readonly AllocationPart[]): Share[] {
  let left = [...balances];
  const paid: Share[] = [];
  for (const { instalment, amount } of parts) {
    const of = instalment === undefined ? left : left.filter(({ number }) => number === instalment);
    const shares = distribute(of, amount);
    left = afterwards(left, shares);
    paid.push(...shares);
  }
  return merged(paid);
}

function merged(shares: readonly Share[]): Share[] {
  const sums = new Map<string, Share>();
  for (const { number, part, amount } of shares) {
    const place = placeOf(number, part);
    sums.set(place, { number, part, amount: amount + (sums.get(place)?.amount ?? 0) });
  }
  return [...sums.values()];
}
