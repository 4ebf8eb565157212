import { apportion } from '../../../kernel/apportion.ts';
import type { Day } from '../../../kernel/calendar.ts';
import type { Withholding } from '../../invoicing/rules/invoice.ts';
import type { DeductionKind } from '../../payments/rules/receipts.ts';
import {
  type Account,
  afterwards,
  type Balance,
  type Cause,
  type Effect,
  type Entry,
  entry,
  type PartStanding,
  payable,
  placeOf,
  portions,
  principalOf,
  type Share,
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
  const reduced = payable(owed, amount);
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

/** Writes off an amount of what is owed, the latest due first, so that reminders are still about the oldest debt. */
export function writeOffEntries(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, today }: { amount: number; today: Day },
): Entry[] {
  return payable(instalments.toReversed(), amount).map((line) =>
    entry({
      key: `${commandId}/write-off/${placeOf(line.number, line.part)}`,
      account: 'receivable',
      kind: 'write_off',
      amount: -line.amount,
      orderId,
      instalment: line.number,
      part: line.part,
      valueOn: today,
      cause: { kind: 'command', id: commandId },
    }),
  );
}

/** The ledger's kind for each deduction of a payer. */
export const kindOfDeduction = {
  bank_fee: 'bank_fee',
  rounding: 'rounding',
  withholding: 'withholding',
  discount: 'early_payment_discount',
} as const satisfies Record<DeductionKind, Effect>;

/** Why an order owes less when money comes in: what the payer deducts, and what is forgiven automatically. */
export type ReductionKind = (typeof kindOfDeduction)[DeductionKind] | 'tolerance';

/** The deduction as which a payment shows such an entry. */
export const deductionOf = {
  bank_fee: 'bank_fee',
  rounding: 'rounding',
  withholding: 'withholding',
  early_payment_discount: 'discount',
  tolerance: 'rounding',
} as const satisfies Record<ReductionKind, DeductionKind>;

/** Reduces what is owed, at the merchant's cost: a deduction, an earned discount, a rest within the tolerance. */
export function reduction(
  key: string,
  orderId: string,
  kind: ReductionKind,
  shares: readonly Share[],
  { paymentId, cause, valueOn }: { paymentId: string | null; cause: Cause; valueOn: Day },
): Entry[] {
  return shares.map(({ number, part, amount }) =>
    entry({
      key: `${key}/${kind}/${placeOf(number, part)}`,
      account: 'receivable',
      kind,
      amount: -amount,
      orderId,
      instalment: number,
      part,
      valueOn,
      cause,
      paymentId,
    }),
  );
}

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
 * to what is unpaid. If less is unpaid, the rest was already received: it becomes unapplied credit, in proportion to
 * what was received.
 */
export function withholding(
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
  return [
    ...apportion(reduced, unpaid).map((share, index) => of('', 'receivable', index, -share)),
    ...made.map((share, index) => of('unapplied/', 'unapplied', index, share)),
  ].filter((booked) => booked.amount !== 0);
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

/** What was received for the principal of each instalment and has not become credit, and the total of it. */
function paidOf(
  instalments: readonly Balance[],
  standings: readonly PartStanding[],
): { paid: { number: number; amount: number }[]; total: number } {
  const left = instalments.map(({ number }) => {
    const own = standings.find((given) => given.number === number && given.part === 'principal');
    return { number, amount: own ? own.received - own.made : 0 };
  });
  const paid = left.map(({ number, amount }) => ({ number, amount: Math.max(amount, 0) }));
  return { paid, total: Math.max(sumOf(left), 0) };
}

/** Credit that a credit note or an invoice made of an instalment because it was paid. */
export type CreditMade = {
  readonly kind: 'credit_note' | Withholding;
  readonly cause: Cause;
  readonly instalment: number;
  readonly valueOn: Day;
  readonly amount: number;
};

/**
 * What was paid is owed again, so the credit made of it now reduces the principal instead: first of its own instalment,
 * then of the others, the earliest due first. It counts from the same day as before.
 * @param held how much of the credit is still held
 */
export function reducedAfterAll(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  made: readonly CreditMade[],
  held: number,
): Entry[] {
  let balances = instalments.map(principalOf);
  let left = held;
  let credits = made;
  return (['own', 'others'] as const).flatMap((which) => {
    const taken = credits.map(({ instalment, amount }) => {
      const lines = balances.filter(({ number }) => which === 'others' || number === instalment);
      const shares = payable(lines, Math.min(left, amount));
      balances = afterwards(balances, shares);
      left -= sumOf(shares);
      return shares;
    });
    const entries = credits.flatMap(({ kind, cause, valueOn, instalment }, index) => {
      const of = (account: Account, number: number, amount: number): Entry =>
        entry({
          key: `${key}/after-all/${orderId}/${which}/${index}/${account}/${number}`,
          account,
          kind,
          amount: -amount,
          orderId,
          instalment: number,
          valueOn,
          cause,
        });
      const shares = taken[index]!;
      return [
        of('unapplied', instalment, sumOf(shares)),
        ...shares.map(({ number, amount }) => of('receivable', number, amount)),
      ].filter(({ amount }) => amount !== 0);
    });
    credits = credits.map((credit, index) => ({ ...credit, amount: credit.amount - sumOf(taken[index]!) }));
    return entries;
  });
}

/**
 * Cancels all that was charged and is not credited. What was received becomes unapplied credit, less the credit that
 * credit notes and invoices have already made of it. If they made more credit than was received, the excess is
 * withdrawn.
 */
export function cancellation(
  commandId: string,
  orderId: string,
  standings: readonly PartStanding[],
  today: Day,
): Entry[] {
  return standings.flatMap(({ number, part, outstanding, received, made }) => {
    const place = placeOf(number, part);
    const of = (key: string, account: Account, kind: Effect, amount: number): Entry[] =>
      amount === 0
        ? []
        : [
            entry({
              key: `${commandId}/${key}/${place}`,
              account,
              kind,
              amount,
              orderId,
              instalment: number,
              part,
              valueOn: today,
              cause: { kind: 'command', id: commandId },
            }),
          ];
    const free = received - made;
    return [
      ...of('cancellation', 'receivable', 'cancellation', -outstanding - free),
      ...of('release', 'receivable', 'allocation', free),
      ...of('credit', 'unapplied', 'allocation', free),
    ];
  });
}
