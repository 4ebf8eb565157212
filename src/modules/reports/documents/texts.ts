import { readFileSync } from 'node:fs';
import { type Language, localeFor, type Say, sayIn } from '../../../kernel/language.ts';
import type { EntryKind } from '../../ledger/rules/entry.ts';

/** The texts of documents in a language, ICU messages. */
export type DocumentTexts = Record<
  | 'title'
  | 'period'
  | 'to'
  | 'customerId'
  | 'vatNumber'
  | 'movements'
  | 'opening'
  | 'closing'
  | 'balance'
  | 'openItems'
  | 'noOpenItems'
  | 'total'
  | 'overdue'
  | 'unapplied'
  | 'accrued'
  | 'pay'
  | 'provisional'
  | 'page',
  string
> & {
  columns: Record<
    | 'bookedOn'
    | 'valueOn'
    | 'document'
    | 'kind'
    | 'debit'
    | 'credit'
    | 'balance'
    | 'instalment'
    | 'dueOn'
    | 'daysLate'
    | 'amount'
    | 'outstanding',
    string
  >;
  /** By the kinds of the ledger's entries. */
  kinds: Record<EntryKind, string>;
};

export type Reader = { locale: string; texts: DocumentTexts; say: Say };

const known = new Map<Language, { texts: DocumentTexts; say: Say }>();

/** The texts for a reader with that locale; English if there are none in their language. */
export function readerFor(given: string): Reader {
  const { language, locale } = localeFor(given);
  const reader = known.get(language) ?? { texts: readTexts(language), say: sayIn(language) };
  known.set(language, reader);
  return { locale, ...reader };
}

const readTexts = (language: Language): DocumentTexts =>
  JSON.parse(readFileSync(new URL(`./locales/${language}.json`, import.meta.url), 'utf8')) as DocumentTexts;
