import type { Day } from '../../../kernel/calendar.ts';
import type { MessageValues } from '../../../kernel/language.ts';
import { formatMoney, type Money } from '../../../kernel/money.ts';
import type { PaymentMeans } from '../../terms/rules/terms.ts';
import type { LetterTone } from '../rules/dunning.ts';
import { oneLine, plain, type Row } from './content.ts';
import { type ItemTable, itemTableOf, mainItemsOf } from './letter-items.ts';
import type { Reader } from './messages.ts';
import { dayInWords, documentsInWords, ofDays, onDays, spelled, sumsInWords, sumsOf } from './phrases.ts';

/** A part of an item's amount, never zero, signed as it counts towards what is owed: what was received is below zero. */
export type LetterLine = {
  readonly kind:
    | 'total'
    | 'credit-notes'
    | 'costs'
    | 'interest'
    | 'discount'
    | 'withheld'
    | 'received'
    | 'disputed';
  readonly amount: Money;
};

/** An invoice (over one or several orders), or an order without one; one instalment of it where it has several. */
export type LetterItem = {
  readonly orderId: string;
  readonly orderNumber: string | null;
  /** The number that the customer gave the order. */
  readonly purchaseOrder: string | null;
  readonly invoices: readonly { readonly number: string; readonly issuedOn: Day }[];
  /** The orders of the invoice, if there are several. */
  readonly orders: readonly {
    readonly orderId: string;
    readonly orderNumber: string | null;
    readonly purchaseOrder: string | null;
  }[];
  /** Null if there is only one. */
  readonly instalment: { readonly number: number; readonly of: number } | null;
  readonly dueOn: Day;
  readonly daysLate: number;
  /** Items of another tone than the letter's stand under a heading of their own. */
  readonly tone: LetterTone;
  /** How `outstanding` comes about; they add up to it. Shown if there is more than the total. */
  readonly lines: readonly LetterLine[];
  readonly outstanding: Money;
  /** How it was to be collected; what is under collection is not among the items that a letter asks for. */
  readonly collection: PaymentMeans;
};

/** An account of the merchant, for what is asked in that currency. */
export type LetterAccount = {
  readonly currency: string;
  readonly holder: string;
  readonly iban: string;
  readonly bic: string | null;
};

/** What a letter about all open items of a customer says. Its texts may contain anything. */
export type LetterData = {
  readonly tone: LetterTone;
  readonly company: string;
  readonly customerName: string;
  /** The person or office whom it is for. */
  readonly attention: string | null;
  /** What the letter asks for, at least one. */
  readonly items: readonly LetterItem[];
  /** Not yet due, shown below; a final letter leaves them out. */
  readonly dueSoon: readonly LetterItem[];
  /** The day by which to pay; not null for the tones from overdue-1 on. */
  readonly deadline: Day | null;
  readonly today: Day;
  /** The payment reference for all that the letter asks for. */
  readonly reference: string;
  /** Where to pay, for each currency at most once. Without any the letter does not mention a bank transfer. */
  readonly accounts: readonly LetterAccount[];
  /** What the bank charged for a returned collection; part of the items' costs. */
  readonly fee: Money | null;
  /** Credit of the customer that is not allocated, per currency; not subtracted from what is asked. */
  readonly creditHeld: readonly Money[];
  readonly brokenPromise: {
    readonly promisedOn: Day;
    readonly by: Day;
    readonly amount: Money | null;
  } | null;
  /** The days of former letters about these items. */
  readonly lastLettersOn: readonly Day[];
  /** New orders are not accepted on account while this is overdue. */
  readonly termsBlocked: boolean;
  /** The law on late payment applies (D.Lgs. 231/2002). */
  readonly lateInterestLaw: boolean;
  /** A part of the items is disputed and not asked for. */
  readonly disputedPart: boolean;
  readonly sender: { readonly name: string | null; readonly phone: string | null };
  readonly replyTo: string | null;
};

/** What decides whether a paragraph is part of a letter. */
export type Condition =
  | 'account'
  | 'noAccount'
  | 'otherItems'
  | 'creditHeld'
  | 'brokenPromise'
  | 'termsBlocked'
  | 'lateInterestLaw'
  | 'interestCharged'
  | 'disputedPart';

