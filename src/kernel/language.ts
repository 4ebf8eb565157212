import { IntlMessageFormat } from 'intl-messageformat';

/** The languages in which there are texts; all other readers get English. */
export const languages = ['en', 'it'] as const;
export type Language = (typeof languages)[number];

/** The locale of dates and amounts for readers whose own locale has no region. */
const usualLocale: Record<Language, string> = { en: 'en-GB', it: 'it-IT' };

export type MessageValues = Record<string, string | number>;
/** Puts values into a message; a value itself is never parsed as a message. */
export type Say = (message: string, values?: MessageValues) => string;

/** A formatter that parses each message once. */
export function sayIn(language: Language): Say {
  const parsed = new Map<string, IntlMessageFormat>();
  return (message, values) => {
    let format = parsed.get(message);
    if (!format) {
      format = new IntlMessageFormat(message, language, undefined, { ignoreTag: true });
      parsed.set(message, format);
    }
    return String(format.format(values));
  };
}

/** The language of the texts, and the locale of dates and amounts, for a customer's locale ("it", "it-CH", "en_US"). */
export function localeFor(locale: string): { language: Language; locale: string } {
  const [tag = usualLocale.en] = canonical(locale.replaceAll('_', '-'));
  const language = languages.find((known) => known === tag.split('-')[0]) ?? 'en';
  const hasRegion = tag.startsWith(`${language}-`);
  return { language, locale: hasRegion ? tag : usualLocale[language] };
}

function canonical(tag: string): string[] {
  try {
    return Intl.getCanonicalLocales(tag);
  } catch {
    return [];
  }
}
