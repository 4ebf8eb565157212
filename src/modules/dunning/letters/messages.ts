import { readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Collection, LaterBaseDay } from '../../terms/rules/terms.ts';

/** The languages that have texts; every other reader gets English. */
export const languages = ['en', 'it'] as const;
export type Language = (typeof languages)[number];

/** How dates and amounts look to readers whose locale names no region of their own. */
const usualLocale: Record<Language, string> = { en: 'en-GB', it: 'it-IT' };

/** The texts of a language, ICU messages; `mails` has an entry per template. */
export type Texts = {
  greeting: string;
  signOff: string;
  automatic: string;
  contact: { reply: string; person: string };
  alreadyPaid: string;
  amount: { due: string; dueOn: string; settled: string };
  labels: Record<
    | 'order'
    | 'invoice'
    | 'withheld'
    | 'terms'
    | 'total'
    | 'paid'
    | 'outstanding'
    | 'due'
    | 'daysLate'
    | 'payee'
    | 'iban'
    | 'reference'
    | 'collection',
    string
  >;
  /** An invoice by number and date. */
  invoice: string;
  /** What a mail is about, as it is named, with "for" and with "to" before it: the order, or its invoices. */
  about: Record<'name' | 'for' | 'to', string>;
  /** What a payment quotes. */
  reference: string;
  instalments: { label: string; value: string };
  payment: {
    title: string;
    transfer: string;
    asAgreed: string;
    collected: Record<Exclude<Collection, 'transfer'>, string>;
  };
  /** The names of how an instalment is collected. */
  collections: Record<Exclude<Collection, 'transfer'>, string>;
  /** A due date that is not final, and what it waits for. */
  provisional: Record<'due' | LaterBaseDay, string>;
  demand: MailTexts & { amountNote: string; order: string; total: string; automatic: string };
  mails: Record<string, MailTexts>;
};
export type MailTexts = {
  subject: string;
  preheader: string;
  kind: string;
  heading: string;
  paragraphs: string[];
};

export type MessageValues = Record<string, string | number>;
/** Puts values into a message; what a value contains is never read as a message. */
export type Say = (message: string, values?: MessageValues) => string;

export function readTexts(language: Language): Texts {
  return JSON.parse(readFileSync(new URL(`./locales/${language}.json`, import.meta.url), 'utf8')) as Texts;
}

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
