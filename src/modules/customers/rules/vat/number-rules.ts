import {
  ascending,
  descending,
  digitsOf,
  isDate,
  last,
  luhn,
  mod11and10,
  mod97and10,
  modulo,
  part,
  weighted,
} from './check-digits.ts';
import { isBirthNumber, isBulgarianPerson, isRomanianPerson } from './persons.ts';

/** The letter of a Spanish identity card. */
const spanishLetter = (digits: string): string => 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(digits) % 23);
/** The letters of Irish check characters, by their value. */
const irish = 'WABCDEFGHIJKLMNOPQRSTUV';
const irishCheck = (digits: string, letter: string): string =>
  irish.charAt(
    (weighted(digits.padStart(7, '0'), [8, 7, 6, 5, 4, 3, 2]) +
      9 * Math.max(0, irish.indexOf(letter || 'W'))) %
      23,
  );
/** The signs of the newer French keys: no I and O. */
const french = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** The numbers below 100 that San Marino gave. */
const lowSanMarino = new Set([
  2, 4, 6, 7, 8, 9, 10, 11, 13, 16, 18, 19, 20, 21, 25, 26, 30, 32, 33, 35, 36, 37, 38, 39, 40, 42, 45, 47,
  49, 51, 52, 55, 56, 57, 58, 59, 61, 62, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 79, 80, 81, 84,
  85, 87, 88, 91, 92, 94, 95, 96, 97, 99,
]);

