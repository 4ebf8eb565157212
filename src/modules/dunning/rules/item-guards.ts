import type { Instant } from '../../../kernel/calendar.ts';
import type { BankCollectionState } from '../../bank-collections/rules/bank-collection.ts';
import type { PaidInStore } from '../../orders/rules/order-state.ts';

/** Why a step sends nothing. On the wire; people read it in words. */
export const skipReasons = [
  'paid',
  'superseded',
  'replanned',
  'insolvency',
  'never',
  'letters-off',
  'due-is-over',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** What a step waits for. On the wire; people read it in words. */
export const waitReasons = [
  'store',
  'bank-collection',
  'not-invoiced',
  'not-delivered',
  'hold',
  'promise',
  'dispute',
  'deadline',
  'interval',
  'limit',
  'bank-data',
  'credit',
  'minimum',
  'final-letter',
  'window',
  'address',
  'letter-under-way',
  'other-steps',
  'decision',
] as const;
export type WaitReason = (typeof waitReasons)[number];

/**
 * What a person who asks for a letter may decide not to wait for. What was paid or cancelled, an insolvency, a store that
 * does not know yet, a dispute, a collection by the bank and a customer whom nothing reaches always hold a letter back.
 */
export const ignorableReasons = [
  'window',
  'interval',
  'limit',
  'minimum',
  'deadline',
  'credit',
  'bank-data',
  'not-invoiced',
  'not-delivered',
  'hold',
  'promise',
] as const satisfies readonly WaitReason[];
export type IgnorableReason = (typeof ignorableReasons)[number];

/** What a look decides on an item: to ask for it, to wait (until an instant, or for an event), or not to ask at all. */
export type Verdict =
  | { readonly kind: 'ask' }
  | { readonly kind: 'wait'; readonly for: WaitReason; readonly until: Instant | null }
  | { readonly kind: 'skip'; readonly reason: SkipReason };
export const ask: Verdict = { kind: 'ask' };
export const waitFor = (reason: WaitReason, until: Instant | null = null): Verdict => ({
  ...{ kind: 'wait', for: reason, until },
});
export const skip = (reason: SkipReason): Verdict => ({ kind: 'skip', reason });

/** What decides on an item alone; amounts in minor units. */
export type ItemFacts = {
  readonly outstanding: number;
  readonly paidInStore: PaidInStore;
  /** Where its bank collection stands; null: none is planned. */
  readonly bankCollection: BankCollectionState | null;
  /** False: the merchant issues invoices, and there is none for it yet. */
  readonly invoiced: boolean;
  /** False: the store reports deliveries, and it is not delivered yet. */
  readonly delivered: boolean;
  /** When the hold on it ends: null, once it is released; undefined: there is none. */
  readonly heldUntil: Instant | null | undefined;
  /** When the promise to pay it is judged; null: there is none. */
  readonly promiseJudgedAt: Instant | null;
  /** What of it is disputed. */
  readonly disputed: number;
};

/**
 * Whether an item may be asked for, as far as it alone decides. Its bank collects it, its invoice is missing, somebody
 * has promised to pay it: until that ends, a letter would be wrong.
 */
export function guardItem(item: ItemFacts): Verdict {
  if (item.outstanding <= 0) return skip('paid');
  if (item.paidInStore === 'pending' || item.paidInStore === 'failed') return waitFor('store');
  const { bankCollection } = item;
  if (bankCollection === 'planned' || bankCollection === 'presented' || bankCollection === 'credited')
    return waitFor('bank-collection');
  if (!item.invoiced) return waitFor('not-invoiced');
  if (!item.delivered) return waitFor('not-delivered');
  if (item.heldUntil !== undefined) return waitFor('hold', item.heldUntil);
  if (item.promiseJudgedAt !== null) return waitFor('promise', item.promiseJudgedAt);
  if (item.disputed >= item.outstanding) return waitFor('dispute');
  return ask;
}
