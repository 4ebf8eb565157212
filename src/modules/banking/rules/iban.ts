import { countrySpecs, validateIBAN, ValidationErrorsIBAN as Wrong } from 'ibantools';

/**
 * What is wrong with an IBAN, as a sentence for the person who wrote it; null if it is correct. It must be written in
 * capitals without spaces, in the length and form of its country (ISO 13616), with the correct check digits (ISO 7064
 * mod 97-10). The older check digits that some countries have within the account number are not checked: they are wrong
 * in some existing accounts.
 */
export function ibanProblem(text: string): string | null {
  if (!/^[A-Z0-9]+$/.test(text)) return 'Write the IBAN in capital letters and digits, without spaces.';
  const { errorCodes } = validateIBAN(text);
  const country = text.slice(0, 2);
  if (errorCodes.includes(Wrong.NoIBANCountry))
    return 'An IBAN begins with the code of a country that has IBANs, such as IT.';
  if (errorCodes.includes(Wrong.WrongBBANLength))
    return `An IBAN of ${country} has ${countrySpecs[country]?.chars} characters; this one has ${text.length}.`;
  if (errorCodes.includes(Wrong.ChecksumNotNumber))
    return 'The third and the fourth character of an IBAN are digits.';
  if (errorCodes.includes(Wrong.WrongBBANFormat))
    return `An IBAN of ${country} has letters and digits in other places: compare it with the bank’s.`;
  if (errorCodes.includes(Wrong.WrongIBANChecksum))
    return 'The check digits of this IBAN are wrong: a character is mistyped, or two have changed places.';
  return null;
}

/** The IBAN that a text is, or that stands in it, in capitals without spaces; null if there is none that is correct. */
export function ibanIn(text: string): string | null {
  for (const [found] of text
    .slice(0, 300)
    .toUpperCase()
    .matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g)) {
    const compact = found.replace(/ /g, '');
    const length = countrySpecs[compact.slice(0, 2)]?.chars;
    const iban = length ? compact.slice(0, length) : compact;
    if (ibanProblem(iban) === null) return iban;
  }
  return null;
}
