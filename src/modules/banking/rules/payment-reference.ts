/** Thirty-two signs that nobody mistakes for another: no 0 and O, no 1 and I. */
const SIGNS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** Tells people and programs what it is; it stands before the signs. */
const PREFIX = 'NT';
/** Signs without the check sign: 2^45 references. */
export const RANDOM_SIGNS = 9;
const PATTERN = new RegExp(`^${PREFIX}[${SIGNS}]{${RANDOM_SIGNS + 1}}$`);

/**
 * The check sign: a remainder in the field of 32 elements, by x^5 + x^2 + 1. It finds each wrong sign, and each two signs
 * that have changed places, neighbours or with one between them.
 */
function checkSign(signs: string): string {
  let rest = 0;
  for (const sign of signs) {
    const doubled = (rest ^ SIGNS.indexOf(sign)) << 1;
    rest = doubled & 32 ? doubled ^ 0b100101 : doubled;
  }
  return SIGNS[rest]!;
}

/**
 * A reference for a payment, of twelve signs: short enough for every bank, and recognised alone in a text.
 * @param random as many random bytes as `RANDOM_SIGNS`
 */
export function paymentReference(random: Uint8Array): string {
  const signs = Array.from(random.subarray(0, RANDOM_SIGNS), (byte) => SIGNS[byte & 31]!).join('');
  return `${PREFIX}${signs}${checkSign(signs)}`;
}

/** Whether a text without spaces is a reference of this kind, with the correct check sign. */
export const isPaymentReference = (text: string): boolean =>
  PATTERN.test(text) && checkSign(text.slice(PREFIX.length, -1)) === text.at(-1);

/** As people read and copy it: "NT7K 3M9Q XR24". */
export const grouped = (reference: string): string => reference.replace(/.{4}(?=.)/g, '$& ');

/**
 * The creditor reference (ISO 11649) of a reference or number of up to 21 letters and digits: "RF18…", which payers'
 * banks check and hand on unchanged. Its two check digits make the rest modulo 97 equal to 1.
 */
export function creditorReference(number: string): string {
  const body = number.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (body.length < 1 || body.length > 21)
    throw new RangeError('a creditor reference has 1 to 21 letters and digits');
  return `RF${String(98 - remainder(`${body}RF00`)).padStart(2, '0')}${body}`;
}

/** The remainder modulo 97 of a text, with letters as 10 to 35. */
export function remainder(text: string): number {
  let rest = 0;
  for (const sign of text) {
    const value = Number.parseInt(sign, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest;
}
