import { addDays, type BusinessCalendar, type Day, type Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import { concerns, type Item } from './item.ts';

export const promiseStates = ['open', 'kept', 'broken', 'withdrawn'] as const;
export type PromiseState = (typeof promiseStates)[number];

/** How many days ahead an admin may note a promise. */
export const MAX_PROMISE_DAYS = 90;

/** How long a bank day is for a promise that names an instant, on terms of seconds (`elapsed`). */
export const ELAPSED_BANK_DAY_MS = 5_000;

/** A payment that a customer announced. */
export type PaymentPromise = {
  readonly id: string;
  /** In the merchant's zone. */
  readonly byOn: Day;
  /** The promised instant on that day, on terms of seconds; null: the whole day is meant. */
  readonly byAt: Instant | null;
  /** In minor units; null: all that is due on that day, in any currency. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** Null: all orders of the customer. */
  readonly orderIds: readonly string[] | null;
  readonly madeAt: Instant;
};

/**
 * The promise on an item whose day or instant comes last; null if there is none. Only open ones must be given. One
 * without an amount says nothing of what falls due later than that.
 */
export function promiseOn(
  item: Item & { readonly dueOn: Day; readonly dueAt: Instant },
  promises: readonly PaymentPromise[],
): PaymentPromise | null {
  const [last = null] = promises
    .filter(({ orderIds, currency }) => concerns(orderIds, item) && [null, item.currency].includes(currency))
    .filter(({ amount, byOn, byAt }) => {
      const isDueByThen = byAt === null ? item.dueOn <= byOn : Date.parse(item.dueAt) <= Date.parse(byAt);
      return amount !== null || isDueByThen;
    })
    .sort((a, b) => (isLater(a, b) ? -1 : isLater(b, a) ? 1 : 0));
  return last;
}

/** Of a day and an instant on it, the day comes later: it is judged later. */
const isLater = (a: PaymentPromise, b: PaymentPromise): boolean =>
  a.byOn > b.byOn || (a.byOn === b.byOn && b.byAt !== null && (a.byAt === null || a.byAt > b.byAt));

/** The last value date that keeps a promise: one bank day after the promised day. */
export const lastValueDay = (byOn: Day, calendar: BusinessCalendar): Day =>
  calendar.nextBusinessDay(addDays(byOn, 1));

/** The first day on which a promise is judged: two bank days after the promised day. */
export const judgedFrom = (byOn: Day, calendar: BusinessCalendar): Day =>
  calendar.nextBusinessDay(addDays(lastValueDay(byOn, calendar), 1));

/** The last instant at which money may be booked that keeps a promise by an instant: one bank day of seconds after it. */
export const lastInstantInTime = (byAt: Instant): Instant => after(byAt, ELAPSED_BANK_DAY_MS);

/** The instant from which a promise by an instant is judged: two bank days of seconds after it. */
export const judgedFromInstant = (byAt: Instant): Instant => after(byAt, 2 * ELAPSED_BANK_DAY_MS);

const after = (at: Instant, ms: number): Instant => new Date(Date.parse(at) + ms).toISOString();

/** Whether the time has come to judge a promise. */
export const isRipe = (
  { byOn, byAt }: Pick<PaymentPromise, 'byOn' | 'byAt'>,
  { now, today, calendar }: Pick<Evidence, 'now' | 'today' | 'calendar'>,
): boolean => (byAt === null ? judgedFrom(byOn, calendar) <= today : judgedFromInstant(byAt) <= now);

/** What a promise is judged by; amounts in minor units. */
export type Evidence = {
  readonly now: Instant;
  readonly today: Day;
  readonly calendar: BusinessCalendar;
  /** The last day that the imported statements cover; null: the merchant imports none. */
  readonly bookedThrough: Day | null;
  /** Money that was booked since the promise was made and was not reversed, as far as it may keep the promise. */
  readonly payments: readonly (Money & { readonly receivedOn: Day; readonly bookedAt: Instant })[];
  /**
   * Of a promise that names an amount and no orders: what credit notes, cancellations and write-offs have taken since off
   * what is due by its day, by currency.
   */
  readonly credited: readonly Money[];
  /** What is still owed today of what was promised, by currency. */
  readonly owed: readonly Money[];
};

/**
 * Whether a promise was kept: by money with a value date up to one bank day after the promised day, or because nothing
 * of it is owed any more, though no money came too late (a credit note, a cancellation). It stays open until two bank
 * days after the promised day, and until the statements cover the last value date. A promise by an instant is judged in
 * the same way, with bank days of seconds, by when money was booked: statements know only days.
 * @param covers what the promise came to when it was made, by currency
 */
export function judgePromise(
  { byOn, byAt, covers }: Pick<PaymentPromise, 'byOn' | 'byAt'> & { readonly covers: readonly Money[] },
  { now, today, calendar, bookedThrough, payments, credited, owed }: Evidence,
): 'open' | 'kept' | 'broken' {
  if (!isRipe({ byOn, byAt }, { now, today, calendar })) return 'open';
  const lastDay = lastValueDay(byOn, calendar);
  if (byAt === null && bookedThrough !== null && bookedThrough < lastDay) return 'open';
  const isInTime = ({ receivedOn, bookedAt }: Evidence['payments'][number]) =>
    byAt === null ? receivedOn <= lastDay : bookedAt <= lastInstantInTime(byAt);
  const isKept = covers.every(({ amount, currency }) => {
    const money = payments.filter((payment) => payment.currency === currency);
    const inTime = sum(money.filter(isInTime));
    const tooLate = sum(money) - inTime;
    const own = (amounts: readonly Money[]) => sum(amounts.filter((each) => each.currency === currency));
    return inTime + own(credited) >= amount || own(owed) + tooLate <= 0;
  });
  return isKept ? 'kept' : 'broken';
}

const sum = (amounts: readonly { amount: number }[]): number =>
  amounts.reduce((total, { amount }) => total + amount, 0);
