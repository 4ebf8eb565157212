import { apportion } from '../../../kernel/apportion.ts';
import type { Day } from '../../../kernel/calendar.ts';
import type { Withholding } from '../../invoicing/rules/invoice.ts';
import type { CreditNoteEffect } from './credit-note.ts';
import {
  type Account,
  type Balance,
  type Cause,
  type Entry,
  entry,
  type PartStanding,
  paidOf,
  portions,
  principalOf,
  sumOf,
} from './entry.ts';

/**
 * What an invoice allows the customer to keep back of an order. It was never owed: it counts from the day of the order.
 */
export type Withheld = {
  readonly amount: number;
  readonly kind: Withholding;
  readonly cause: Cause;
  readonly valueOn: Day;
  /** Of the order. Only money received for its principal that has not become credit yet can become credit. */
  readonly standings: readonly PartStanding[];
};

/**
 * The amount that, by an invoice, the customer keeps back. It reduces the principal of each instalment, in proportion
 * to what is unpaid. If less is unpaid, the rest becomes unapplied credit, in proportion to what was received and no more
 * than that. What was neither owed nor received is not booked.
 */
export function keepBack(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, kind, cause, valueOn, standings }: Withheld,
): Entry[] {
  const unpaid = instalments.map((line) => Math.max(principalOf(line).outstanding, 0));
  const reduced = Math.min(
    amount,
    unpaid.reduce((sum, principal) => sum + principal, 0),
  );
  const { paid, total } = paidOf(instalments, standings);
  const made = apportion(
    Math.min(amount - reduced, total),
    paid.map((part) => part.amount),
  );
  const of = (place: string, account: Account, index: number, share: number): Entry =>
    entry({
      key: `${key}/${orderId}/${place}${instalments[index]!.number}`,
      kind,
      account,
      amount: share,
      orderId,
      instalment: instalments[index]!.number,
      valueOn,
      cause,
    });
  // The credit, too, counts from the day of the order, even if the money came later.
  return [
    ...apportion(reduced, unpaid).map((share, index) => of('', 'receivable', index, -share)),
    ...made.map((share, index) => of('unapplied/', 'unapplied', index, share)),
  ].filter((booked) => booked.amount !== 0);
}

/**
 * For an invoice that comes after credit notes: what it withholds of the credited part was withheld until the credit
 * notes were issued. No balance changes, only the days on which the amounts count, so that the result is the same as if
 * the invoice had come first.
 * @param given `withheld`: by all invoices of the order; `total`: of the order
 */
export function givenBackBefore(
  key: string,
  orderId: string,
  notes: readonly CreditNoteEffect[],
  given: Pick<Withheld, 'kind' | 'cause' | 'valueOn'> & { withheld: number; total: number },
): Entry[] {
  const { kind, withheld, total } = given;
  const rest = notes.reduce((left, { credited }) => left - credited, total);
  const due = apportion(withheld, [...notes.map(({ credited }) => credited), Math.max(rest, 0)]);
  const missing = notes.map((note, index) => ({ ...note, amount: due[index]! - note.givenBack }));
  return [...new Set(notes.map(({ creditNoteId }) => creditNoteId))].flatMap((id) => {
    const own = missing.filter(({ creditNoteId }) => creditNoteId === id);
    const lacking = own.map((line) => ({ ...line, amount: Math.max(line.amount, 0) }));
    return portions(lacking, Math.max(sumOf(own), 0)).flatMap(({ instalment, issuedOn, amount }) => {
      const of = (place: string, share: number, at: Pick<Entry, 'cause' | 'valueOn'>): Entry =>
        entry({
          key: `${key}/${orderId}/${place}/${id}/${instalment}`,
          account: 'receivable',
          kind,
          amount: share,
          orderId,
          instalment,
          cause: at.cause,
          valueOn: at.valueOn,
        });
      return [
        of('withheld', -amount, given),
        of('given-back', amount, { cause: { kind: 'credit-note', id }, valueOn: issuedOn }),
      ];
    });
  });
}
