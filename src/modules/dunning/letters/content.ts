import type { Day } from '../../../kernel/calendar.ts';
import { withoutLinks } from '../../../kernel/foreign-text.ts';
import { dateFormat, listFormat } from '../../../kernel/formats.ts';
import type { MessageValues, Say } from '../../../kernel/language.ts';
import { formatMoney, type Money } from '../../../kernel/money.ts';
import type { LaterBaseDay, PaymentMeans } from '../../terms/rules/terms.ts';
import type { LetterLine } from './letter.ts';
import type { Reader, Texts } from './messages.ts';

/** The mails about one order; reminders are letters over many items (letter.ts). */
export const templateNames = ['confirmation', 'settled', 'cancelled'] as const;
export type TemplateName = (typeof templateNames)[number];

/** What a mail says about an order. Its texts may contain anything: nothing becomes markup, a header or a link. */
export type MailData = {
  readonly company: string;
  readonly customerName: string;
  readonly orderId: string;
  /** The number by which the customer knows the order; without one, its id is named. */
  readonly orderNumber: string | null;
  /** The invoices of the order, the earliest first. */
  readonly invoices: readonly MailInvoice[];
  readonly termsLabel: string;
  readonly total: Money;
  /** How `outstanding` comes about from the total, signed as in a reminder; what is withheld by an invoice is below zero. */
  readonly changes: readonly LetterLine[];
  /** What is owed now; if it is not above zero, the letter shows no due date and does not ask for payment. */
  readonly outstanding: Money;
  /** All instalments of the order, in order of time; they are listed if there is more than one. */
  readonly instalments: readonly MailInstalment[];
  /** The instalment that the letter is about; the letter asks for what is unpaid of it. */
  readonly instalment: MailInstalment;
  readonly daysLate: number;
  /** Without an IBAN, the letter does not mention a bank transfer. */
  readonly iban: string | null;
  /** The holder of the account, to whom the customer's bank compares the payee, and its BIC. */
  readonly holder: string;
  readonly bic: string | null;
  /** What the bank import recognises alone. */
  readonly reference: string;
  readonly replyTo: string | null;
};

export type MailInstalment = {
  readonly number: number;
  readonly dueOn: Day;
  /** What the due date waits for, while it is provisional; null once it is final. */
  readonly waitsFor: LaterBaseDay | null;
  readonly collection: PaymentMeans;
  readonly amount: Money;
  readonly outstanding: Money;
};

export type MailInvoice = {
  readonly number: string;
  readonly issuedOn: Day;
  /** It covers other orders as well. */
  readonly shared: boolean;
};

export type Row = { readonly label: string; readonly value: string };

/** A letter in the reader's language, before it is rendered: both the HTML and the text part are made from it. */
export type Content = {
  readonly language: string;
  readonly subject: string;
  readonly preheader: string;
  readonly company: string;
  readonly kind: string;
  readonly heading: string;
  readonly amount: { readonly label: string; readonly value: string; readonly note: string } | null;
  readonly greeting: string;
  readonly paragraphs: readonly { readonly text: string }[];
  readonly rows: readonly Row[];
  readonly payment: { readonly title: string; readonly how: string; readonly details: readonly Row[] } | null;
  /** What to do about a payment that crossed the letter. */
  readonly alreadyPaid: string | null;
  readonly signOff: string;
  readonly contact: string;
  readonly automatic: string;
};