/** A paragraph in spans, of which some are emphasised. */
export type Paragraph = { readonly spans: readonly { readonly text: string; readonly strong: boolean }[] };

/** A letter over many items in the reader's language, in the order in which it is read. */
export type LetterContent = {
  readonly language: string;
  readonly subject: string;
  readonly preheader: string;
  readonly company: string;
  readonly heading: string;
  readonly greeting: readonly string[];
  readonly opening: readonly Paragraph[];
  readonly table: ItemTable;
  readonly request: readonly Paragraph[];
  readonly payment: { readonly title: string; readonly how: string; readonly details: readonly Row[] };
  readonly closing: readonly Paragraph[];
  readonly signOff: string;
  readonly signature: readonly string[];
  readonly contact: string;
};

/**
 * Composes the letter of a tone. Its sentences are about the items of that tone; the payment is for all items.
 * @throws Error if there are no items, a deadline is missing, or an item's lines do not add up
 */
export function letterContentOf(data: LetterData, reader: Reader): LetterContent {
  if (data.items.length === 0) throw new Error('a letter without items');
  const { language, texts, say } = reader;
  const { letter } = texts;
  const { subject, preheader, heading, opening, request, closing, signOff } = letter.tones[data.tone];
  const values = valuesOf(data, reader);
  const conditions = conditionsOf(data);
  const paragraphs = (given: readonly ParagraphText[]) =>
    given
      .filter((paragraph) => typeof paragraph === 'string' || conditions[paragraph.when])
      .map((paragraph) => paragraphOf(typeof paragraph === 'string' ? paragraph : paragraph.text));
  const paragraphOf = (text: string): Paragraph => ({
    spans: text.split('**').map((span, index) => ({ text: say(span, values), strong: index % 2 === 1 })),
  });
  const { name, phone } = data.sender;
  return {
    language,
    subject: say(subject, values),
    preheader: say(preheader, values),
    company: values.company,
    heading: say(heading, values),
    greeting: say(letter.greeting[data.attention === null ? 'company' : 'attention'], values).split('\n'),
    opening: paragraphs(opening),
    table: itemTableOf(data, data.tone === 'final' ? [] : data.dueSoon, reader),
    request: paragraphs(request),
    payment: paymentOf(data, reader),
    closing: paragraphs(closing),
    signOff,
    signature: [
      ...(name === null ? [] : [values.sender]),
      values.company,
      ...(phone === null ? [] : [say(letter.phone, values)]),
    ],
    contact: say(data.replyTo === null ? texts.contact.person : texts.contact.reply, values),
  };
}

/** A paragraph of a locale file; one with a condition is part of the letter only if that holds. */
export type ParagraphText = string | { readonly when: Condition; readonly text: string };

function conditionsOf(data: LetterData): Record<Condition, boolean> {
  return {
    account: data.accounts.length > 0,
    noAccount: data.accounts.length === 0,
    otherItems: mainItemsOf(data).length < data.items.length,
    creditHeld: data.creditHeld.length > 0,
    brokenPromise: data.brokenPromise !== null,
    termsBlocked: data.termsBlocked,
    lateInterestLaw: data.lateInterestLaw,
    interestCharged: data.items.some(({ lines }) => lines.some(({ kind }) => kind === 'interest')),
    disputedPart: data.disputedPart,
  };
}

