import { readFileSync } from 'node:fs';
import type { Language, Say } from '../../../kernel/language.ts';
import type { LaterBaseDay, PaymentMeans } from '../../terms/rules/terms.ts';
import type { LetterTone } from '../rules/dunning.ts';
import type { LetterLine, ParagraphText } from './letter.ts';

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
  /** What a letter is about (the order, or its invoices): after "for", and after "to". */
  about: Record<'for' | 'to', string>;
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
  /** The receipt of a payment over several orders: `order` names one, `line` says where it stands. */
  receipt: MailTexts & { amount: string; order: string; line: string; automatic: string };
  letter: LetterTexts;
  mails: Record<string, MailTexts>;
};
export type MailTexts = {
  subject: string;
  preheader: string;
  kind: string;
  heading: string;
  paragraphs: string[];
};

/** The texts of the letters over many items. In a paragraph, what stands between two `**` is emphasised. */
export type LetterTexts = {
  /** Its lines, without and with the person or office whom it is for. */
  greeting: Record<'company' | 'attention', string>;
  /** A day with its article or preposition, and the time from a day to another. */
  days: Record<'the' | 'on' | 'of' | 'between', string>;
  /** What a letter is about: by name, counted, and both after "to". */
  documents: Record<'invoices' | 'orders', Record<'name' | 'to' | 'count' | 'toCount', string>> & {
    mixed: Record<'count' | 'toCount', string>;
    instalment: string;
    instalments: string;
  };
  items: Record<
    | 'document'
    | 'invoice'
    | 'order'
    | 'instalment'
    | 'collected'
    | 'yourOrder'
    | 'more'
    | 'issuedOn'
    | 'dueOn'
    | 'daysLate'
    | 'amount'
    | 'outstanding'
    | 'total',
    string
  > & {
    lines: Record<LetterLine['kind'], string>;
    groups: Record<'returned' | 'overdue' | 'today' | 'later' | 'dueSoon', string>;
  };
  payment: Record<
    'title' | 'asAgreed' | 'holder' | 'iban' | 'bic' | 'reference' | 'amount' | 'amountAsAgreed',
    string
  >;
  /** A collection that failed, by its means; `transfer` if there are several means. */
  returned: Record<PaymentMeans, Record<'name' | 'heading' | 'sentence', string>>;
  phone: string;
  tones: Record<
    LetterTone,
    Record<'subject' | 'preheader' | 'heading' | 'signOff', string> &
      Record<'opening' | 'request' | 'closing', ParagraphText[]>
  >;
};

/** The language of a letter, the locale of its dates and amounts, and the texts. */
export type Reader = {
  readonly language: Language;
  readonly locale: string;
  readonly texts: Texts;
  readonly say: Say;
};

export function readTexts(language: Language): Texts {
  return JSON.parse(readFileSync(new URL(`./locales/${language}.json`, import.meta.url), 'utf8')) as Texts;
}