export function contentOf(
  template: TemplateName,
  data: MailData,
  { language, locale, texts, say }: Reader,
): Content {
  const owed = data.outstanding.amount > 0 && template !== 'cancelled';
  const money = (amount: Money) => formatMoney(amount, locale);
  const dueOf = ({ dueOn, waitsFor }: MailInstalment): string => {
    const due = formatDay(dueOn, locale);
    return waitsFor === null ? due : say(texts.provisional.due, { due });
  };
  const invoices = data.invoices.map(({ number, issuedOn }) =>
    say(texts.invoice, { number: plain(number), issued: formatDay(issuedOn, locale) }),
  );
  const base = {
    order: plain(data.orderNumber ?? data.orderId),
    invoices: goesByInvoice(template, data) ? invoices.length : 0,
    invoice: listFormat(locale, { type: 'conjunction' }).format(invoices),
  } satisfies MessageValues;
  const values = {
    ...base,
    aboutFor: say(texts.about.for, base),
    aboutTo: say(texts.about.to, base),
    company: plain(data.company),
    customer: plain(data.customerName),
    terms: plain(data.termsLabel),
    total: money(data.total),
    outstanding: money(data.outstanding),
    asked: money(data.instalment.outstanding),
    due: dueOf(data.instalment),
    part: data.instalment.number,
    parts: data.instalments.length,
    daysLate: data.daysLate,
    late: data.daysLate > 0 ? 'yes' : 'no',
    owed: owed ? 'yes' : 'no',
    iban: plain(data.iban ?? ''),
    replyTo: oneLine(data.replyTo ?? ''),
  } satisfies MessageValues;
  const mail = texts.mails[template]!;
  const { labels } = texts;
  const row = (label: keyof typeof labels, value: string): Row => ({ label: labels[label], value });

  const rows = [row('order', values.order), ...invoices.map((invoice) => row('invoice', invoice))];
  if (template !== 'cancelled') rows.push(row('terms', values.terms));
  rows.push(row('total', values.total));
  if (owed || template === 'settled') rows.push(...data.changes.map((line) => changeRow(line, texts, money)));
  if (owed || template === 'settled') rows.push(row('outstanding', values.outstanding));
  if (owed && data.instalments.length === 1) rows.push(row('due', values.due));
  if (owed && data.instalments.length > 1)
    rows.push(...instalmentRows(data.instalments, texts, { locale, say, dueOf }));
  if (owed && data.daysLate > 0) rows.push(row('daysLate', String(data.daysLate)));

  const transfer = [
    row('payee', plain(data.holder)),
    row('iban', values.iban),
    ...(data.bic === null ? [] : [{ label: texts.letter.payment.bic, value: plain(data.bic) }]),
  ];
  const reference = row('reference', plain(data.reference));
  const { collection, waitsFor } = data.instalment;
  const payment =
    collection === 'transfer'
      ? {
          title: texts.payment.title,
          how: data.iban ? texts.payment.transfer : texts.payment.asAgreed,
          details: data.iban ? [...transfer, reference] : [reference],
        }
      : {
          title: texts.payment.title,
          how: say(texts.payment.collected[collection], values),
          details: [row('collection', texts.collections[collection]), reference],
        };
  const provisional = owed && waitsFor !== null ? [texts.provisional[waitsFor]] : [];

  return {
    language,
    subject: say(mail.subject, values),
    preheader: say(mail.preheader, values),
    company: values.company,
    kind: mail.kind,
    heading: say(mail.heading, values),
    amount: amountOf(template, owed, texts, values, say),
    greeting: say(texts.greeting, values),
    paragraphs: [...mail.paragraphs, ...provisional]
      .map((text) => ({ text: say(text, values) }))
      .filter(({ text }) => text !== ''),
    rows,
    payment: owed ? payment : null,
    alreadyPaid: null,
    signOff: texts.signOff,
    contact: say(data.replyTo ? texts.contact.reply : texts.contact.person, values),
    automatic: say(texts.automatic, values),
  };
}

/**
 * Whether a mail refers to invoices, not to the order: that the order is settled, unless an invoice covers other orders
 * as well, which may still be unpaid. Confirmations and cancellations refer to the order.
 */
function goesByInvoice(template: TemplateName, { invoices }: MailData): boolean {
  return template === 'settled' && !invoices.some(({ shared }) => shared);
}

/** What changed the total. */
function changeRow(
  { kind, amount }: LetterLine,
  { labels, letter }: Texts,
  money: (amount: Money) => string,
): Row {
  const less = { ...amount, amount: -amount.amount };
  if (kind === 'received') return { label: labels.paid, value: money(less) };
  if (kind === 'withheld') return { label: labels.withheld, value: money(less) };
  return { label: letter.items.lines[kind], value: money(amount) };
}

/** A row for every instalment of the order, with what is unpaid of it. */
function instalmentRows(
  instalments: readonly MailInstalment[],
  { instalments: texts, collections }: Texts,
  { locale, say, dueOf }: { locale: string; say: Say; dueOf: (instalment: MailInstalment) => string },
): Row[] {
  return instalments.map((given) => {
    const { number, amount, outstanding, collection } = given;
    const unpaid = outstanding.amount;
    const values = {
      number,
      due: dueOf(given),
      amount: formatMoney(amount, locale),
      unpaid: formatMoney(outstanding, locale),
      state: unpaid <= 0 ? 'paid' : unpaid < amount.amount ? 'part' : 'unpaid',
    };
    const value = say(texts.value, values);
    return {
      label: say(texts.label, values),
      value: collection === 'transfer' ? value : `${value} (${collections[collection]})`,
    };
  });
}

/** The large figure at the top of the letter. */
function amountOf(
  template: TemplateName,
  owed: boolean,
  { amount }: Texts,
  values: MessageValues & { total: string; asked: string },
  say: Say,
): Content['amount'] {
  if (owed) return { label: amount.due, value: values.asked, note: say(amount.dueOn, values) };
  if (template === 'settled') return { label: amount.settled, value: values.total, note: '' };
  return null;
}

/** "3 March 2027", "3 marzo 2027": the day itself, whatever the machine's time zone. */
export function formatDay(day: Day, locale: string): string {
  return dateFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** Letters that run from right to left: Hebrew, Arabic and their relatives. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A value as a letter may contain it: on one line, no link, and without effect on the direction of the text around it. */
export function plain(value: string): string {
  const text = withoutLinks(oneLine(value));
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/** A value on one line, without control characters and what is invisible (but for what joins letters of some scripts). */
export const oneLine = (value: string): string =>
  value
    .replace(/(?!\u200c|\u200d|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp} ]+/gu, ' ')
    .trim();
