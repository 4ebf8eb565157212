import { isPaymentReference, remainder } from './payment-reference.ts';

/** Shorter keys occur in any sentence. */
const SHORTEST_KEY = 3;
/** The most pieces in which a number may be written: "FT 2027 / 12 - B"; an RF reference in groups of four has seven. */
const PIECES = 7;
/** How many characters of a reference are read; those of banks have a few hundred. */
const LONGEST_REFERENCE = 2_000;
/** Months in Italian, German, French, Dutch, Spanish and English, whole or cut. */
const MONTHS =
  'GEN|FEB|MAR|APR|MAG|GIU|LUG|AGO|SET|OTT|NOV|DIC|JAN|MAI|MAY|JUN|JUL|AUG|SEP|OKT|OCT|DEZ|DEC|JANV|FEVR|AVR|JUIN|JUIL|AOUT|MRT|MEI|ENE|ABR';
/** Days, months and years as they are written in a text: 12/11/2026, 2026-11-12, 12/11, novembre 2026, anno 2026. */
const WRITTEN_DAYS = new RegExp(
  [
    '\\b\\d{1,2}([./-])\\d{1,2}\\1(?:\\d{4}|\\d{2})\\b',
    '\\b(?:19|20)\\d{2}([./-])\\d{1,2}\\2\\d{1,2}\\b',
    `(?:\\b\\d{1,2}\\.? ?)?\\b(?:${MONTHS})[A-Z]*\\.? ?(?:19|20)\\d{2}\\b`,
    '\\b(?:ANNO|JAHR|YEAR|ANNEE|JAAR)\\.? (?:19|20)\\d{2}\\b',
    '\\b(?:0?[1-9]|1[0-2])/(?:19|20)\\d{2}\\b',
    '\\b(?:0?[1-9]|[12]\\d|3[01])[/.-](?:0?[1-9]|1[0-2])\\b(?![/.-]?\\d)',
  ].join('|'),
  'g',
);
/** Amounts as they are written in a text: 1.220,00 and EUR 1220. */
const WRITTEN_AMOUNTS =
  /(?<![\d.,])\d{1,3}(?:[.']\d{3})*,\d{2}(?![\d,])|(?:\bEUR(?:O)?|€)\.? ?\d[\d.,']*|(?<![\w.,-])\d[\d.,']* ?(?:EUR(?:O)?\b|€)(?! ?\d)/g;
/** What is written in front of a number, often without a space: FT88572. */
const PREFIXES =
  'FT|FATT|FATTURA|FATTURE|FAT|N|NR|NO|NUM|NUMERO|RG|RE|RGNR|RENR|INV|INVOICE|INVOICES|ORD|ORDINE|ORDINI|ORDER|ORDERS|FAC|FACT|FACTURE|FACTURES|FACTURA|RECHNUNG|RECHNUNGSNR|RECHNUNGSNUMMER|BESTELLUNG|PEDIDO|COMMANDE|FACTUUR|DOC|RIF|REF|PROFORMA';
const PREFIXED = new RegExp(`^(${PREFIXES})(\\d+)([A-Z]*)$`);
const PREFIX = new RegExp(`^(?:${PREFIXES})$`);
/** Between two numbers of one kind: "SO 1042 e 1043". */
const AND = ['E', 'ED', 'UND', 'AND', 'ET', 'EN', 'Y'];

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

/** The digits of a number without leading zeros, as it is compared where a payer writes a word before them: "fattura 88572". */
export const digitsKey = (number: string): string => number.replace(/\D/g, '').replace(/^0+/, '');

/**
 * A key, and the pieces of the text that it is made of: from `from` up to, but not including, `to`. `digits`: it is
 * compared with the digits of numbers alone.
 */
export type Place = {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly digits: boolean;
};

/** Everything in a text that could be a number, with its place: single pieces, and up to seven of them joined. */
export function placesIn(text: string): readonly Place[] {
  const known = remembered.get(text);
  if (known) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const places = allPlacesIn(text);
  remembered.set(text, places);
  return places;
}
/** A text is looked at several times while its line is compared: for what it may name, and for each document. */
const remembered = new Map<string, readonly Place[]>();
const REMEMBERED = 1_000;

function allPlacesIn(text: string): Place[] {
  // The last piece may be cut off: it could be the beginning of a longer number.
  const read =
    text.length <= LONGEST_REFERENCE ? text : text.slice(0, LONGEST_REFERENCE).replace(/[A-Z0-9]+$/i, '');
  const pieces = piecesOf(read.toUpperCase());
  const cuts = (at: number) => pieces[at]?.day !== null && pieces[at]?.day === pieces[at - 1]?.day;
  const places: Place[] = [];
  for (let from = 0; from < pieces.length; from++) {
    // 12/11/2026 may be a number as a whole, but its 2026 alone is not.
    if (cuts(from)) continue;
    let key = '';
    let blanks = false;
    for (let to = from + 1; to <= Math.min(from + PIECES, pieces.length); to++) {
      const piece = pieces[to - 1]!;
      if (piece.amount) break;
      key += piece.text;
      blanks ||= to > from + 1 && / /.test(piece.gap);
      // "123 45 pezzi" is no 12345.
      if (cuts(to) || (blanks && /^\d+$/.test(key))) continue;
      const inside = numberInReference(key);
      for (const found of inside === null ? [key] : [key, inside])
        if (found.length >= SHORTEST_KEY && (/\d/.test(found) || isPaymentReference(found)))
          places.push({ key: found, from, to, digits: false });
    }
  }
  return [...places, ...afterPrefix(pieces), ...ofOneKind(pieces)];
}

/**
 * Numbers that are called numbers: "FT. 15", "fattura n. 88572", "Re.Nr. 2026-0815". With the day of the document they
 * are also looked for as the numbers of its year are often written: 15/2026, FT15/26. By their digits they are found
 * whatever letters the document's number has.
 */
function afterPrefix(pieces: readonly Piece[]): Place[] {
  return pieces.flatMap(({ text, day, amount }, at) => {
    if (day !== null || amount || !/^\d{1,12}$/.test(text) || !PREFIX.test(pieces[at - 1]?.text ?? ''))
      return [];
    let first = at - 1;
    while (first > 0 && PREFIX.test(pieces[first - 1]!.text)) first -= 1;
    let to = at + 1;
    while (to < at + 3 && /^\d+$/.test(pieces[to]?.text ?? '') && /^[/.-]$/.test(pieces[to]!.gap)) to += 1;
    const parts = pieces.slice(at, to).map((piece) => piece.text);
    const place = { from: first, to };
    const short = text.length < SHORTEST_KEY && parts.length === 1 ? [text] : [];
    const dated = DATED.includes(pieces[to]?.text ?? '') ? yearOf(pieces, to + 1) : null;
    const own = parts.length > 1 && /^\d{2}$/.test(parts.at(-1)!) ? `20${parts.at(-1)}` : null;
    const whole = parts.join('');
    const years = dated === null ? [] : [dated, dated.slice(-2)];
    const prefixes = [pieces[first]!.text, pieces[at - 1]!.text];
    const named = years.flatMap((year) => [
      `${whole}${year}`,
      ...prefixes.map((prefix) => `${prefix}${whole}${year}`),
    ]);
    const digits = [
      whole,
      ...years.map((year) => `${whole}${year}`),
      ...(own === null ? [] : [`${parts.slice(0, -1).join('')}${own}`]),
    ];
    return [
      ...[...short, ...new Set(named)].map((key) => ({ key, ...place, digits: false })),
      ...digits
        .map(digitsKey)
        .filter((key) => key.length >= SHORTEST_KEY)
        .map((key) => ({ key, ...place, digits: true })),
    ];
  });
}

/** The second number of "SO 1042 e 1043" and "SO-1042/1043": with the letters of the first. */
function ofOneKind(pieces: readonly Piece[]): Place[] {
  return pieces.flatMap(({ text, gap }, at) => {
    const between = AND.includes(pieces[at - 1]?.text ?? '') ? 1 : /^[/+,&]$/.test(gap.trim()) ? 0 : null;
    if (between === null || !/^\d{3,}$/.test(text)) return [];
    const before = pieces[at - between - 1]?.text ?? '';
    const letters =
      /^([A-Z]+)\d+$/.exec(before)?.[1] ??
      (/^\d{3,}$/.test(before) ? pieces[at - between - 2]?.text : undefined);
    if (
      letters === undefined ||
      !/^[A-Z]{1,6}$/.test(letters) ||
      before.replace(/\D/g, '').length !== text.length
    )
      return [];
    return [{ key: `${letters}${text}`, from: at, to: at + 1, digits: false }];
  });
}

/** The year of the day that is written from that piece on, with four digits; null if there is none. */
function yearOf(pieces: readonly Piece[], from: number): string | null {
  const day = pieces[from]?.day ?? null;
  if (day === null) return null;
  const parts = pieces.filter((piece) => piece.day === day).map(({ text }) => text);
  const year = parts.find((part) => /^\d{4}$/.test(part)) ?? `20${parts.at(-1)}`;
  return /^20\d{2}$/.test(year) ? year : null;
}

/**
 * Letters and digits between everything else; `gap` is what stands before them, `day` which written day they belong to,
 * `amount` whether they are part of an amount.
 */
type Piece = {
  readonly text: string;
  readonly gap: string;
  readonly day: number | null;
  readonly amount: boolean;
};

function piecesOf(text: string): Piece[] {
  const spans = (pattern: RegExp) =>
    [...text.matchAll(pattern)].map(({ index, 0: found }) => ({ from: index, to: index + found.length }));
  const [days, amounts] = [spans(WRITTEN_DAYS), spans(WRITTEN_AMOUNTS)];
  let end = 0;
  return [...text.matchAll(/[A-Z0-9]+/g)].flatMap(({ index, 0: piece }) => {
    const within = ({ from, to }: { from: number; to: number }) => from <= index && index < to;
    const found = days.findIndex(within);
    const about = { day: found < 0 ? null : found, amount: amounts.some(within) };
    const gap = text.slice(end, index);
    end = index + piece.length;
    const [, prefix, number, rest] = PREFIXED.exec(piece) ?? [];
    const texts = prefix && number ? [prefix, number, ...(rest ? [rest] : [])] : [piece];
    return texts.map((of, at) => ({ text: of, gap: at === 0 ? gap : '', ...about }));
  });
}

/** Everything in a text that could be a number, and everything that could be the digits of one. */
export function numberKeysIn(text: string): string[] {
  return [...new Set(placesIn(text).flatMap(({ key, digits }) => (digits ? [] : [key])))];
}
export function digitKeysIn(text: string): string[] {
  return [...new Set(placesIn(text).flatMap(({ key, digits }) => (digits ? [key] : [])))];
}
