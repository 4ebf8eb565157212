/** Words of a company's name that are no part of it for a payer. */
const LEGAL_FORMS = ['SRL', 'SPA', 'SNC', 'SAS', 'GMBH', 'LTD', 'SARL', 'SOCIETA', 'THE', 'AND'];
/** Words that are in the names of many companies: alone, they do not make a payer a customer. */
const COMMON_WORDS = (
  'STUDIO OFFICINA OFFICINE FRATELLI FLLI AZIENDA AGRICOLA IMMOBILIARE COSTRUZIONI IMPRESA DITTA GRUPPO GROUP ITALIA ' +
  'SERVIZI SERVICE SERVICES COMMERCIALE LEGALE ASSOCIATO TECNICO COOPERATIVA CONSORZIO COMPANY HOLDING HANDEL SOCIETE'
).split(' ');

/** Whether a word is in the names of many companies anyway. */
export const isCommon = (word: string): boolean => COMMON_WORDS.includes(word);

/** The words of a name that tell companies apart, in capitals without accents. */
export const wordsOf = (name: string): string[] =>
  name
    .slice(0, 300)
    .normalize('NFD')
    .replace(/[\u0300-\u036f.]/g, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word.length >= 3 && !LEGAL_FORMS.includes(word));

/**
 * Whether a payer may be a customer: they share a word that no other customer has in its name, or all words of both.
 * @param shared the words that are in the names of several customers
 */
export function isNameOf(payer: string, customerName: string, shared: ReadonlySet<string>): boolean {
  const [given, known] = [wordsOf(payer), wordsOf(customerName)];
  const same = known.filter((word) => given.includes(word));
  if (same.some((word) => !COMMON_WORDS.includes(word) && !shared.has(word))) return true;
  return same.length > 0 && same.length === known.length && (same.length > 1 || same.length === given.length);
}
