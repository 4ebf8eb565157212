import { isPaymentReference, remainder } from './payment-reference.ts';

/** Shorter keys occur in any sentence. */
const SHORTEST_KEY = 3;
/** The most pieces in which a number may be written: "FT 2027 / 12 - B"; an RF reference in groups of four has seven. */
const PIECES = 7;
/** How many characters of a reference are read; those of banks have a few hundred. */
const LONGEST_REFERENCE = 2_000;
/** Days as they are written in a text: 12/11/2026, 12.11.26, 2026-11-12. */
const WRITTEN_DAYS = /\b(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|(?:19|20)\d{2}([./-])\d{1,2}\2\d{1,2})\b/g;
/** What is written in front of a number, often without a space: FT88572. */
const PREFIXES =
  'FT|FATT|FATTURA|FAT|N|NR|NUM|RG|RE|INV|INVOICE|ORD|ORDINE|ORDER|FAC|FACTURE|FACTURA|RECHNUNG|FACTUUR';
const PREFIXED = new RegExp(`^(${PREFIXES})(\\d+)$`);
const PREFIX = new RegExp(`^(?:${PREFIXES})$`);

/** Between a number and its day: "FT. 15 del 12/11/2026". */
const DATED = ['DEL', 'DELL', 'DD', 'VOM', 'DU', 'DE', 'VAN', 'OF', 'DATED', 'FROM'];

/** A number without punctuation, as it is compared: "SO-1042" is SO1042. */
export const numberKey = (number: string): string => number.toUpperCase().replace(/[^A-Z0-9]/g, '');

/**
 * The number in a creditor reference (ISO 11649), as in RF18 5390 0754 7034, without its leading zeros; null if it is
 * none. Its check digits make the rest modulo 97 equal to 1, with letters as 10 to 35.
 */
export function numberInReference(key: string): string | null {
  if (!/^RF(?!00|01|99)\d{2}[A-Z0-9]{1,21}$/.test(key)) return null;
  return remainder(`${key.slice(4)}${key.slice(0, 4)}`) === 1 ? key.slice(4).replace(/^0+/, '') : null;
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
  const numbered = afterPrefix(pieces);
  const places: Place[] = [];
  for (let from = 0; from < pieces.length; from++) {
    // 12/11/2026 may be a number as a whole, but its 2026 alone is not.
    if (cuts(from)) continue;
    let key = '';
    for (let to = from + 1; to <= Math.min(from + PIECES, pieces.length); to++) {
      key += pieces[to - 1]!.text;
      if (cuts(to)) continue;
      const inside = numberInReference(key);
      for (const found of inside === null ? [key] : [key, inside])
        if (found.length >= SHORTEST_KEY && (/\d/.test(found) || isPaymentReference(found)))
          places.push({ key: found, from, to });
    }
  }
  return [...places, ...numbered];
}

/**
 * Short numbers that are called numbers: "FT. 15", "n. 7". With the day of the document they are also looked for as the
 * numbers of its year are often written: 15/2026, FT15/26.
 */
function afterPrefix(pieces: readonly Piece[]): Place[] {
  return pieces.flatMap(({ text, day }, at) => {
    const prefix = pieces[at - 1]?.text ?? '';
    if (day !== null || !/^\d{1,6}$/.test(text) || !PREFIX.test(prefix)) return [];
    const place = { from: at - 1, to: at + 1 };
    const short = text.length < SHORTEST_KEY ? [{ key: text, ...place }] : [];
    const year = DATED.includes(pieces[at + 1]?.text ?? '') ? yearOf(pieces, at + 2) : null;
    const keys =
      year === null ? [] : [year, year.slice(-2)].flatMap((of) => [`${text}${of}`, `${prefix}${text}${of}`]);
    return [...short, ...keys.map((key) => ({ key, ...place }))];
  });
}

/** The year of the day that is written from that piece on, with four digits; null if there is none. */
function yearOf(pieces: readonly Piece[], from: number): string | null {
  const day = pieces[from]?.day ?? null;
  if (day === null) return null;
  const parts = pieces.filter((piece) => piece.day === day).map(({ text }) => text);
  const year = parts.find((part) => part.length === 4) ?? `20${parts.at(-1)}`;
  return /^20\d{2}$/.test(year) ? year : null;
}

/** Letters and digits between everything else; `day`: which written day they belong to. */
type Piece = { readonly text: string; readonly day: number | null };

function piecesOf(text: string): Piece[] {
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
