import { MAX_AMOUNT, minorDigits } from '../../../../kernel/money.ts';

/** The decimal separator of a file. */
export type Decimal = ',' | '.';

/** An amount of a cell in minor units of its currency; the currency only if the cell names one. */
export type ReadAmount = { minor: number; currency: string | null };

const LONGEST_CELL = 40;
const SYMBOLS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  $: 'USD',
  'Fr.': 'CHF',
  SFr: 'CHF',
};
const CODE = /^([A-Z]{3}|€|£|¥|\$|Fr\.|SFr)(?![A-Z])\s?|(?<![A-Z])\s?([A-Z]{3}|€|£|¥|\$|Fr\.|SFr)$/;
/** Behind an amount: credit or debit, in English and German (Haben, Soll). */
const SIDE = /(?<=\d)\s?(CR|DR|DB|C|D|H|S)$/;
const SIGNS = /^([+-])\s?|\s?([+-])$/;
const GROUPS = /[.,'’ ]/g;

/** The separators of an amount, in their sequence, and what stands behind the last one. */
type Written = { sign: 1 | -1; body: string; currency: string | null };

const cleaned = (cell: string): string =>
  cell
    .replace(/[\s\u00a0\u202f\u2007\u2009]+/g, ' ')
    .replace(/[\u2212\u2013\u2012]/g, '-')
    .trim();

/** The parts of an amount as it is written: "(1.220,00 €)", "1220,00-", "EUR 1'220.00", "1.220,00 S". Null: none. */
function writtenIn(cell: string): Written | null {
  let text = cleaned(cell);
  if (text.length > LONGEST_CELL || !/\d/.test(text)) return null;
  let sign: 1 | -1 = 1;
  if (text.startsWith('(') && text.endsWith(')')) {
    sign = -1;
    text = text.slice(1, -1).trim();
  }
  let currency: string | null = null;
  const take = (pattern: RegExp): string | null => {
    const [whole, before, after] = pattern.exec(text) ?? [];
    if (whole === undefined) return null;
    text = text.replace(pattern, '').trim();
    return before ?? after ?? null;
  };
  const side = take(SIDE);
  // The sign may be on either side of the currency: "-€ 5", "€ -5", "5- EUR".
  for (let turn = 0; turn < 2; turn++) {
    if (take(SIGNS) === '-') sign = sign === 1 ? -1 : 1;
    const named = take(CODE);
    if (named !== null) currency = SYMBOLS[named] ?? named;
  }
  if (side !== null && ['DR', 'DB', 'D', 'S'].includes(side)) sign = -1;
  return /^[\d.,'’ ]+$/.test(text) ? { sign, body: text, currency } : null;
}

/**
 * Reads an amount digit by digit. Thousands may be separated by any sign but the decimal one, in groups of three.
 * @returns the problem as a sentence if the cell is not an amount of that currency
 */
export function readAmount(
  cell: string,
  { decimal, currency }: { decimal: Decimal; currency: string },
): ReadAmount | { problem: string } {
  const thousands = decimal === ',' ? '.' : ',';
  const unclear = { problem: `This is not an amount. Write it as 1${thousands}234${decimal}50.` };
  const written = writtenIn(cell);
  if (!written) return unclear;
  const digits = minorDigits(written.currency ?? currency);
  const [whole = '', fraction = '', ...more] = written.body.split(decimal);
  const groups = whole.split(GROUPS);
  const grouped = groups.every((group, at) => (at === 0 ? /^\d{0,3}$/.test(group) : /^\d{3}$/.test(group)));
  const oneSign = new Set(whole.match(GROUPS)).size <= 1;
  if (
    more.length > 0 ||
    !/^\d*$/.test(fraction) ||
    !oneSign ||
    (groups.length > 1 && !(grouped && groups[0]))
  )
    return unclear;
  if (groups.length === 1 && !/^\d{0,15}$/.test(whole)) return unclear;
  if (/[^0]/.test(fraction.slice(digits)))
    return {
      problem: `${written.currency ?? currency} has at most ${digits} digits after the "${decimal}".`,
    };
  const minor = Number(groups.join('') + fraction.slice(0, digits).padEnd(digits, '0'));
  if (minor > MAX_AMOUNT) return { problem: 'This amount is too large.' };
  return { minor: minor === 0 ? 0 : written.sign * minor, currency: written.currency };
}

/** Whether a cell looks like an amount, with whatever separators. */
export const looksLikeAmount = (cell: string): boolean => writtenIn(cell) !== null;

/** Whether an amount has a sign, or a side such as "S": then the column tells incoming from outgoing money. */
export const isNegative = (cell: string): boolean => writtenIn(cell)?.sign === -1;

/** Whether an amount is written in groups of three, with that sign between them; damaged ones say nothing. */
const isGrouped = (body: string, thousands: Decimal, decimal: Decimal | null): boolean => {
  const whole = decimal === null ? body : body.slice(0, body.lastIndexOf(decimal));
  const [first = '', ...groups] = whole.split(thousands);
  return /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
};

/**
 * The decimal separator of these amounts; null if they contradict each other or leave it open. "1.220" is 1,220.00 in a
 * currency with two digits, since nobody writes a third.
 */
export function decimalOf(cells: readonly string[], currency: string): Decimal | null {
  const found = new Set<Decimal>();
  let open = false;
  for (const cell of new Set(cells)) {
    const { body, currency: own } = writtenIn(cell) ?? {};
    if (body === undefined) continue;
    const signs = [...body.matchAll(/[.,]/g)].map(([sign]) => sign as Decimal);
    const last = signs.at(-1);
    if (last === undefined) continue;
    const behind = body.length - body.lastIndexOf(last) - 1;
    const other = last === ',' ? '.' : ',';
    if (signs.includes(other)) {
      if (isGrouped(body, other, last)) found.add(last);
    } else if (signs.length > 1) {
      if (isGrouped(body, last, null)) found.add(other);
    } else if (behind !== 3 || /^0?[.,]/.test(body)) found.add(last);
    else if (minorDigits(own ?? currency) < 3) found.add(other);
    else open = true;
  }
  if (found.size > 1) return null;
  const [one] = found;
  return one ?? (open ? null : '.');
}
