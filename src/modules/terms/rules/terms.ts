import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';

/** A text that a customer reads: one for all languages, or one for each. */
export type Label = string | { readonly en: string; readonly it: string };

/**
 * Three conventions of "N days, end of month" (Italian gg d.f.f.m.), which give different days: N days and then the
 * month's end; N/30 months and then the month's end; the month's end and then N days.
 */
export const endOfMonthConventions = ['daysThenMonthEnd', 'monthsThenMonthEnd', 'monthEndThenDays'] as const;
export type EndOfMonthConvention = (typeof endOfMonthConventions)[number];

/** One due date, counted from its base day, which itself does not count (art. 2963 c.c.). */
export type DueRule =
  /** N calendar days. */
  | { readonly kind: 'net'; readonly days: number }
  /** N months, on the same day of the month, or the last day of a shorter month (art. 2963 c.c.). */
  | { readonly kind: 'months'; readonly months: number }
  /**
   * `plusDays` are added: "30 days end of month + 10". What is placed after the `cutOffDay` of a month counts as placed on
   * the first day of the next one.
   */
  | {
      readonly kind: 'endOfMonth';
      readonly days: number;
      readonly convention: EndOfMonthConvention;
      readonly plusDays?: number;
      readonly cutOffDay?: number;
    }
  /**
   * "The 10th of next month" (months: 1); 0: the next time that this day comes. The 31st of a short month is its last
   * day. `cutOffDay` as above.
   */
  | {
      readonly kind: 'dayOfMonth';
      readonly day: number;
      readonly months: number;
      readonly cutOffDay?: number;
    }
  /** A fixed day, for orders placed until then. */
  | { readonly kind: 'fixed'; readonly on: Day }
  /** An exact ISO 8601 duration, for tests and demonstrations: "PT60S". Nothing moves it. */
  | { readonly kind: 'elapsed'; readonly duration: string };

export type MovedDays = {
  /**
   * What happens to a due date on a Sunday or public holiday of the merchant: it stays, or moves to the next working day
   * (art. 1187 c.c.).
   */
  readonly nonBusinessDays?: 'keep' | 'next';
  /** Days of the month on which the customer pays ("30 days, then the next 10th or 25th"); a fixed day does not move. */
  readonly paymentDays?: readonly number[];
};

/**
 * The event from which due dates are counted. Until it happens they are provisional, counted from the day of the order.
 */
export const baseDays = ['placed', 'fulfilled', 'invoiced'] as const;
export type BaseDay = (typeof baseDays)[number];
/** A base day that is not known at the checkout. */
export type LaterBaseDay = Exclude<BaseDay, 'placed'>;
/** Default: `placed`. A fixed day does not depend on it. */
export type CountedFrom = { readonly from?: BaseDay };

/** How an instalment is paid: the customer transfers it, or the merchant collects it. */
export const paymentMeans = ['transfer', 'riba', 'sdd', 'card'] as const;
export type PaymentMeans = (typeof paymentMeans)[number];
/** Default: `transfer`. */
export type CollectedBy = { readonly collection?: PaymentMeans };

/** A part of the order's total; exactly one line takes the remainder. `percent` is a decimal such as "33.33". */
export type InstalmentLine = { readonly terms: DueRule & MovedDays & CountedFrom } & CollectedBy &
  ({ readonly percent: string } | { readonly amount: Money } | { readonly remainder: true });

/** A discount for paying the whole order early: 2/10 is `{percent: "2", withinDays: 10}`. */
export type DiscountTerms = { readonly percent: string; readonly withinDays: number };

/** When payment is due. A line's own `nonBusinessDays`, `paymentDays`, `from` and `collection` override those of the whole. */
export type Terms = (
  | DueRule
  /** A deposit is a line with net 0. */
  | { readonly kind: 'instalments'; readonly lines: readonly InstalmentLine[] }
) &
  MovedDays &
  CountedFrom &
  CollectedBy & { readonly discount?: DiscountTerms };

/** Terms as the merchant offers them. */
export type NamedTerms = Terms & { readonly code: string; readonly label: Label };

export type TermsPolicy = { readonly terms: readonly NamedTerms[]; readonly defaultCode: string };

/**
 * A part of an order with its own due date. Overdue from `dueAt` on; null while the due date is provisional.
 * `amount` in minor units; `moves` counts the changes of the due date.
 */
export type Instalment = {
  readonly number: number;
  readonly dueOn: Day;
  readonly dueAt: Instant | null;
  readonly amount: number;
  readonly moves?: number;
};

/** The longest terms offered, in days: two years. */
export const MAX_DAYS = 730;
/** The same in months. */
export const MAX_MONTHS = 24;

/** The label in the reader's language; English if there is no text in it. */
export function labelFor(label: Label, locale: string): string {
  if (typeof label === 'string') return label;
  return locale.startsWith('it') ? label.it : label.en;
}
