import { isDate, last, part, weighted } from './check-digits.ts';

/*
 * Numbers of persons, which are the VAT numbers of sole traders in some countries: they hold the day of birth.
 */

/** A Czech or Slovak birth number: the month says the sex; with nine digits it is older than 1954. */
export const isBirthNumber = (n: string): boolean => {
  if (!/^\d{9,10}$/.test(n)) return false;
  let year = 1900 + part(n, 0, 2);
  if (n.length === 9) {
    if (year >= 1980) year -= 100;
    if (year > 1953) return false;
  } else if (year < 1954) year += 100;
  if (!isDate(year, (part(n, 2, 4) % 50) % 20, part(n, 4, 6))) return false;
  return n.length === 9 || (part(n, 0, 9) % 11) % 10 === last(n);
};
/** The number of a person in Bulgaria (EGN): the month says the century. */
export const isBulgarianPerson = (n: string): boolean => {
  let [year, month] = [1900 + part(n, 0, 2), part(n, 2, 4)];
  if (month > 40) [year, month] = [year + 100, month - 40];
  else if (month > 20) [year, month] = [year - 100, month - 20];
  return (
    isDate(year, month, part(n, 4, 6)) &&
    (weighted(n.slice(0, 9), [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === last(n)
  );
};
/** Codes of Romanian counties, of the sectors of Bucharest, and of offices. */
const romanianCounties = /^(0[1-9]|[1-3]\d|4[0-8]|5[12]|70|8[0-3])$/;
/** The number of a person in Romania (CNP): sex and century, day of birth, county. */
export const isRomanianPerson = (n: string): boolean => {
  const century = { 3: 1800, 4: 1800, 5: 2000, 6: 2000 }[n[0] as '3'] ?? 1900;
  const check = weighted(n.slice(0, 12), [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (
    n[0] !== '0' &&
    isDate(century + part(n, 1, 3), part(n, 3, 5), part(n, 5, 7)) &&
    romanianCounties.test(n.slice(7, 9)) &&
    (check === 10 ? 1 : check) === last(n)
  );
};
