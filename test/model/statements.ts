import fc from 'fast-check';
import { addDays } from '../../src/kernel/calendar.ts';
import type { Books } from './books.ts';
import type { Seen } from './pool.ts';

/** The number of an order as the bank's texts name it. */
export const numberOf = (orderId: string): string => orderId.replace('-o', 'x').toUpperCase();
/** How many days an order was placed before its life begins, so that money can come on different days. */
export const PLACED_BEFORE = 3;

const order = fc.nat({ max: 2 });
const place = fc.nat({ max: 9 });
export const amount = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 400 }));
/** A part payment: half of what is owed, or any amount. */
const partly = fc.oneof(fc.constant('half' as const), amount);
/** With a number of the bank's own in its text, by which two equal payments can be told apart. */
const marked = fc.boolean();
const daysAgo = fc.nat({ max: 2 });
const of = <Is extends string>(is: Is) => ({ is: fc.constant(is) });

/** What a bank's file has: money for orders, lines of earlier files in one form or another, and money that goes out. */
const entry = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...of('exact'), order, both: fc.boolean(), marked, daysAgo }) },
  { weight: 3, arbitrary: fc.record({ ...of('part'), order, amount: partly, marked, daysAgo }) },
  { weight: 2, arbitrary: fc.record({ ...of('pending'), order, amount: fc.option(partly), marked }) },
  { weight: 1, arbitrary: fc.record({ ...of('early'), order, marked }) },
  { weight: 1, arbitrary: fc.record({ ...of('foreign'), order, marked }) },
  { weight: 2, arbitrary: fc.record({ ...of('again'), place }) },
  { weight: 3, arbitrary: fc.record({ ...of('alike'), place, longer: fc.boolean(), daysAgo }) },
  {
    weight: 2,
    arbitrary: fc.record({ ...of('return'), place, fee: fc.nat({ max: 30 }), said: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ ...of('outgoing'), amount }) },
);
export type Entry = typeof entry extends fc.Arbitrary<infer One> ? One : never;

/** A file of the bank. */
export const bankFile = fc.record({
  do: fc.constant('file'),
  lines: fc.array(entry, { minLength: 1, maxLength: 3 }),
});

/**
 * The statements of a bank about one customer's money. The same money comes again in other forms: pending first, from
 * another day, with a longer text.
 */
export function openStatements({
  customer,
  idOf,
  books,
  today,
}: {
  customer: string;
  idOf(place: number): string;
  books: Books;
  today(): string;
}) {
  /** All lines that the bank has ever shown, in the form in which it showed them. */
  const shown: Seen[] = [];
  let moneys = 0;

  /** The line of a file; null if the bank has nothing to show. */
  function lineOf(given: Entry): Seen | null {
    const about = (orderIds: readonly string[], amount: number, more: Partial<Seen> = {}): Seen => {
      const money = ++moneys;
      const mark = 'marked' in given && given.marked ? [`TRN${customer}N${money}`.toUpperCase()] : [];
      const marks = [...orderIds.map(numberOf), ...mark];
      const day = addDays(today(), -('daysAgo' in given ? given.daysAgo : 0));
      const text = `Saldo ${marks.join(' ')} ${inLetters(money)}`;
      return {
        ...{ direction: 'credit', amount, currency: 'EUR', day, status: 'booked', text },
        ...{ names: orderIds, marks, returned: null, money, ...more },
      };
    };
    const exactly = (orderIds: readonly string[], more: Partial<Seen> = {}) => {
      const owed = books.openOf(orderIds).reduce((sum, id) => sum + books.outstanding(id), 0);
      return about(orderIds, Math.max(owed, 1), more);
    };
    const earlier = (place: number, is: (seen: Seen) => boolean): Seen | undefined => {
      const known = shown.filter(is);
      return newest(known, place);
    };
    switch (given.is) {
      case 'exact': {
        const id = idOf(given.order);
        return exactly(given.both ? [...new Set([id, idOf(given.order + 1)])] : [id]);
      }
      case 'part':
      case 'pending': {
        const id = idOf(given.order);
        const half = Math.ceil(books.outstanding(id) / 2) || 1;
        const status = given.is === 'pending' ? 'pending' : 'booked';
        if (given.amount === null) return exactly([id], { status });
        return about([id], given.amount === 'half' ? half : given.amount, { status });
      }
      case 'early': {
        const id = idOf(given.order);
        return exactly([id], { day: addDays(books.orders.get(id)!.placedOn, -1) });
      }
      case 'foreign':
        return exactly([idOf(given.order)], { currency: 'USD' });
      case 'again':
        return earlier(given.place, () => true) ?? null;
      case 'alike': {
        const one = earlier(given.place, ({ direction }) => direction === 'credit');
        if (!one) return null;
        const { text, marks } = one;
        const longer = given.longer ? [`ID${customer}N${shown.length}`.toUpperCase()] : [];
        return {
          ...one,
          status: 'booked',
          day: addDays(today(), -given.daysAgo),
          text: [text, ...longer].join(' '),
          marks: [...marks, ...longer],
        };
      }
      case 'return': {
        const known = [...books.payments.values()].filter(({ orders }) => orders.size > 0);
        const payment = newest(known, given.place);
        if (!payment) return null;
        const [named] = payment.orders;
        const returned = given.said ? 'Insoluto' : null;
        return about([named!], payment.amount + given.fee, { direction: 'debit', returned });
      }
      case 'outgoing':
        return about([], given.amount, {
          direction: 'debit',
          text: `Bonifico a fornitore ${inLetters(++moneys)}`,
        });
    }
  }

  /** The next file. It shows no money twice. */
  return function next(entries: readonly Entry[]): Seen[] {
    const file: Seen[] = [];
    for (const entry of entries) {
      const line = lineOf(entry);
      if (line && !file.some(({ money }) => money === line.money)) file.push(line);
    }
    shown.push(...file.filter((seen) => !shown.includes(seen)));
    return file;
  };
}

/** The newest, the one before it, and so on. */
export const newest = <One>(all: readonly One[], place: number): One | undefined =>
  all.at(-1 - (place % Math.max(all.length, 1)));

/** A word for a number, without digits: it is no number of anything. */
const inLetters = (number: number): string =>
  [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
