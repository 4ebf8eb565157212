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
  /** By how much credit notes and invoices lowered it. */
  readonly lowered: number;
};

/** Money that was received for the order and is more than it owed when it was booked; minor units. */
export type Overpaid = { readonly day: Day; readonly amount: number };

/**
 * How the principal of each instalment changed. What was turned into credit lowers it from its own day on, as if it had
 * been booked before the payment, but only as far as the instalment is paid. Credit that was spent before its payment
 * was reversed lowers nothing; the latest such credit is left out first.
 * A credit note that was booked before a payment of the whole total, and counts from a later day than that payment,
 * counts from the day of the payment: nothing was owed from then on.
 */
export function principalMovements(
  entries: readonly PrincipalEntries[],
  overpaid: readonly Overpaid[] = [],
): Map<number, Movement[]> {
  const all = new Map<number, Movement[]>();
  const given = inTime([...entries, ...paidBefore(entries, overpaid)]);
  for (const [instalment, own] of byInstalment(given)) {
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

/** What lowers the principal only after it was paid moves to the day of that money. */
function paidBefore(entries: readonly PrincipalEntries[], overpaid: readonly Overpaid[]): PrincipalEntries[] {
  const lowering = inTime(entries).map((given) => ({ ...given, left: given.lowered }));
  const none = { received: 0, made: 0, lowered: 0 };
  return inTime(overpaid).flatMap(({ day, amount }) => {
    let left = amount;
    return lowering.flatMap((line) => {
      const moved = line.day > day ? Math.min(left, Math.max(line.left, 0)) : 0;
      left -= moved;
      line.left -= moved;
      const { instalment } = line;
      return moved === 0
        ? []
        : [
            { instalment, day, owed: -moved, ...none },
            { instalment, day: line.day, owed: moved, ...none },
          ];
    });
  });
}

const inTime = <Given extends { readonly day: Day }>(given: readonly Given[]): Given[] =>
  [...given].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));

function byInstalment(entries: readonly PrincipalEntries[]): Map<number, PrincipalEntries[]> {
  const grouped = new Map<number, PrincipalEntries[]>();
  for (const given of entries)
    grouped.set(given.instalment, [...(grouped.get(given.instalment) ?? []), given]);
  return grouped;
}
