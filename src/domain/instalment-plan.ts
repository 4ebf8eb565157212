import type { Balance, Entry, Part } from './ledger/entry.ts';

/** The line of an instalment that an agreed plan put there: it is none of the terms. */
export const PLANNED_LINE = -1;

/** A new instalment, in minor units: of its amount, interest and costs that came along. */
export type PlannedPart = { readonly number: number; readonly principal: number; readonly charges: number };

/** How what was owed is spread over new instalments; interest and costs go to the first ones, which are paid first. */
export function partsOf(
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

/** Moves what is owed from the old instalments to the new ones; together the entries come to nothing. */
export function planEntries(
  commandId: string,
  orderId: string,
  old: readonly Balance[],
  parts: readonly PlannedPart[],
): Entry[] {
  const of = (number: number, part: Part, amount: number): Entry[] =>
    amount === 0
      ? []
      : [
          {
            key: `${commandId}/plan/${number}/${part}`,
            account: 'receivable',
            kind: 'adjustment',
            label: 'instalment_plan',
            amount,
            orderId,
            instalment: number,
            part,
            paymentId: null,
            reverses: null,
          },
        ];
  return [
    ...old.flatMap(({ number, outstanding, charges }) => [
      ...of(number, 'principal', charges - outstanding),
      ...of(number, 'charges', -charges),
    ]),
    ...parts.flatMap(({ number, principal, charges }) => [
      ...of(number, 'principal', principal),
      ...of(number, 'charges', charges),
    ]),
  ];
}
