import { PLANNED_LINE } from '../../terms/rules/instalment-plan.ts';
import { partsOf, sharesOf } from '../../terms/rules/instalments.ts';
import type { Terms } from '../../terms/rules/terms.ts';

/** An instalment before its order's total changes, in minor units; `forgiven` is the part that need not be paid. */
export type AmendedLine = {
  readonly number: number;
  readonly line: number;
  readonly amount: number;
  readonly forgiven: number;
};

/**
 * The instalments of an order whose total changes, with a new one, of zero yet, after each line that an increase may
 * have to wait on: its due dates count from the delivery or the invoice and are all final, so that what is added waits
 * for its own. None is added to an agreed plan, which took the place of the terms.
 */
export function withPartsForIncrease(
  terms: Terms,
  instalments: readonly (AmendedLine & { readonly dueAt: string | null })[],
  total: number,
): readonly AmendedLine[] {
  const before = instalments.reduce((sum, { amount }) => sum + amount, 0);
  if (total <= before || instalments.some(({ line }) => line === PLANNED_LINE)) return instalments;
  const isDated = (line: number) => instalments.every((given) => given.line !== line || given.dueAt !== null);
  const dated = partsOf(terms).flatMap(({ from }, line) =>
    from !== 'placed' && isDated(line) ? [line] : [],
  );
  let number = Math.max(...instalments.map((given) => given.number));
  return instalments.flatMap((given, index) => {
    const isLast = !instalments.slice(index + 1).some(({ line }) => line === given.line);
    if (!isLast || !dated.includes(given.line)) return [given];
    number += 1;
    return [given, { number, line: given.line, amount: 0, forgiven: 0 }];
  });
}

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

/**
 * A line of the terms whose share was zero at checkout has no instalment: its share goes to the line of the last
 * instalment. Of several instalments of a line, the last ones take the difference.
 */
function shares(terms: Terms, instalments: readonly AmendedLine[], total: number): number[] {
  const all = sharesOf(terms, total);
  const lines = [...new Set(instalments.map(({ line }) => line))];
  const left = lines.reduce((rest, line) => rest - (all[line] ?? 0), total);
  const last = instalments.at(-1)?.line;
  const amounts = new Map(
    lines.flatMap((line): [number, number][] => {
      const own = instalments.filter((given) => given.line === line);
      const spread = keptPlan(own, (all[line] ?? 0) + (line === last ? left : 0));
      return own.map(({ number }, index) => [number, spread[index]!]);
    }),
  );
  return instalments.map(({ number }) => amounts.get(number)!);
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
