import { apportion } from '../../../kernel/apportion.ts';
import type { Withholding } from '../../invoicing/rules/invoice.ts';
import type { DeductionKind } from '../../payments/rules/receipts.ts';
import {
  type Account,
  type Balance,
  type Entry,
  type EntryKind,
  entry,
  payable,
  placeOf,
  principalOf,
  type Share,
  type Standing,
} from './entry.ts';

/** A credit note in minor units. */
export type Credited = {
  readonly creditNoteId: string;
  readonly amount: number;
  /** Of the principal and not made credit yet: no more can become credit. */
  readonly received: number;
  /** What of the amount is withheld, by its reason. */
  readonly withheld: readonly { readonly label: Withholding; readonly amount: number }[];
};

/**
 * A credit note: it reduces the principal of the instalments in the order given; what is over the balance becomes
 * unapplied credit. Interest and costs are waived, not credited.
 * What is withheld of the credited part was never asked of the customer: it is not given back.
 */
export function creditNote(
  orderId: string,
  instalments: readonly Balance[],
  { creditNoteId, amount, received, withheld }: Credited,
): Entry[] {
  const back = withheld.reduce((sum, kept) => sum + kept.amount, 0);
  const first = (instalments.find(({ outstanding }) => outstanding > 0) ?? instalments[0])!.number;
  const owed = instalments.map(principalOf).map(({ outstanding, ...line }) => ({
    ...line,
    outstanding: line.number === first ? outstanding + back : outstanding,
  }));
  const reduced = payable(owed, amount);
  const left = Math.min(amount - reduced.reduce((sum, line) => sum + line.amount, 0), Math.max(received, 0));
  const of = (place: string, fields: Pick<Entry, 'account' | 'amount' | 'instalment'>): Entry =>
    entry({ key: `credit-note/${creditNoteId}/${place}`, kind: 'credit_note', orderId, ...fields });
  return [
    ...withheld.map(({ label, amount }) => ({
      ...of(`withheld/${label}`, { account: 'receivable', amount, instalment: first }),
      kind: 'adjustment' as const,
      label,
    })),
    ...reduced.map((line) =>
      of(`${line.number}`, { account: 'receivable', amount: -line.amount, instalment: line.number }),
    ),
    ...(left > 0 ? [of('unapplied', { account: 'unapplied', amount: left, instalment: null })] : []),
  ];
}

/**
 * What a credit note had made credit, because all was paid, reduces the principal after all, the earliest due first: what was
 * paid is owed again.
 * @param amount what of that credit is held still
 */
export function creditedAfterAll(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  amount: number,
): Entry[] {
  const reduced = payable(instalments.map(principalOf), amount);
  const of = (account: Account, share: number, instalment: number | null): Entry =>
    entry({
      key: `${key}/credited/${orderId}/${instalment ?? account}`,
      account,
      kind: 'credit_note',
      amount: -share,
      orderId,
      instalment,
    });
  const taken = reduced.reduce((sum, line) => sum + line.amount, 0);
  if (taken === 0) return [];
  return [of('unapplied', taken, null), ...reduced.map((line) => of('receivable', line.amount, line.number))];
}

/** Gives up an amount of what is owed: the latest due first, so that the oldest debt stays the one that is chased. */
export function writeOff(
  commandId: string,
  orderId: string,
  instalments: readonly Balance[],
  amount: number,
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
    }),
  );
}

/** Less is owed, at the merchant's cost: a deduction, an earned discount, a rest that is let go. */
export function lessOwed(
  key: string,
  orderId: string,
  label: DeductionKind,
  shares: readonly Share[],
  paymentId: string | null,
): Entry[] {
  return shares.map(({ number, part, amount }) =>
    entry({
      key: `${key}/${label}/${placeOf(number, part)}`,
      account: 'receivable',
      kind: 'adjustment',
      amount: -amount,
      orderId,
      instalment: number,
      part,
      label,
      paymentId,
    }),
  );
}

/**
 * What an invoice says that the customer keeps back: it reduces the principal, of each instalment in proportion to what
 * is unpaid. Where less is unpaid it was received, and becomes unapplied credit.
 * @param received on the order so far and not made credit yet: no more than that can become credit
 */
export function withholding(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, label, received }: { amount: number; label: Withholding; received: number },
): Entry[] {
  const { reduced, shares } = inProportion(instalments, amount);
  const of = (place: string, fields: Pick<Entry, 'account' | 'amount' | 'instalment'>): Entry =>
    entry({
      key: `${key}/${orderId}/${place}`,
      kind: 'adjustment',
      label,
      orderId,
      ...fields,
    });
  const lowered = shares.map(({ number, share }) =>
    of(`${number}`, { account: 'receivable', amount: -share, instalment: number }),
  );
  const credit = of('unapplied', {
    account: 'unapplied',
    amount: Math.min(amount - reduced, Math.max(received, 0)),
    instalment: null,
  });
  return [...lowered, credit].filter((booked) => booked.amount !== 0);
}

/**
 * What an invoice lets the customer keep back had become credit, because all was paid. Now it is owed again, and the
 * credit reduces the principal after all, of each instalment in proportion to what is unpaid.
 * @param amount what of that credit is held still
 */
export function withheldAfterAll(
  key: string,
  orderId: string,
  instalments: readonly Balance[],
  { amount, label }: { amount: number; label: Withholding },
): Entry[] {
  const { reduced, shares } = inProportion(instalments, amount);
  const of = (account: Account, share: number, instalment: number | null): Entry =>
    entry({
      key: `${key}/withheld/${orderId}/${label}/${instalment ?? account}`,
      account,
      kind: 'adjustment',
      label,
      amount: -share,
      orderId,
      instalment,
    });
  const lowered = shares.map(({ number, share }) => of('receivable', share, number));
  return [of('unapplied', reduced, null), ...lowered].filter((booked) => booked.amount !== 0);
}

/** Of an amount, what the unpaid principal can take, divided in proportion to that of each instalment. */
function inProportion(
  instalments: readonly Balance[],
  amount: number,
): { reduced: number; shares: { number: number; share: number }[] } {
  const unpaid = instalments.map((line) => Math.max(principalOf(line).outstanding, 0));
  const reduced = Math.min(
    amount,
    unpaid.reduce((sum, principal) => sum + principal, 0),
  );
  const shares = apportion(reduced, unpaid).map((share, index) => ({
    number: instalments[index]!.number,
    share,
  }));
  return { reduced, shares };
}

/**
 * Takes back all that was charged and is not credited; what was received on it becomes unapplied credit, less what of it
 * became that before. Where that is more than was received, the rest of it is taken back.
 * @param credited what the order's credit notes and invoices had made credit, in minor units
 */
export function cancellation(
  commandId: string,
  orderId: string,
  standings: readonly Standing[],
  credited: number,
): Entry[] {
  let left = credited;
  const open = standings.map((given, index) => {
    const taken = index === standings.length - 1 ? left : Math.min(given.received, left);
    left -= taken;
    return { ...given, received: given.received - taken };
  });
  return open.flatMap(({ number, part, outstanding, received }) => {
    const at = { orderId, instalment: number, part };
    const place = placeOf(number, part);
    const of = (key: string, account: Account, kind: EntryKind, amount: number): Entry[] =>
      amount === 0 ? [] : [entry({ key: `${commandId}/${key}/${place}`, account, kind, amount, ...at })];
    return [
      ...of('cancellation', 'receivable', 'cancellation', -outstanding - received),
      ...of('release', 'receivable', 'allocation', received),
      ...of('credit', 'unapplied', 'allocation', received),
    ];
  });
}
