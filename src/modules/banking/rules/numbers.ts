/** Shorter keys occur in any sentence. */
const SHORTEST_KEY = 3;
/** The most pieces in which a number may be written: "FT 2027 / 12 - B"; an RF reference in groups of four has seven. */
const PIECES = 7;
/** How many characters of a reference are read; those of banks have a few hundred. */
const LONGEST_REFERENCE = 2_000;
/** Days as they are written in a text: 12/11/2026, 12.11.26, 2026-11-12. */
const WRITTEN_DAYS = /\b(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|(?:19|20)\d{2}([./-])\d{1,2}\2\d{1,2})\b/g;
/** What is written in front of a number, often without a space: FT88572. */
const PREFIXED =
  /^(FT|FATT|FATTURA|FAT|N|NR|NUM|RG|RE|INV|INVOICE|ORD|ORDINE|ORDER|FAC|FACTURE|FACTURA|RECHNUNG)(\d+)$/;

/** A number without punctuation, as it is compared: "SO-1042" is SO1042. */
export const numberKey = (number: string): string => number.toUpperCase().replace(/[^A-Z0-9]/g, '');

/**
 * The number in a creditor reference (ISO 11649), as in RF18 5390 0754 7034, without its leading zeros; null if it is
 * none. Its check digits make the rest modulo 97 equal to 1, with letters as 10 to 35.
 */
export function numberInReference(key: string): string | null {
  if (!/^RF\d{2}[A-Z0-9]{1,21}$/.test(key)) return null;
  const digits = `${key.slice(4)}${key.slice(0, 4)}`.replace(
    /[A-Z]/g,
    (letter) => `${letter.charCodeAt(0) - 55}`,
  );
  return BigInt(digits) % 97n === 1n ? key.slice(4).replace(/^0+/, '') : null;
}

/** A key, and the pieces of the text that it is made of: from `from` up to, but not including, `to`. */
export type Place = { readonly key: string; readonly from: number; readonly to: number };

/** Everything in a text that could be a number, with its place: single pieces, and up to seven of them joined. */
export function placesIn(text: string): Place[] {
  // The last piece may be cut off: it could be the beginning of a longer number.
  const read =
    text.length <= LONGEST_REFERENCE ? text : text.slice(0, LONGEST_REFERENCE).replace(/[A-Z0-9]+$/i, '');
  const pieces = piecesOf(read.toUpperCase());
  const cuts = (at: number) => pieces[at]?.day !== null && pieces[at]?.day === pieces[at - 1]?.day;
  const places = pieces.flatMap((_, from) =>
    Array.from({ length: Math.min(PIECES, pieces.length - from) }, (__, more): Place[] => {
      const to = from + more + 1;
      // 12/11/2026 may be a number as a whole, but its 2026 alone is not.
      if (cuts(from) || cuts(to)) return [];
      const key = pieces
        .slice(from, to)
        .map(({ text }) => text)
        .join('');
      const inside = numberInReference(key);
      return [{ key, from, to }, ...(inside === null ? [] : [{ key: inside, from, to }])];
    }).flat(),
  );
  return places.filter(({ key }) => key.length >= SHORTEST_KEY && /\d/.test(key));
}

/** The letters and digits of a text between everything else. `day`: which written day the piece belongs to. */
function piecesOf(text: string): { text: string; day: number | null }[] {
  const days = [...text.matchAll(WRITTEN_DAYS)].map(({ index, 0: day }) => ({
    from: index,
    to: index + day.length,
  }));
  return [...text.matchAll(/[A-Z0-9]+/g)].flatMap(({ index, 0: piece }) => {
    const found = days.findIndex(({ from, to }) => from <= index && index < to);
    const day = found < 0 ? null : found;
    const [, prefix, number] = PREFIXED.exec(piece) ?? [];
    return (prefix && number ? [prefix, number] : [piece]).map((of) => ({ text: of, day }));
  });
}

/** Everything in a text that could be a number. */
export const numberKeysIn = (text: string): string[] => [...new Set(placesIn(text).map(({ key }) => key))];