/** The placeholders, inflected and with their nouns; "no" stands for what there is not. */
function valuesOf(data: LetterData, reader: Reader) {
  const { locale, texts, say } = reader;
  const main = mainItemsOf(data);
  const dueDays = main.map(({ dueOn }) => dueOn);
  const amounts = main.map(({ outstanding }) => outstanding);
  const deadline = deadlineOf(data);
  const { sender, replyTo, brokenPromise, lastLettersOn } = data;
  const yesNo = (is: boolean) => (is ? 'yes' : 'no');
  const base = {
    company: plain(data.company),
    customer: plain(data.customerName),
    attention: plain(data.attention ?? ''),
    documents: documentsInWords(main, 'name', reader),
    toDocuments: documentsInWords(main, 'to', reader),
    count: main.length,
    total: sumsInWords(amounts, reader),
    currencies: sumsOf(amounts).length,
    asked: sumsInWords(
      data.items.map(({ outstanding }) => outstanding),
      reader,
    ),
    dueWhen: onDays(dueDays, reader),
    today: yesNo(dueDays.every((day) => day === data.today)),
    over: yesNo(dueDays.every((day) => day < data.today)),
    todayLong: spelled(data.today, reader, { weekday: 'long' }),
    daysLate: Math.max(...main.map(({ daysLate }) => daysLate)),
    deadline: spelled(deadline, reader, { weekday: 'long' }),
    deadlineShort: dayInWords(deadline, 'the', reader, { year: undefined }),
    reference: plain(data.reference),
    account: yesNo(data.accounts.length > 0),
    fee: data.fee === null ? 'no' : formatMoney(data.fee, locale),
    credit: sumsInWords(data.creditHeld, reader),
    promisedOn: brokenPromise === null ? '' : spelled(brokenPromise.promisedOn, reader),
    promiseBy: brokenPromise === null ? '' : dayInWords(brokenPromise.by, 'the', reader),
    promised: brokenPromise?.amount ? formatMoney(brokenPromise.amount, locale) : 'no',
    letters: lastLettersOn.length,
    ofLetters: ofDays(lastLettersOn, reader),
    ofLastLetter: ofDays(lastLettersOn.toSorted().slice(-1), reader),
    lateInterestLaw: yesNo(data.lateInterestLaw),
    sender: plain(sender.name ?? ''),
    named: yesNo(sender.name !== null),
    phone: plain(sender.phone ?? ''),
    phoned: yesNo(sender.phone !== null),
    replyTo: oneLine(replyTo ?? ''),
    reply: yesNo(replyTo !== null),
    reach: reachOf(data),
  } satisfies MessageValues;
  const means = new Set(main.map(({ collection }) => collection));
  const returned = texts.letter.returned[means.size === 1 ? main[0]!.collection : 'transfer'];
  return {
    ...base,
    returned: say(returned.name, base),
    returnedHeading: say(returned.heading, base),
    returnedSentence: say(returned.sentence, base),
  } satisfies MessageValues;
}

function reachOf({ replyTo, sender: { phone } }: LetterData): 'both' | 'reply' | 'phone' | 'none' {
  if (replyTo !== null && phone !== null) return 'both';
  return replyTo !== null ? 'reply' : phone !== null ? 'phone' : 'none';
}

function deadlineOf({ tone, deadline, today }: LetterData): Day {
  if (deadline === null && tone !== 'due-soon' && tone !== 'due')
    throw new Error(`a letter of tone ${tone} without a deadline`);
  return deadline ?? today;
}

/** For each account what is paid into it, with the reference; what has no account of its currency stands last. */
function paymentOf({ accounts, reference, items }: LetterData, reader: Reader): LetterContent['payment'] {
  const { payment } = reader.texts.letter;
  const sums = sumsOf(items.map(({ outstanding }) => outstanding));
  const amounts = (label: string, isMeant: (currency: string) => boolean): Row[] =>
    sums
      .filter(({ currency }) => isMeant(currency))
      .map((sum) => ({ label, value: formatMoney(sum, reader.locale) }));
  const toQuote = { label: payment.reference, value: plain(reference) };
  const ibans = [...new Set(accounts.map(({ iban }) => iban))];
  const intoEach = ibans.flatMap((iban) => {
    const own = accounts.filter((account) => account.iban === iban);
    const { holder, bic } = own[0]!;
    return [
      { label: payment.holder, value: plain(holder) },
      { label: payment.iban, value: inGroupsOfFour(plain(iban)) },
      ...(bic === null ? [] : [{ label: payment.bic, value: plain(bic) }]),
      toQuote,
      ...amounts(payment.amount, (currency) => own.some((account) => account.currency === currency)),
    ];
  });
  const withoutAccount = amounts(
    accounts.length === 0 ? payment.amount : payment.amountAsAgreed,
    (currency) => !accounts.some((account) => account.currency === currency),
  );
  return {
    title: payment.title,
    how: accounts.length === 0 ? payment.asAgreed : '',
    details: [...intoEach, ...(withoutAccount.length > 0 ? [toQuote, ...withoutAccount] : [])],
  };
}

/** "IT60 X054 2811 1010 0000 0123 456", as ISO 13616 writes an IBAN for people. */
const inGroupsOfFour = (iban: string): string => iban.replaceAll(' ', '').replace(/.{4}(?=.)/gu, '$& ');
