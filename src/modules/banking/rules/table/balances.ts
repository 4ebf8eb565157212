import { decimalOf, readAmount } from './amounts.ts';
import { cellAt, type Row } from './table.ts';

/** How many rows are enough to see whether a column is a balance. */
const SAMPLE = 500;
/** A few rows may be out of order, or corrections of the bank. */
const MOST = 0.8;

/** Whether a column is the balance before or after each line: it changes by another column's amount. */
export const isBalanceOf = (
  one: { column: number },
  candidates: readonly { column: number }[],
  rows: readonly Row[],
): boolean =>
  candidates.some((other) => other.column !== one.column && stepsOf(rows, other.column, one.column) !== null);

/**
 * How a column changes from row to row, if it does so by the amounts of another one: `signed` if it is the balance after
 * each amount with its sign, from the first to the last row or the other way round. Null: it has nothing to do with them.
 */
export function stepsOf(rows: readonly Row[], amount: number, balance: number): { signed: boolean } | null {
  const sample = rows.slice(0, SAMPLE);
  const decimals = (column: number) =>
    decimalOf(
      sample.map((row) => cellAt(row, column)),
      'EUR',
    ) ?? '.';
  const [inAmount, inBalance] = [decimals(amount), decimals(balance)];
  const numbers = sample.flatMap((row) => {
    const own = readAmount(cellAt(row, amount), { decimal: inAmount, currency: 'EUR' });
    const after = readAmount(cellAt(row, balance), { decimal: inBalance, currency: 'EUR' });
    return 'minor' in own && 'minor' in after ? [{ amount: own.minor, balance: after.minor }] : [];
  });
  const steps = numbers.slice(1).map((now, at) => ({
    step: now.balance - numbers[at]!.balance,
    now: now.amount,
    before: numbers[at]!.amount,
  }));
  type Step = (typeof steps)[number];
  const mostly = (fits: (step: Step) => boolean) =>
    steps.length >= 2 && steps.filter(fits).length >= steps.length * MOST;
  if (mostly(({ step, now }) => step === now) || mostly(({ step, before }) => -step === before))
    return { signed: true };
  const size = Math.abs;
  const unsigned =
    mostly(({ step, now }) => size(step) === size(now)) ||
    mostly(({ step, before }) => size(step) === size(before));
  return unsigned ? { signed: false } : null;
}
