import type { Day } from '../../../kernel/calendar.ts';
import { formatMoney, type Money } from '../../../kernel/money.ts';
import { type Content, oneLine, plain } from './content.ts';
import type { Reader } from './messages.ts';
import { dayInWords, listOf } from './phrases.ts';

/** What the receipt of a payment over several orders says. Its texts may contain anything. */
export type ReceiptData = {
  readonly company: string;
  readonly customerName: string;
  /** The whole payment. */
  readonly received: Money;
  readonly receivedOn: Day;
  /** What is left of the payment. */
  readonly credit: Money;
  /** At least two. */
  readonly orders: readonly {
    readonly orderId: string;
    readonly orderNumber: string | null;
    /** The numbers of its invoices. */
    readonly invoices: readonly string[];
    /** By this payment. */
    readonly paid: Money;
    readonly outstanding: Money;
  }[];
  readonly replyTo: string | null;
};

/** One letter for all the orders: each with what the payment paid on it, and what is still owed. */
export function receiptContentOf(data: ReceiptData, reader: Reader): Content {
  const { language, locale, texts, say } = reader;
  const { receipt } = texts;
  const company = plain(data.company);
  const open = data.orders.filter(({ outstanding }) => outstanding.amount > 0).length;
  const received = formatMoney(data.received, locale);
  const values = {
    company,
    customer: plain(data.customerName),
    received,
    on: dayInWords(data.receivedOn, 'on', reader),
    credit: formatMoney(data.credit, locale),
    held: data.credit.amount > 0 ? 'yes' : 'no',
    settled: data.orders.length - open,
    open,
  };
  return {
    language,
    subject: say(receipt.subject, values),
    preheader: say(receipt.preheader, values),
    company,
    kind: receipt.kind,
    heading: receipt.heading,
    amount: { label: receipt.amount, value: received, note: '' },
    greeting: say(texts.greeting, values),
    paragraphs: receipt.paragraphs
      .map((text) => ({ text: say(text, values) }))
      .filter(({ text }) => text !== ''),
    rows: data.orders.map(({ orderId, orderNumber, invoices, paid, outstanding }) => ({
      label: say(receipt.order, {
        order: plain(orderNumber ?? orderId),
        invoices: invoices.length,
        invoice: listOf(invoices.map(plain), reader),
      }),
      value: say(receipt.line, {
        paid: formatMoney(paid, locale),
        outstanding: formatMoney(outstanding, locale),
        state: outstanding.amount > 0 ? 'open' : 'settled',
      }),
    })),
    payment: null,
    alreadyPaid: null,
    signOff: texts.signOff,
    contact: say(data.replyTo ? texts.contact.reply : texts.contact.person, {
      company,
      replyTo: oneLine(data.replyTo ?? ''),
    }),
    automatic: say(receipt.automatic, values),
  };
}
