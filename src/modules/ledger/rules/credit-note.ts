import { apportion } from '../../../kernel/apportion.ts';
import type { Day } from '../../../kernel/calendar.ts';
import type { Withholding } from '../../invoicing/rules/invoice.ts';
import {
  type Balance,
  distribute,
  type Entry,
  entry,
  type PartStanding,
  paidOf,
  portions,
  principalOf,
  sumOf,
} from './entry.ts';

/** A credit note in minor units. */
export type Credited = {
  readonly creditNoteId: string;
  readonly amount: number;
  readonly issuedOn: Day;
  /** Of the order. Only money received for its principal that has not become credit yet can become credit. */
  readonly standings: readonly PartStanding[];
  /** How much of the amount is withheld, by reason. */
  readonly withheld: readonly { readonly kind: Withholding; readonly amount: number }[];
};

/**
 * A credit note. It reduces the principal of the instalments, in the order given; what exceeds the balance becomes
 * unapplied credit of the instalments, in the same order. Interest and costs are waived, not credited.
 * The customer was never asked for what is withheld of the credited part, so the customer does not get it back.
 */
export function creditNote(
  orderId: string,
  instalments: readonly Balance[],
  { creditNoteId, amount, issuedOn, standings, withheld }: Credited,
): Entry[] {
  const back = sumOf(withheld);
  const first = (instalments.find(({ outstanding }) => outstanding > 0) ?? instalments[0])!.number;
  const owed = instalments.map(principalOf).map(({ outstanding, ...line }) => ({
    ...line,
    outstanding: line.number === first ? outstanding + back : outstanding,
  }));
  const reduced = distribute(owed, amount);
  const { paid, total } = paidOf(instalments, standings);
  const made = portions(paid, Math.min(amount - sumOf(reduced), total));
  const of = (
    place: string,
    fields: Pick<Entry, 'account' | 'amount' | 'instalment'> & { kind: 'credit_note' | Withholding },
  ): Entry =>
    entry({
      key: `credit-note/${creditNoteId}/${place}`,
      orderId,
      valueOn: issuedOn,
      cause: { kind: 'credit-note', id: creditNoteId },
      ...fields,
    });
  return [
    ...withheld.map(({ kind, amount }) =>
      of(`withheld/${kind}`, { kind, account: 'receivable', amount, instalment: first }),
    ),
    ...reduced.map(({ number, amount }) =>
      of(`${number}`, { kind: 'credit_note', account: 'receivable', amount: -amount, instalment: number }),
    ),
    ...made.map(({ number, amount }) =>
      of(`unapplied/${number}`, { kind: 'credit_note', account: 'unapplied', amount, instalment: number }),
    ),
  ];
}

/** What a credit note took off an instalment, and what it gave back of the withheld amount; in minor units. */
export type CreditNoteEffect = {
  readonly creditNoteId: string;
  readonly issuedOn: Day;
  readonly instalment: number;
  readonly credited: number;
  readonly givenBack: number;
};

/**
 * What a credit note gives back of what is withheld from the order, in proportion to its amount. If it is withheld for
 * one reason, the share is rounded once over all credit notes, so that their sequence does not matter.
 * @param given `kept`: what is withheld now; `credited` by the credit notes before; `total`: of the order
 */
export function givenBackBy(
  amount: number,
  given: {
    readonly kept: Credited['withheld'];
    readonly notes: readonly CreditNoteEffect[];
    readonly credited: number;
    readonly total: number;
  },
): Credited['withheld'] {
  const before = given.notes.reduce((sum, { givenBack }) => sum + givenBack, 0);
  const all = given.kept.length === 1 && before !== 0;
  return given.kept.flatMap((withheld) => {
    const parts = [(all ? given.credited : 0) + amount, given.total - given.credited - amount];
    const [, stays] = apportion(withheld.amount + (all ? before : 0), parts);
    const share = withheld.amount - stays!;
    return share === 0 ? [] : [{ kind: withheld.kind, amount: share }];
  });
}
