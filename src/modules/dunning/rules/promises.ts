import { addDays, type BusinessCalendar, type Day, type Instant } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import { concerns, type Item } from './item.ts';

export const promiseStates = ['open', 'kept', 'broken', 'withdrawn'] as const;
export type PromiseState = (typeof promiseStates)[number];

/** How many days ahead an admin may note a promise. */
export const MAX_PROMISE_DAYS = 90;

/** A payment that a customer announced. */
export type PaymentPromise = {
  readonly id: string;
  readonly byOn: Day;
  /** In minor units; null: all that is due on that day, in any currency. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** Null: all orders of the customer. */
  readonly orderIds: readonly string[] | null;
  readonly madeAt: Instant;
};

/**
 * The promise on an item whose day comes last; null if there is none. Only open ones must be given. One without an amount
 * says nothing of what falls due after its day.
 */
export function promiseOn(
  item: Item & { readonly dueOn: Day },
  promises: readonly PaymentPromise[],
): PaymentPromise | null {
  const [last = null] = promises
    .filter(({ orderIds, currency }) => concerns(orderIds, item) && [null, item.currency].includes(currency))
    .filter(({ amount, byOn }) => amount !== null || item.dueOn <= byOn)
    .sort((a, b) => (a.byOn > b.byOn ? -1 : a.byOn < b.byOn ? 1 : 0));
  return last;
}

/** The last value date that keeps a promise: one bank day after the promised day. */
export const lastValueDay = (byOn: Day, calendar: BusinessCalendar): Day =>
  calendar.nextBusinessDay(addDays(byOn, 1));

/** The first day on which a promise is judged: two bank days after the promised day. */
export const judgedFrom = (byOn: Day, calendar: BusinessCalendar): Day =>
  calendar.nextBusinessDay(addDays(lastValueDay(byOn, calendar), 1));

/** What a promise is judged by; amounts in minor units. */
export type Evidence = {
  readonly today: Day;
  readonly calendar: BusinessCalendar;
  /** The last day that the imported statements cover; null: the merchant imports none. */
  readonly bookedThrough: Day | null;
  /** Money that was booked since the promise was made and was not reversed, as far as it may keep the promise. */
  readonly payments: readonly (Money & { readonly receivedOn: Day })[];
  /** What is still owed today of what was promised, by currency. */
  readonly owed: readonly Money[];
};

/**
 * Whether a promise was kept: by money with a value date up to one bank day after the promised day, or because nothing
 * of it is owed any more, though no money came too late (a credit note, a cancellation). It stays open until two bank
 * days after the promised day, and until the statements cover the last value date.
 * @param covers what the promise came to when it was made, by currency
 */
export function judgePromise(
  { byOn, covers }: { readonly byOn: Day; readonly covers: readonly Money[] },
  { today, calendar, bookedThrough, payments, owed }: Evidence,
): 'open' | 'kept' | 'broken' {
  const last = lastValueDay(byOn, calendar);
  if (today < judgedFrom(byOn, calendar)) return 'open';
  if (bookedThrough !== null && bookedThrough < last) return 'open';
  const isKept = covers.every(({ amount, currency }) => {
    const money = payments.filter((payment) => payment.currency === currency);
    const inTime = sum(money.filter(({ receivedOn }) => receivedOn <= last));
    const tooLate = sum(money) - inTime;
    return inTime >= amount || sum(owed.filter((each) => each.currency === currency)) + tooLate <= 0;
  });
  return isKept ? 'kept' : 'broken';
}

const sum = (amounts: readonly { amount: number }[]): number =>
  amounts.reduce((total, { amount }) => total + amount, 0);
