/** Units per percent, so that "33.3333" is exact. */
const UNITS = 10_000;

/** A percentage ("2", "33.33", up to four decimal places) in ten-thousandths of a percent. */
export function percentUnits(percent: string): number {
  const [whole = '', fraction = ''] = percent.split('.');
  return Number(whole) * UNITS + Number(fraction.padEnd(4, '0'));
}

/**
 * A percentage of an amount in minor units, rounded half up; exact for any amount.
 * @param percent as text, or in the units of `percentUnits`
 */
export function percentOf(amount: number, percent: string | number): number {
  const units = typeof percent === 'number' ? percent : percentUnits(percent);
  const hundred = BigInt(100 * UNITS);
  return Number((BigInt(amount) * BigInt(units) + hundred / 2n) / hundred);
}
