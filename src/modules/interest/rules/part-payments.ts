import type { Day } from '../../../kernel/calendar.ts';
import type { Movement } from './accrual.ts';

/** A part of the principal that was paid, in minor units. */
export type PartPayment = { readonly on: Day; readonly amount: number };

/**
 * The movements of a principal that is lowered by part payments, given in any order; in minor units. Together they must
 * not exceed the principal.
 */
export function movementsOf(
  principal: number,
  dueOn: Day,
  payments: readonly PartPayment[],
): readonly Movement[] {
  const inOrder = [...payments].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  const first = inOrder[0]?.on ?? dueOn;
  let owed = principal;
  const lowered = inOrder.map(({ on, amount }) => {
    owed -= amount;
    return { on, principal: owed };
  });
  return [{ on: first < dueOn ? first : dueOn, principal }, ...lowered];
}
