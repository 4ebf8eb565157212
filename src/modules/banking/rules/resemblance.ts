import { daysBetween } from '../../../kernel/calendar.ts';
import { isNameOf } from './words-in-names.ts';

/** A line, as far as it tells whether two lines are the same money. */
export type Comparable = {
  readonly importId: string;
  readonly account: string | null;
  readonly valueOn: string;
  readonly amount: number;
  readonly currency: string;
  readonly direction: string;
  readonly reference: string;
  readonly payer: string;
  readonly payerIban: string | null;
  readonly bankReference: string | null;
};

/** How many days later a bank shows the same money again, with another value date or another text. */
export const RESEMBLING_DAYS = 10;
const nobody: ReadonlySet<string> = new Set();

/**
 * Whether two lines of different files may be the same money: the same amount within some days, and nothing that tells
 * them apart. Two lines of one file are two payments, and so are lines that name different numbers, that have different
 * payers, or on different accounts.
 */
export function resembles(one: Comparable, other: Comparable): boolean {
  if (one.importId === other.importId || one.direction !== other.direction) return false;
  if (one.amount !== other.amount || one.currency !== other.currency) return false;
  if (differ(one.account, other.account) || differ(one.payerIban, other.payerIban)) return false;
  if (Math.abs(daysBetween(one.valueOn, other.valueOn)) > RESEMBLING_DAYS) return false;
  const [numbers, others] = [numbersIn(one.reference), numbersIn(other.reference)];
  if (numbers.length > 0 && others.length > 0) {
    const shared = numbers.filter((number) => others.includes(number)).length;
    // A longer text has more numbers; one that has another number instead is about something else.
    if (shared < Math.min(numbers.length, others.length)) return false;
  }
  return (
    one.payer === '' ||
    other.payer === '' ||
    isNameOf(one.payer, other.payer, nobody) ||
    isNameOf(other.payer, one.payer, nobody)
  );
}

const differ = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && one !== other;

/** The pieces of a text that may be numbers of orders or invoices, without days. */
export const numbersIn = (text: string): string[] =>
  [
    ...text
      .toUpperCase()
      .replace(/\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b/g, ' ')
      .matchAll(/[A-Z0-9]*\d[A-Z0-9]*/g),
  ]
    .map(([piece]) => piece)
    .filter((piece) => !/^(?:19|20)\d{2}$/.test(piece));
