import type { Day } from '../../../kernel/calendar.ts';
import type { LineStatus } from './table/words.ts';

/** A line of a bank's statement. Amounts in minor units, always above zero: the direction says which way. */
export type StatementLine = {
  /** The merchant's own account, an IBAN; null if the file does not say it. */
  readonly account: string | null;
  /** When the bank booked it, and when it counts: the value date is the day of receipt. */
  readonly bookedOn: Day;
  readonly valueOn: Day;
  readonly amount: number;
  readonly currency: string;
  readonly direction: 'credit' | 'debit';
  readonly status: LineStatus;
  /** Money that came back: why, as the bank says it (a code such as AC04, or its words); null if it is none. */
  readonly returned: string | null;
  readonly reference: string;
  readonly payer: string;
  readonly payerIban: string | null;
  /** The bank's own id of the line; null if it gave none that is its own. */
  readonly bankReference: string | null;
  /** What the bank kept of it. */
  readonly fee: number | null;
};

/** What banks write where there is no reference. */
const NO_REFERENCE = /^(?:notprovided|not provided|nonref|none|n\/?a|null|0+|-+|)$/i;
/** The reference without spaces around it; null for what banks write in place of one. */
export const ownReference = (text: string | null | undefined): string | null => {
  const found = (text ?? '').trim();
  return NO_REFERENCE.test(found) || found.length < 4 ? null : found.slice(0, 100);
};

/** More texts than any bank writes for one line. */
const MOST_TEXTS = 50;

/** Texts of one line in one, without those that others contain. */
export function joinedTexts(texts: readonly string[]): string {
  const plain = texts
    .slice(0, MOST_TEXTS)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => !NO_REFERENCE.test(text));
  const kept = plain.filter(
    (text, at) => !plain.some((other, to) => other.includes(text) && (other !== text ? true : to < at)),
  );
  return kept.join(' ').slice(0, 4_000);
}
