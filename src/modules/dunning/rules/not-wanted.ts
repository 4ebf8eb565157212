import type { Instant } from '../../../kernel/calendar.ts';
import type { SkipReason, Verdict, WaitReason } from './item-guards.ts';

/** What holds a letter back, and until when (null: for an event); for an item, or for the customer. `not-due`: nothing is due. */
export type Hindrance = {
  readonly reason: WaitReason | SkipReason | 'not-due';
  readonly until: Instant | null;
  readonly orderId?: string;
  readonly instalment?: number;
};

/** What holds an item back; null if a letter may ask for it, or a later step of the item says the same. */
export function hindranceOf(
  { orderId, instalment }: { readonly orderId: string; readonly instalment: number },
  verdict: Verdict,
): Hindrance | null {
  const about = { orderId, instalment };
  if (verdict.kind === 'wait') return { reason: verdict.for, until: verdict.until, ...about };
  return verdict.kind === 'skip' && verdict.reason !== 'superseded'
    ? { reason: verdict.reason, until: null, ...about }
    : null;
}
