import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Account, EntryKind } from '../../ledger/rules/entry.ts';

/** An entry of a customer's ledger as a statement shows it; amounts in minor units. */
export type StatementEntry = {
  readonly entryId: number;
  readonly bookedAt: Instant;
  readonly bookedOn: Day;
  /** The day on which the entry counts: for a payment, the day on which the money was received. */
  readonly valueOn: Day;
  /** How the customer knows the order: by its invoice if there is exactly one, else by its number, else by its id. */
  readonly document: string | null;
  readonly orderId: string | null;
  readonly instalment: number | null;
  readonly account: Account;
  readonly kind: EntryKind;
  readonly amount: number;
};

/** `debit` makes the customer owe more, `credit` less; one of the two is 0. `balance` is what is then owed. */
export type StatementLine = Omit<StatementEntry, 'amount'> & {
  readonly debit: number;
  readonly credit: number;
  readonly balance: number;
};

/** A part of an order that is not paid at the end of the statement; a credit balance is negative. */
export type OpenItem = {
  readonly document: string;
  readonly orderId: string;
  readonly instalment: number;
  /** Null while the due date is provisional. */
  readonly dueOn: Day | null;
  readonly daysLate: number;
  readonly amount: number;
  readonly outstanding: number;
};

/**
 * A customer's account in one currency over a period. A balance is what is owed less the credit that the merchant
 * holds: `closing` is the sum of the open items less `unapplied`.
 */
export type Statement = {
  readonly customer: {
    readonly id: string;
    readonly name: string;
    readonly vatNumber: string | null;
    readonly locale: string;
  };
  readonly currency: string;
  readonly from: Day;
  readonly to: Day;
  /** The items are those that are open at the end of this day: `to`, or today if `to` is in the future. */
  readonly asOf: Day;
  readonly opening: number;
  readonly lines: readonly StatementLine[];
  readonly closing: number;
  readonly openItems: readonly OpenItem[];
  readonly unapplied: number;
  /** Late interest that has accrued by `asOf` but is not in the balance: it is not charged yet. Null: unknown. */
  readonly accruedInterest: number | null;
};

/** The entries with their running balance, from the balance before the first of them. */
export function statementLines(opening: number, entries: readonly StatementEntry[]): StatementLine[] {
  let balance = opening;
  return entries.map(({ amount, ...entry }) => {
    const owed = entry.account === 'receivable' ? amount : -amount;
    balance += owed;
    return { ...entry, debit: Math.max(owed, 0), credit: Math.max(-owed, 0), balance };
  });
}

/** A sum of the lines or the open items, in minor units. */
export const sumOf = <Of, Key extends keyof Of>(
  items: readonly (Of & Record<Key, number>)[],
  key: Key,
): number => items.reduce((sum, item) => sum + item[key], 0);