/** Great Britain and Northern Ireland: companies, branches, departments of government (GD), health authorities (HA). */
const isBritish = (n: string): boolean => {
  const department = (kind: string, number: number) => (kind === 'GD' ? number < 500 : number >= 500);
  if (/^(GD|HA)\d{3}$/.test(n)) return department(n.slice(0, 2), part(n, 2, 5));
  if (/^(GD|HA)8888\d{5}$/.test(n))
    return department(n.slice(0, 2), part(n, 6, 9)) && part(n, 6, 9) % 97 === part(n, 9, 11);
  if (!/^(\d{9}|\d{12})$/.test(n)) return false;
  const sum = weighted(n.slice(0, 9), [8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
  return sum === 0 || (part(n, 0, 3) >= 100 && (sum === 42 || sum === 55));
};

/** How the numbers with a prefix are made; `valid` and `full` get the number without it. */
export type VatNumberRule = {
  readonly name: string;
  readonly valid: (n: string) => boolean;
  readonly full?: (n: string) => string;
};
/**
 * By the prefix of the number. Form and check digits follow the Commission's VIES construction rules, and for Switzerland
 * the UID register, for Norway NO-R-001, for San Marino its office of taxes; what those leave out was compared with
 * python-stdnum (scripts/vat-verdicts.py). `full` writes an old or short form out.
 */
export const vatNumberRules: Readonly<Record<string, VatNumberRule>> = {
  AT: {
    name: 'Austria',
    valid: (n) => /^U\d{8}$/.test(n) && modulo(6 - luhn(n.slice(1, 8)), 10) === last(n),
  },
  BE: {
    name: 'Belgium',
    full: (n) => (n.length === 9 ? `0${n}` : n),
    valid: (n) => /^[01]\d{9}$/.test(n) && Number(n) > 0 && (part(n, 0, 8) + part(n, 8, 10)) % 97 === 0,
  },
  BG: {
    name: 'Bulgaria',
    valid: (n) => {
      if (/^\d{9}$/.test(n)) {
        const first = weighted(n.slice(0, 8), ascending(1, 8)) % 11;
        return (first < 10 ? first : (weighted(n.slice(0, 8), ascending(3, 8)) % 11) % 10) === last(n);
      }
      if (!/^\d{10}$/.test(n)) return false;
      const other = modulo(11 - weighted(n.slice(0, 9), [4, 3, 2, 7, 6, 5, 4, 3, 2]), 11);
      const foreigner = weighted(n.slice(0, 9), [21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
      return isBulgarianPerson(n) || foreigner === last(n) || other === last(n);
    },
  },
  CH: {
    name: 'Switzerland',
    // The suffix says that the company is registered for VAT; people also write the number without it.
    valid: (n) =>
      /^E\d{9}(MWST|TVA|IVA|TPV)?$/.test(n) &&
      modulo(11 - weighted(n.slice(1, 9), [5, 4, 3, 2, 7, 6, 5, 4]), 11) === Number(n[9]),
  },
  CY: {
    name: 'Cyprus',
    valid: (n) => {
      if (!/^(?!12)\d{8}[A-Z]$/.test(n)) return false;
      const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
      const sum = digitsOf(n.slice(0, 8)).reduce(
        (s, digit, at) => s + (at % 2 === 0 ? (odd[digit] ?? 0) : digit),
        0,
      );
      return n.charCodeAt(8) - 65 === sum % 26;
    },
  },
  CZ: {
    name: 'Czechia',
    valid: (n) => {
      if (/^\d{8}$/.test(n)) {
        const check = modulo(11 - weighted(n.slice(0, 7), descending(8)), 11);
        return n[0] !== '9' && (check || 1) % 10 === last(n);
      }
      if (/^6\d{8}$/.test(n)) {
        const check = weighted(n.slice(1, 8), descending(8)) % 11;
        return modulo(8 - modulo(10 - check, 11), 10) === last(n);
      }
      return isBirthNumber(n);
    },
  },
  DE: { name: 'Germany', valid: (n) => /^[1-9]\d{8}$/.test(n) && mod11and10(n) === 1 },
  DK: {
    name: 'Denmark',
    valid: (n) => /^[1-9]\d{7}$/.test(n) && weighted(n, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  EE: {
    name: 'Estonia',
    valid: (n) => /^\d{9}$/.test(n) && weighted(n, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  },
  EL: {
    name: 'Greece',
    full: (n) => (n.length === 8 ? `0${n}` : n),
    valid: (n) =>
      /^\d{9}$/.test(n) && (weighted(n.slice(0, 8), [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === last(n),
  },
  ES: {
    name: 'Spain',
    valid: (n) => {
      if (!/^[A-Z\d]\d{7}[A-Z\d]$/.test(n)) return false;
      const [first, middle, check] = [n.charAt(0), n.slice(1, 8), n.charAt(8)];
      if (/[KLM]/.test(first)) return spanishLetter(middle) === check;
      if (/\d/.test(first)) return spanishLetter(first + middle) === check;
      if (/[XYZ]/.test(first)) return spanishLetter('XYZ'.indexOf(first) + middle) === check;
      if (!/[ABCDEFGHJNPQRSUVW]/.test(first)) return false;
      const digit = modulo(-luhn(`${middle}0`), 10);
      return check === String(digit) || check === 'JABCDEFGHI'.charAt(digit);
    },
  },
  FI: {
    name: 'Finland',
    valid: (n) => /^\d{8}$/.test(n) && weighted(n, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0,
  },
  FR: {
    name: 'France',
    valid: (n) => {
      if (!/^[0-9A-HJ-NP-Z]{2}\d{9}$/.test(n)) return false;
      const siren = n.slice(2);
      if (!siren.startsWith('000') && luhn(siren) !== 0) return false; // Monaco's are no SIREN
      if (/^\d\d/.test(n)) return part(n, 0, 2) === Number(`${siren}12`) % 97;
      const [a, b] = [french.indexOf(n.charAt(0)), french.indexOf(n.charAt(1))];
      const key = a < 10 ? a * 24 + b - 10 : a * 34 + b - 100;
      return (Number(siren) + 1 + Math.floor(key / 11)) % 11 === modulo(key, 11);
    },
  },
  GB: { name: 'United Kingdom', valid: isBritish },
  HR: { name: 'Croatia', valid: (n) => /^\d{11}$/.test(n) && mod11and10(n) === 1 },
  HU: {
    name: 'Hungary',
    valid: (n) => /^\d{8}$/.test(n) && weighted(n, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 === 0,
  },
  IE: {
    name: 'Ireland',
    valid: (n) => {
      if (/^\d{7}[A-W]{1,2}$/.test(n)) return n.charAt(7) === irishCheck(n.slice(0, 7), n.charAt(8));
      if (/^\d[A-Z+*]\d{5}[A-W]{1,2}$/.test(n))
        return n.charAt(7) === irishCheck(n.slice(2, 7) + n.charAt(0), '');
      return false;
    },
  },
  IT: {
    name: 'Italy',
    valid: (n) => /^(?!0{7})\d{7}(0(?!00)\d\d|100|120|121|888|999)\d$/.test(n) && luhn(n) === 0,
  },
  LT: {
    name: 'Lithuania',
    valid: (n) => {
      if (!/^(\d{7}1\d|\d{10}1\d)$/.test(n)) return false;
      const cycle = (from: number) => Array.from({ length: n.length - 1 }, (_, at) => 1 + ((at + from) % 9));
      const first = weighted(n.slice(0, -1), cycle(0)) % 11;
      return (first < 10 ? first : (weighted(n.slice(0, -1), cycle(2)) % 11) % 10) === last(n);
    },
  },
  LU: { name: 'Luxembourg', valid: (n) => /^\d{8}$/.test(n) && part(n, 0, 6) % 89 === part(n, 6, 8) },
  LV: {
    name: 'Latvia',
    valid: (n) => {
      if (!/^\d{11}$/.test(n)) return false;
      if (n.charAt(0) > '3') return weighted(n, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 === 3;
      const born = isDate(1800 + Number(n[6]) * 100 + part(n, 4, 6), part(n, 2, 4), part(n, 0, 2));
      const check = ((1 + weighted(n.slice(0, 10), [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10;
      return (n.startsWith('32') || born) && check === last(n);
    },
  },
  MT: {
    name: 'Malta',
    valid: (n) => /^[1-9]\d{7}$/.test(n) && weighted(n, [3, 4, 6, 7, 8, 9, 10, 1]) % 37 === 0,
  },
  NL: {
    name: 'Netherlands',
    full: (n) => n.replace(/^\d{1,8}(?=.{3}$)/, (digits) => digits.padStart(9, '0')),
    // The second: sole traders since 2020.
    valid: (n) =>
      /^(?!0{9})\d{9}B(?!00)\d\d$/.test(n) &&
      (modulo(weighted(n.slice(0, 9), [9, 8, 7, 6, 5, 4, 3, 2, -1]), 11) === 0 || mod97and10(`NL${n}`) === 1),
  },
  NO: {
    name: 'Norway',
    valid: (n) => /^\d{9}MVA$/.test(n) && weighted(n.slice(0, 9), [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  PL: {
    name: 'Poland',
    valid: (n) => /^\d{10}$/.test(n) && modulo(weighted(n, [6, 5, 7, 2, 3, 4, 5, 6, 7, -1]), 11) === 0,
  },
  PT: {
    name: 'Portugal',
    valid: (n) =>
      /^[1-9]\d{8}$/.test(n) && modulo(11 - weighted(n.slice(0, 8), descending(9)), 11) % 10 === last(n),
  },
  RO: {
    name: 'Romania',
    valid: (n) => {
      if (/^\d{13}$/.test(n)) return isRomanianPerson(n);
      if (!/^[1-9]\d{1,9}$/.test(n)) return false;
      return (
        ((weighted(n.slice(0, -1).padStart(9, '0'), [7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10) % 11) % 10 === last(n)
      );
    },
  },
  SE: { name: 'Sweden', valid: (n) => /^\d{10}01$/.test(n) && luhn(n.slice(0, 10)) === 0 },
  SI: {
    name: 'Slovenia',
    valid: (n) => {
      const check = 11 - (weighted(n.slice(0, 7), descending(8)) % 11);
      return /^[1-9]\d{7}$/.test(n) && (check === 10 ? 0 : check) === last(n);
    },
  },
  SK: {
    name: 'Slovakia',
    valid: (n) =>
      /^\d{10}$/.test(n) && (isBirthNumber(n) || (/^[1-9]\d[234789]/.test(n) && Number(n) % 11 === 0)),
  },
  SM: {
    name: 'San Marino',
    full: (n) => n.replace(/^0+/, ''),
    valid: (n) => /^[1-9]\d{0,4}$/.test(n) && (n.length > 2 || lowSanMarino.has(Number(n))),
  },
  XI: { name: 'Northern Ireland', valid: isBritish },
};
