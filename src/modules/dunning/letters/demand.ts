import type { Day } from '../../../kernel/calendar.ts';
import { formatMoney, type Money } from '../../../kernel/money.ts';
import { type Content, formatDay, oneLine, plain } from './content.ts';
import type { Reader } from './messages.ts';
import { sumsOf } from './phrases.ts';

/** What the letter of a revocation says: all that is open on some orders is due. Its texts may contain anything. */
export type DemandData = {
  readonly company: string;
  readonly customerName: string;
  /** The payment reference for all the orders. */
  readonly reference: string;
  /** The day on which all became due. */
  readonly dueOn: Day;
  /** At least one; what is owed of each is above zero. */
  readonly orders: readonly {
    readonly orderId: string;
    readonly orderNumber: string | null;
    readonly outstanding: Money;
  }[];
  readonly iban: string | null;
  /** The holder of the account, to whom the customer's bank compares the payee, and its BIC. */
  readonly holder: string;
  readonly bic: string | null;
  readonly replyTo: string | null;
};

/** One letter for all the orders: each with its amount, and the sum in each currency. */
export function demandContentOf(data: DemandData, { language, locale, texts, say }: Reader): Content {
  const { labels, demand } = texts;
  const company = plain(data.company);
  const orders = data.orders.map((order) => ({ ...order, name: plain(order.orderNumber ?? order.orderId) }));
  const sums = sumsOf(data.orders.map(({ outstanding }) => outstanding));
  const total = sums.map((sum) => formatMoney(sum, locale)).join(' + ');
  const day = formatDay(data.dueOn, locale);
  const values = { company, customer: plain(data.customerName), total, day, orders: orders.length };
  const iban = plain(data.iban ?? '');
  const reference = {
    label: labels.reference,
    value: plain(data.reference),
  };
  const transfer = [
    { label: labels.payee, value: plain(data.holder) },
    { label: labels.iban, value: iban },
    ...(data.bic === null ? [] : [{ label: texts.letter.payment.bic, value: plain(data.bic) }]),
  ];
  return {
    language,
    subject: say(demand.subject, values),
    preheader: say(demand.preheader, values),
    company,
    kind: demand.kind,
    heading: demand.heading,
    amount: { label: texts.amount.due, value: total, note: say(demand.amountNote, values) },
    greeting: say(texts.greeting, values),
    paragraphs: demand.paragraphs.map((text) => ({ text: say(text, values) })),
    rows: [
      ...orders.map(({ name, outstanding }) => ({
        label: say(demand.order, { order: name }),
        value: formatMoney(outstanding, locale),
      })),
      ...(orders.length > 1 ? [{ label: demand.total, value: total }] : []),
    ],
    payment: {
      title: texts.payment.title,
      how: data.iban ? texts.payment.transfer : texts.payment.asAgreed,
      details: data.iban ? [...transfer, reference] : [reference],
    },
    alreadyPaid: texts.alreadyPaid,
    signOff: texts.signOff,
    contact: say(data.replyTo ? texts.contact.reply : texts.contact.person, {
      company,
      replyTo: oneLine(data.replyTo ?? ''),
    }),
    automatic: say(demand.automatic, values),
  };
}
