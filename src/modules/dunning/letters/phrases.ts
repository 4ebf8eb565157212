import type { Day } from '../../../kernel/calendar.ts';
import { dateFormat, listFormat } from '../../../kernel/formats.ts';
import { formatMoney, type Money } from '../../../kernel/money.ts';
import { plain } from './content.ts';
import type { Reader } from './messages.ts';

/** Documents up to this number are named; more are counted ("4 invoices"), so that a subject stays short. */
const NAMED = 2;

/** What a letter is about, as far as it is named by it. Its texts may contain anything. */
export type Named = {
  readonly orderId: string;
  readonly orderNumber: string | null;
  readonly invoices: readonly { readonly number: string }[];
  readonly instalment: { readonly number: number; readonly of: number } | null;
};

/** The numbers of the invoices of an item; without invoices, of its order. */
export function documentsOf({ invoices, orderId, orderNumber }: Named): {
  kind: 'invoices' | 'orders';
  numbers: string[];
} {
  return invoices.length > 0
    ? { kind: 'invoices', numbers: invoices.map(({ number }) => plain(number)) }
    : { kind: 'orders', numbers: [plain(orderNumber ?? orderId)] };
}

/**
 * "invoice 2026/15, instalment 2 of 3", "invoices 2026/15 and 2026/18", "4 invoices", "5 documents".
 * @param form the name alone, or after "to" ("alla fattura 2026/15")
 */
export function documentsInWords(items: readonly Named[], form: 'name' | 'to', reader: Reader): string {
  const { say, texts } = reader;
  const phrases = texts.letter.documents;
  const numbers = { invoices: new Set<string>(), orders: new Set<string>() };
  for (const item of items) {
    const { kind, numbers: own } = documentsOf(item);
    for (const number of own) numbers[kind].add(number);
  }
  const kinds = (['invoices', 'orders'] as const).filter((kind) => numbers[kind].size > 0);
  const count = numbers.invoices.size + numbers.orders.size;
  if (count > NAMED) {
    const { count: name, toCount } = phrases[kinds.length === 1 ? kinds[0]! : 'mixed'];
    return say(form === 'to' ? toCount : name, { count });
  }
  const documents = listOf(
    kinds.map((kind) => {
      const own = [...numbers[kind]];
      return say(phrases[kind][form], { count: own.length, names: listOf(own, reader) });
    }),
    reader,
  );
  const [{ instalment }] = items as [Named];
  if (count > 1 || instalment === null) return documents;
  return items.length === 1
    ? say(phrases.instalment, { documents, ...instalment })
    : say(phrases.instalments, { documents, count: items.length });
}

/** "1,220.00 € and 300.00 CHF": the sum in each currency, in the order in which the currencies occur. */
export function sumsInWords(amounts: readonly Money[], reader: Reader): string {
  const sums = sumsOf(amounts).map((sum) => formatMoney(sum, reader.locale));
  return listOf(sums, reader);
}

/** The sum in each currency, in the order in which the currencies occur. */
export function sumsOf(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, number>();
  for (const { amount, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}

/** "on 30 October 2026", or "between 30 October and 2 November 2026" for several days. */
export function onDays(days: readonly Day[], reader: Reader): string {
  const [first, last] = [days.toSorted()[0]!, days.toSorted().at(-1)!];
  if (first === last) return dayInWords(last, 'on', reader);
  const year = first.slice(0, 4) === last.slice(0, 4) ? undefined : 'numeric';
  return reader.say(reader.texts.letter.days.between, {
    first: dayInWords(first, 'the', reader, { year }),
    last: dayInWords(last, 'the', reader),
  });
}

/** "of 4 November and of 17 November 2026". */
export function ofDays(days: readonly Day[], reader: Reader): string {
  const sorted = [...new Set(days)].sort();
  const words = sorted.map((day, index) => {
    const next = sorted[index + 1];
    const year = next?.slice(0, 4) === day.slice(0, 4) ? undefined : 'numeric';
    return dayInWords(day, 'of', reader, { year });
  });
  return listOf(words, reader);
}

/** A day with its article or preposition: "l’8 novembre 2026", "del 17 novembre 2026", "on 8 November 2026". */
export function dayInWords(
  day: Day,
  form: 'the' | 'on' | 'of',
  reader: Reader,
  options: Intl.DateTimeFormatOptions = {},
): string {
  const elided = ['08', '11'].includes(day.slice(8)) ? 'yes' : 'no';
  return reader.say(reader.texts.letter.days[form], { day: spelled(day, reader, options), elided });
}

/** "17 November 2026", "1° novembre 2026", with the options also "Tuesday 17 November 2026" or "17 November". */
export function spelled(
  day: Day,
  { language, locale }: Reader,
  options: Intl.DateTimeFormatOptions = {},
): string {
  const form = dateFormat(locale, {
    ...{ day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' },
    ...options,
  });
  // Older ICU data put a comma after the weekday even where the day comes first.
  const words = form.format(new Date(`${day}T00:00:00Z`)).replace(/^(\p{L}+), (?=\d)/u, '$1 ');
  return language === 'it' ? words.replace(/\b1(?= \p{L})/u, '1°') : words;
}

/** "a, b and c". */
export const listOf = (words: readonly string[], { locale }: Reader): string =>
  listFormat(locale, { type: 'conjunction' }).format(words);
