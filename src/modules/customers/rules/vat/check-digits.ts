/*
 * The arithmetic of check digits: sums with weights, Luhn (ISO/IEC 7812-1), and the remainders of ISO 7064.
 */

export const digitsOf = (text: string): number[] => Array.from(text, Number);

/** The sum of the digits, each times its weight. */
export const weighted = (text: string, weights: readonly number[]): number =>
  digitsOf(text).reduce((sum, digit, at) => sum + digit * (weights[at] ?? 0), 0);

/** n, n-1, … 1. */
export const descending = (from: number): number[] => Array.from({ length: from }, (_, at) => from - at);
export const ascending = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at);

/** The remainder, never below zero. */
export const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** The last digit of a number. */
export const last = (text: string): number => Number(text.at(-1));
/** The digits from one place up to, but not including, another, as a number. */
export const part = (text: string, from: number, to: number): number => Number(text.slice(from, to));

/** Luhn's sum modulo 10, of which the last digit is not doubled: 0 for a correct number. */
export const luhn = (text: string): number =>
  digitsOf(text).reduce((sum, digit, at) => {
    const doubled = (text.length - at) % 2 === 0 ? digit * 2 : digit;
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0) % 10;

/** ISO 7064 MOD 11,10: 1 for a number whose last digit is correct. */
export const mod11and10 = (text: string): number =>
  digitsOf(text).reduce((check, digit) => ((((check || 10) * 2) % 11) + digit) % 10, 5);

/** ISO 7064 MOD 97,10: 1 for a correct number; letters count as 10 to 35. */
export const mod97and10 = (text: string): number =>
  Array.from(text).reduce((rest, sign) => {
    const value = Number.parseInt(sign, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);

/** Whether there is such a day. */
export const isDate = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
