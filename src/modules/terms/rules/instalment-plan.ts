import type { Balance } from '../../ledger/rules/entry.ts';

/** The `line` of an instalment that comes from an instalment plan, not from the terms. */
export const PLANNED_LINE = -1;

/** A new instalment, in minor units; `charges`: the interest and costs that are moved to it. */
export type PlannedPart = { readonly number: number; readonly principal: number; readonly charges: number };

/** Spreads what was owed over new instalments; interest and costs go to the first ones, which are paid first. */
export function plannedParts(
  old: readonly Balance[],
  amounts: readonly number[],
  firstNumber: number,
): PlannedPart[] {
  let charges = old.reduce((sum, line) => sum + line.charges, 0);
  return amounts.map((amount, index) => {
    const own = Math.min(amount, charges);
    charges -= own;
    return { number: firstNumber + index, principal: amount - own, charges: own };
  });
}
