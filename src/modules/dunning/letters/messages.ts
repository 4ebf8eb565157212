import { readFileSync } from 'node:fs';
import type { Language } from '../../../kernel/language.ts';
import type { LaterBaseDay, PaymentMeans } from '../../terms/rules/terms.ts';

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
  /** What a letter is about (the order, or its invoices): the name alone, after "for", and after "to". */
  about: Record<'name' | 'for' | 'to', string>;
  /** The payment reference. */
  reference: string;
  instalments: { label: string; value: string };
  payment: {
    title: string;
    transfer: string;
    asAgreed: string;
    collected: Record<Exclude<PaymentMeans, 'transfer'>, string>;
  };
  /** The names of the ways in which an instalment is collected. */
  collections: Record<Exclude<PaymentMeans, 'transfer'>, string>;
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

export function readTexts(language: Language): Texts {
  return JSON.parse(readFileSync(new URL(`./locales/${language}.json`, import.meta.url), 'utf8')) as Texts;
}
