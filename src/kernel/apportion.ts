/**
 * Divides an amount in proportion to weights. The parts are whole and add up to the amount exactly: the largest
 * remainders are rounded up, the first of equal ones. If the amount does not exceed the sum of the weights, no part
 * exceeds its weight.
 * @param amount in minor units, zero or more; if all weights are zero, all parts are zero
 */
export function apportion(amount: number, weights: readonly number[]): number[] {
  const sum = BigInt(weights.reduce((total, weight) => total + weight, 0));
  if (sum === 0n) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(amount) * BigInt(weight));
  const parts = exact.map((share) => Number(share / sum));
  const left = amount - parts.reduce((total, part) => total + part, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, left)) parts[index]! += 1;
  return parts;
}
