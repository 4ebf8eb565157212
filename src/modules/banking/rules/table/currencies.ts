const codes = new Set(Intl.supportedValuesOf('currency'));
/** Whether a text is a code of ISO 4217, in any case. */
export const isCurrency = (text: string): boolean => text.length === 3 && codes.has(text.toUpperCase());

/** How a currency is also written; `$` alone is that of the United States. */
const SIGNS: Readonly<Record<string, string>> = {
  ...{
    '€': 'EUR',
    '£': 'GBP',
    '¥': 'JPY',
    $: 'USD',
    US$: 'USD',
    'Fr.': 'CHF',
    SFr: 'CHF',
    zł: 'PLN',
    Kč: 'CZK',
  },
  ...{ EURO: 'EUR', EUROS: 'EUR', DOLLAR: 'USD', DOLLARS: 'USD', 'DOLLARO USA': 'USD', STERLINA: 'GBP' },
  ...{ '978': 'EUR', '840': 'USD', '826': 'GBP', '756': 'CHF', '392': 'JPY' },
};

/** The currency of a cell in a column of currencies: "EUR", "eur", "€", "USD - Dollaro USA"; null if it is none. */
export function currencyOf(cell: string): string | null {
  const text = cell.trim();
  if (isCurrency(text)) return text.toUpperCase();
  const sign = SIGNS[text] ?? SIGNS[text.toUpperCase()];
  if (sign) return sign;
  const words = text.match(/[A-Za-z]{2,}/g) ?? [];
  const named = words.filter((word) => isCurrency(word) && word === word.toUpperCase());
  return named.length === 1 ? named[0]! : null;
}

/** Currencies whose codes are no words: others stand in a text for something else (ALL, TOP, TRY). */
const UNMISTAKABLE =
  'EUR USD GBP CHF JPY SEK NOK DKK PLN CZK HUF RON BGN CAD AUD CNY HKD SGD BRL ZAR AED'.split(' ');

/** The currencies that a text names by their codes in capitals, or by their signs. */
export const currenciesIn = (text: string): string[] => [
  ...new Set([
    ...(text.match(/\b[A-Z]{3}\b/g) ?? []).filter((word) => UNMISTAKABLE.includes(word)),
    ...(text.match(/[€£¥$]/g) ?? []).map((sign) => SIGNS[sign]!),
  ]),
];
