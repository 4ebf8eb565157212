import { type DueContext, type DueDate, dueDate } from './due-dates.ts';
import { NettermsError } from './errors.ts';
import { type Money, plainMoney } from './money.ts';
import { percentOf, percentUnits } from './percent.ts';
import type { Instalment, InstalmentLine, Terms } from './terms.ts';

/**
 * The instalments of an order on these terms, the earliest due first; their amounts sum to the total exactly. A line
 * that comes to nothing (30 % of one cent, a remainder of zero) is left out.
 * @throws NettermsError `terms-not-applicable` if a fixed day is over, or the lines ask for more than the total or for
 *   another currency
 */
export function instalmentsOf(
  terms: Terms,
  { total, ...context }: DueContext & { readonly total: Money },
): (Instalment & DueDate)[] {
  if (terms.kind !== 'instalments') return [{ number: 1, amount: total.amount, ...dueDate(terms, context) }];
  const { lines, nonBusinessDays } = terms;
  const amounts = shares(lines, total);
  return lines
    .map((line, index) => ({
      amount: amounts[index]!,
      ...dueDate({ nonBusinessDays, ...line.terms }, context),
    }))
    .filter(({ amount }) => amount > 0)
    .sort(byDueDate)
    .map((part, index) => ({ number: index + 1, ...part }));
}

/** Percentages are rounded half up, as long as there is something left; what the others leave is the remainder line's. */
function shares(lines: readonly InstalmentLine[], total: Money): number[] {
  requireFit(lines, total);
  let left = total.amount - fixedSum(lines);
  const amounts = lines.map((line) => {
    if ('amount' in line) return line.amount.amount;
    if ('remainder' in line) return 0;
    const part = Math.min(percentOf(total.amount, line.percent), left);
    left -= part;
    return part;
  });
  return amounts.map((amount, index) => ('remainder' in lines[index]! ? left : amount));
}

function requireFit(lines: readonly InstalmentLine[], total: Money): void {
  const refuse = (detail: string): never => {
    throw new NettermsError('terms-not-applicable', detail);
  };
  for (const line of lines)
    if ('amount' in line && line.amount.currency !== total.currency)
      refuse(`An instalment is of ${plainMoney(line.amount)}, the order is in ${total.currency}.`);
  const percents = lines.reduce(
    (sum, line) => ('percent' in line ? sum + percentUnits(line.percent) : sum),
    0,
  );
  const asked = fixedSum(lines) + percentOf(total.amount, percents);
  if (asked > total.amount)
    refuse(
      `The instalments without the remainder come to ${plainMoney({ ...total, amount: asked })}, and the order is of ${plainMoney(total)} only.`,
    );
}

const fixedSum = (lines: readonly InstalmentLine[]): number =>
  lines.reduce((sum, line) => ('amount' in line ? sum + line.amount.amount : sum), 0);

const byDueDate = (a: DueDate, b: DueDate): number => Date.parse(a.dueAt) - Date.parse(b.dueAt);
