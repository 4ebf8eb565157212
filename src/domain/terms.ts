import { DateTime, Duration } from 'luxon';
import { addDays, type Day, dayAt, endOfDay, type Instant } from './calendar.ts';
import type { Money } from './money.ts';

/** A text that a customer reads: one for all, or by language. */
export type Label = string | { readonly en: string; readonly it: string };

/** When payment is due, counted from the order's placement. */
export type Terms =
  /** N calendar days; the day of placement does not count (art. 2963 of the Italian civil code). */
  | { readonly kind: 'net'; readonly days: number }
  /** An exact ISO 8601 duration, for trying things out: "PT60S". */
  | { readonly kind: 'elapsed'; readonly duration: string };

/** Terms as the merchant offers them. */
export type NamedTerms = Terms & { readonly code: string; readonly label: Label };

export type TermsPolicy = { readonly terms: readonly NamedTerms[]; readonly defaultCode: string };

/** A part of an order with its own due date. Overdue from `dueAt` on; `amount` in minor units. */
export type Instalment = {
  readonly number: number;
  readonly dueOn: Day;
  readonly dueAt: Instant;
  readonly amount: number;
};

/** The longest terms offered, in days: two years. */
export const MAX_DAYS = 730;

/**
 * The instalments of an order on these terms; their amounts sum to the total exactly.
 * @param placedAt when the order was placed
 * @param zone the merchant's time zone (IANA), in which days are counted
 */
export function instalmentsOf(
  terms: Terms,
  { placedAt, total, zone }: { placedAt: Instant; total: Money; zone: string },
): Instalment[] {
  return [{ number: 1, amount: total.amount, ...dueDate(terms, placedAt, zone) }];
}

function dueDate(terms: Terms, placedAt: Instant, zone: string): { dueOn: Day; dueAt: Instant } {
  if (terms.kind === 'net') {
    const dueOn = addDays(dayAt(placedAt, zone), terms.days);
    return { dueOn, dueAt: endOfDay(dueOn, zone) };
  }
  const dueAt = DateTime.fromISO(placedAt, { zone }).plus(Duration.fromISO(terms.duration)).toUTC().toISO()!;
  return { dueOn: dayAt(dueAt, zone), dueAt };
}

/** The label in the reader's language; English where there is no text for it. */
export function labelFor(label: Label, locale: string): string {
  if (typeof label === 'string') return label;
  return locale.startsWith('it') ? label.it : label.en;
}
