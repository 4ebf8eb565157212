import { type VatNumberRule, vatNumberRules } from './vat/number-rules.ts';

export type VatCheck = {
  readonly valid: boolean;
  /** With its prefix and without punctuation: what a register is asked about. */
  readonly normalised: string;
  /** The country of a valid number; what is wrong with another. */
  readonly detail: string;
};

/** The longest text that is looked at. */
const LONGEST = 100;
/** What people write before the number: "P.IVA 02331250163", "USt-IdNr. DE136695976". */
const LABELS = (
  'CODICEFISCALE PARTITAIVA PARTIVA PIVA IVA CF VATREGISTRATIONNUMBER VATREGISTRATION VATREGNO VATREG VATNUMBER VATID ' +
  'VATIN VAT NUMEROTVA NTVA TVAINTRACOMMUNAUTAIRE TVAINTRACOM TVAINTRA TVA USTIDNR USTIDNUMMER USTID UIDNUMMER UIDNR ' +
  'UID MWSTNR MWST BTWNUMMER BTWNR BTWID BTW NIFIVA NIF CIF NIP CVRNR CVR MOMSNR MOMS ORGNR MVANR OIB PVM KMKR ICDPH ' +
  'DIC ΑΦΜ'
).split(' ');
/** What may stand between a label and what follows it: "P.IVA e C.F. n. 02331250163". */
const JOINS = ['N', 'NO', 'NR', 'NUMERO', 'E', ''];
/**
 * Prefixes that differ from the ISO country: Monaco has French numbers and the Isle of Man British ones. Switzerland's is
 * CHE, of which the E counts as a part of the number.
 */
const PREFIXES: Readonly<Record<string, string>> = { GR: 'EL', MC: 'FR', IM: 'GB' };
const COUNTRIES: Readonly<Record<string, string>> = { EL: 'GR', XI: 'GB' };

/** The ISO code of the country of a number with its prefix: GR for EL, GB for XI; null if it has none that is known. */
export function countryOfVatNumber(normalised: string): string | null {
  const prefix = normalised.slice(0, 2);
  return Object.hasOwn(vatNumberRules, prefix) ? (COUNTRIES[prefix] ?? prefix) : null;
}

/** Whether a number with its prefix is one of this country, or none that tells: XI of GB, FR of Monaco. */
export const isVatNumberOf = (normalised: string, country: string): boolean => {
  const home = PREFIXES[country] ?? country;
  return [null, COUNTRIES[home] ?? home].includes(countryOfVatNumber(normalised));
};

/** What tells that two customers have the same VAT number, however it was typed; null without one. */
export const vatKeyOf = (vatNumber: string | null, country: string): string | null =>
  vatNumber === null ? null : checkVatNumber(vatNumber, country).normalised || null;

/** A number as people type it: letters of any case, spaces, dashes, dots, brackets, signs that nobody sees. */
const compacted = (typed: string): string =>
  typed
    .slice(0, LONGEST)
    .replace(/[№º°]/g, '') // which would become letters
    .normalize('NFKD')
    .replace(/[\p{Z}\p{C}\p{M}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pc}\s.,:;/\\#'"·•−]/gu, '')
    .toUpperCase();

/** "VAT NO 995525828 MVA" and "VAT no. 02331250163": all that a label may leave, for the check digits to choose from. */
function withoutLabels(compact: string): string[] {
  const starts = new Set([0]);
  // Starts that are added are visited as well: there are no more than the text has characters.
  for (const start of starts)
    for (const label of LABELS.filter((text) => compact.startsWith(text, start)))
      for (const join of JOINS)
        if (compact.startsWith(join, start + label.length)) starts.add(start + label.length + join.length);
  return [...starts].sort((a, b) => a - b).map((start) => compact.slice(start));
}

type Reading = { rule: VatNumberRule | undefined; normalised: string; valid: boolean };

/** Reads a number with its prefix, or else as one of the customer's country. */
function read(compact: string, country: string): Reading {
  const start = compact.slice(0, 2);
  const own = PREFIXES[start] ?? start;
  const home = PREFIXES[country] ?? country;
  const prefix = Object.hasOwn(vatNumberRules, own) ? own : home;
  const bare = prefix === own ? compact.slice(2) : home === 'CH' ? `E${compact}` : compact;
  const rule = Object.hasOwn(vatNumberRules, prefix) ? vatNumberRules[prefix] : undefined;
  const full = rule?.full?.(bare) ?? bare;
  // Zeros fit the check digits of several countries, and are nobody's number.
  const valid = rule !== undefined && !/^E?0+$/.test(full) && rule.valid(full);
  // "ZZ123456789" of an Italian customer has a country that is not known: it is no wrong Italian number.
  const foreign = !valid && prefix !== own && /^[A-Z]{2}\d/.test(compact);
  return { rule: foreign ? undefined : rule, normalised: foreign ? compact : prefix + full, valid };
}

/**
 * Whether a VAT number is well formed: its form and its check digits, for all member states of the EU, Northern Ireland
 * (XI), Great Britain, Switzerland, Norway and San Marino. A number without a prefix is read as one of the customer's
 * country; what people write before it (P.IVA, USt-IdNr.) is left out. Says nothing about registration (VIES).
 */
export function checkVatNumber(typed: string, country: string): VatCheck {
  const readings = withoutLabels(compacted(typed)).map((text) => read(text, country));
  const { rule, normalised, valid } = readings.find((reading) => reading.valid) ?? readings.at(-1)!;
  if (rule === undefined)
    return {
      ...{ valid, normalised },
      detail: 'not in the format of any supported country: check the number and the country',
    };
  const detail = valid ? rule.name : `not a VAT number of ${rule.name}: check its digits`;
  return { valid, normalised, detail };
}
