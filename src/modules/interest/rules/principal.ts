import type { Day } from '../../../kernel/calendar.ts';
import type { Movement } from './accrual.ts';

/** The sums of the ledger's entries on an instalment's principal for one day, in minor units. */
export type PrincipalEntries = {
  readonly instalment: number;
  readonly day: Day;
  /** By how much more is owed; negative if less is owed. */
  readonly owed: number;
  /** What was received of that, less what was reversed. */
  readonly received: number;
  /** What a credit note or an invoice turned into credit, because all was already paid. */
  readonly made: number;
};

/**
 * How the principal of each instalment changed. What was turned into credit lowers it from its own day on, as if it had
 * been booked before the payment, but only as far as the instalment is paid. Credit that was spent before its payment
 * was reversed lowers nothing; the latest such credit is left out first.
 * @param entries by instalment, the earliest day first
 */
export function principalMovements(entries: readonly PrincipalEntries[]): Map<number, Movement[]> {
  const all = new Map<number, Movement[]>();
  for (const [instalment, own] of byInstalment(entries)) {
    let spent = own.reduce((sum, { made, received }) => sum + made - received, 0);
    const moves = own.toReversed().map(({ day, owed, made }) => {
      const without = Math.min(Math.max(spent, 0), Math.max(made, 0));
      spent -= without;
      return { day, by: owed - made + without };
    });
    let principal = 0;
    const movements = moves.toReversed().map(({ day, by }): Movement => {
      principal += by;
      return { on: day, principal: Math.max(principal, 0) };
    });
    all.set(instalment, movements);
  }
  return all;
}

function byInstalment(entries: readonly PrincipalEntries[]): Map<number, PrincipalEntries[]> {
  const grouped = new Map<number, PrincipalEntries[]>();
  for (const given of entries)
    grouped.set(given.instalment, [...(grouped.get(given.instalment) ?? []), given]);
  return grouped;
}
