import { PLANNED_LINE } from '../../terms/rules/instalment-plan.ts';
import { sharesOf } from '../../terms/rules/instalments.ts';
import type { Terms } from '../../terms/rules/terms.ts';

/** An instalment before its order's total changes, in minor units; `forgiven` is the part that need not be paid. */
export type AmendedLine = {
  readonly number: number;
  readonly line: number;
  readonly amount: number;
  readonly forgiven: number;
};

/**
 * The amounts of an order's instalments when its total changes: the shares that the terms give them or, after an agreed
 * plan, their old amounts with the difference on the last ones. No amount is less than what was forgiven of it: that
 * would create credit that nobody paid.
 * @param total in minor units, not below the sum of what was forgiven
 * @returns by the number of the instalment
 */
export function amendedAmounts(
  terms: Terms,
  instalments: readonly AmendedLine[],
  total: number,
): ReadonlyMap<number, number> {
  const planned = instalments.some(({ line }) => line === PLANNED_LINE);
  return notBelowForgiven(
    instalments,
    planned ? keptPlan(instalments, total) : shares(terms, instalments, total),
  );
}

/** A line of the terms whose share was zero at checkout has no instalment: its share goes to the last instalment. */
function shares(terms: Terms, instalments: readonly AmendedLine[], total: number): number[] {
  const all = sharesOf(terms, total);
  const own = instalments.map(({ line }) => all[line] ?? 0);
  const left = own.reduce((rest, amount) => rest - amount, total);
  return own.map((amount, index) => (index === own.length - 1 ? amount + left : amount));
}

/** An increase goes to the last instalment; a decrease is taken off the last ones. */
function keptPlan(instalments: readonly AmendedLine[], total: number): number[] {
  const difference = instalments.reduce((rest, { amount }) => rest - amount, total);
  const amounts = instalments.map(({ amount }) => amount);
  return reduceLast(
    amounts.map((amount, index) =>
      index === amounts.length - 1 ? amount + Math.max(difference, 0) : amount,
    ),
    amounts,
    Math.max(-difference, 0),
  );
}

function notBelowForgiven(
  instalments: readonly AmendedLine[],
  amounts: readonly number[],
): ReadonlyMap<number, number> {
  const raised = amounts.map((amount, index) => Math.max(amount, instalments[index]!.forgiven));
  const over = raised.reduce((sum, amount, index) => sum + amount - amounts[index]!, 0);
  const room = raised.map((amount, index) => amount - instalments[index]!.forgiven);
  const fitting = reduceLast(raised, room, over);
  return new Map(fitting.map((amount, index) => [instalments[index]!.number, amount]));
}

/** Takes `off` from the last amounts, from each no more than its room. */
function reduceLast(amounts: readonly number[], room: readonly number[], off: number): number[] {
  let left = off;
  return amounts
    .map((amount, index) => ({ amount, room: room[index]! }))
    .toReversed()
    .map(({ amount, room }) => {
      const taken = Math.min(left, room);
      left -= taken;
      return amount - taken;
    })
    .toReversed();
}
