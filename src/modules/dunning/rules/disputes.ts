import type { Item } from './item.ts';

export const disputeReasons = [
  'goods-missing-or-faulty',
  'price-or-terms',
  'invoice-not-received',
  'awaiting-approval',
  'set-off-or-paid',
  'other',
] as const;
export type DisputeReason = (typeof disputeReasons)[number];

export const disputeOutcomes = ['upheld', 'rejected'] as const;
export type DisputeOutcome = (typeof disputeOutcomes)[number];

/** What a customer contests of an order, or was right to contest while the credit note is still to come. */
export type Dispute = {
  readonly id: string;
  readonly orderId: string;
  readonly reason: DisputeReason;
  /** In minor units of the order's currency; null: all of the order. */
  readonly amount: number | null;
  readonly state: 'open' | 'upheld';
};

/**
 * What of an item is disputed, in minor units; null if nothing is. The parts of an order that are disputed are taken
 * from its earliest instalments.
 * @param before what is outstanding on the order's earlier instalments, in minor units
 */
export function disputedPart(
  item: Item,
  disputes: readonly Dispute[],
  before = 0,
): { readonly amount: number } | 'all' | null {
  const own = disputes.filter(({ orderId }) => orderId === item.orderId);
  if (own.some(({ amount }) => amount === null)) return 'all';
  const part = own.reduce((sum, { amount }) => sum + amount!, 0) - before;
  if (part <= 0) return null;
  return part >= item.outstanding ? 'all' : { amount: part };
}
