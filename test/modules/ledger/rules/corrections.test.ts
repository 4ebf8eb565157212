import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancellation } from '../../../../src/modules/ledger/rules/corrections.ts';
import { creditNote } from '../../../../src/modules/ledger/rules/credit-note.ts';
import {
  type Balance,
  balance,
  type Entry,
  type PartStanding,
} from '../../../../src/modules/ledger/rules/entry.ts';
import { givenBackBefore, keepBack } from '../../../../src/modules/ledger/rules/kept-back.ts';
import { type CreditMade, reducedAfterAll } from '../../../../src/modules/ledger/rules/returned-payment.ts';

const ISSUED = '2027-03-20';
const TODAY = '2027-04-02';
const cause = { kind: 'invoice', id: 'inv' } as const;

/** Instalments of 500 each, with the amounts received, and how much of these was turned into credit. */
const order = (...received: [received: number, made?: number][]) => ({
  balances: received.map(
    ([paid], index): Balance => ({ number: index + 1, amount: 500, outstanding: 500 - paid, charges: 0 }),
  ),
  standings: received.map(
    ([paid, made = 0], index): PartStanding => ({
      ...{ number: index + 1, part: 'principal', outstanding: 500 - paid, received: paid, made },
    }),
  ),
});
const told = (entries: readonly Entry[]) =>
  entries.map(({ account, kind, instalment, amount, valueOn }) =>
    [account, kind, instalment, amount, valueOn].join(' '),
  );
const note = (amount: number, ...received: [number, number?][]) => {
  const { balances, standings } = order(...received);
  const given = { creditNoteId: 'cn', amount, issuedOn: ISSUED, standings, withheld: [] };
  return told(creditNote('o', balances, given));
};

describe('a credit note', () => {
  it('reduces what is owed first, then turns what was paid into credit, the earliest due first', () => {
    expect(note(700, [500], [400])).toEqual([
      `receivable credit_note 2 -100 ${ISSUED}`,
      `unapplied credit_note 1 500 ${ISSUED}`,
      `unapplied credit_note 2 100 ${ISSUED}`,
    ]);
  });

  it('does not turn into credit what already was, or what was not paid', () => {
    expect(note(300, [500, 400], [500])).toEqual([
      `unapplied credit_note 1 100 ${ISSUED}`,
      `unapplied credit_note 2 200 ${ISSUED}`,
    ]);
    const { balances } = order([500], [500]);
    const standings = order([100], [50, 80]).standings;
    const given = { creditNoteId: 'cn', amount: 300, issuedOn: ISSUED, standings, withheld: [] };
    expect(told(creditNote('o', balances, given))).toEqual([`unapplied credit_note 1 70 ${ISSUED}`]);
  });
});

it('what an invoice lets the customer keep back is credit in proportion to what was paid', () => {
  const { balances, standings } = order([500], [500]);
  const given = { amount: 220, kind: 'split_payment', cause, valueOn: ISSUED, standings } as const;
  expect(told(keepBack('invoice/inv', 'o', balances, given))).toEqual([
    `unapplied split_payment 1 110 ${ISSUED}`,
    `unapplied split_payment 2 110 ${ISSUED}`,
  ]);
});

it('an invoice after credit notes changes no balance, only the days on which it counts', () => {
  const line = (instalment: number, credited: number, givenBack = 0) => ({
    ...{ creditNoteId: 'cn', issuedOn: TODAY, instalment, credited, givenBack },
  });
  const by = { kind: 'split_payment', cause, valueOn: ISSUED, withheld: 220, total: 1_220 } as const;
  expect(told(givenBackBefore('k', 'o', [line(1, 100), line(2, 22)], by))).toEqual([
    `receivable split_payment 1 -18 ${ISSUED}`,
    `receivable split_payment 1 18 ${TODAY}`,
    `receivable split_payment 2 -4 ${ISSUED}`,
    `receivable split_payment 2 4 ${TODAY}`,
  ]);
  expect(givenBackBefore('k', 'o', [line(1, 100, 22), line(2, 22)], by)).toEqual([]);
});

describe('what is owed again after it was credited', () => {
  const made = (instalment: number, amount: number): CreditMade => ({
    ...{ kind: 'credit_note', cause: { kind: 'credit-note', id: 'cn' }, instalment, valueOn: ISSUED, amount },
  });

  it('is reduced on the instalment that was credited, then on the others, and counts from the same day', () => {
    const { balances } = order([400], [300]);
    expect(told(reducedAfterAll('k', 'o', balances, [made(1, 150), made(2, 100)], 1_000))).toEqual([
      `unapplied credit_note 1 -100 ${ISSUED}`,
      `receivable credit_note 1 -100 ${ISSUED}`,
      `unapplied credit_note 2 -100 ${ISSUED}`,
      `receivable credit_note 2 -100 ${ISSUED}`,
      `unapplied credit_note 1 -50 ${ISSUED}`,
      `receivable credit_note 2 -50 ${ISSUED}`,
    ]);
  });

  it('is reduced by no more than is held, owed and was turned into credit, with separate keys', () => {
    const amount = fc.nat(500);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 4 }),
        fc.nat(2_000),
        (lines, held) => {
          const { balances } = order(...lines.map(([paid]): [number] => [paid]));
          const credits = lines
            .map(([, of], index) => made(index + 1, of))
            .filter((credit) => credit.amount > 0);
          const entries = reducedAfterAll('k', 'o', balances, credits, held);
          const owed = balances.reduce((sum, { outstanding }) => sum + outstanding, 0);
          const all = credits.reduce((sum, credit) => sum + credit.amount, 0);
          const reduced = Math.min(held, owed, all);
          expect(balance(entries, 'receivable') + reduced).toBe(0);
          expect(balance(entries, 'unapplied') + reduced).toBe(0);
          expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
        },
      ),
    );
  });
});

it('a cancellation gives back what was received on each instalment and is not already credit', () => {
  const { standings } = order([500, 200], [0, 100]);
  expect(told(cancellation('c', 'o', standings, TODAY))).toEqual([
    `receivable cancellation 1 -300 ${TODAY}`,
    `receivable allocation 1 300 ${TODAY}`,
    `unapplied allocation 1 300 ${TODAY}`,
    `receivable cancellation 2 -400 ${TODAY}`,
    `receivable allocation 2 -100 ${TODAY}`,
    `unapplied allocation 2 -100 ${TODAY}`,
  ]);
});
