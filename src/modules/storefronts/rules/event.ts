import type { Day } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';

/** What each type of event says, in addition to the order and the customer: ids, days and amounts only. */
export type EventData = {
  /** A reminder was sent; one event for each order that it covers. `asked`: what it asks for this order. */
  'reminder.sent': {
    readonly letterId: string;
    readonly tone: string;
    readonly instalments: readonly number[];
    readonly asked: Money;
  };
  /** The due date of an instalment has passed, and something of it is outstanding. */
  'order.overdue': { readonly instalment: number; readonly dueOn: Day; readonly outstanding: Money };
  /** A letter could not be delivered. `tone`: of a reminder. */
  'letter.failed': { readonly letterId: string; readonly kind: string; readonly tone: string | null };
};
export type EventType = keyof EventData;

const FIRST_RETRY_S = 5;
const LONGEST_RETRY_S = 15 * 60;
const TRIED_FOR_MS = 3 * 86_400_000;

/** How long to wait after a failed attempt, in seconds: 5 at first, then twice as long each time, up to 15 minutes. */
export const retryAfterSeconds = (attempts: number): number =>
  Math.min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** Math.min(attempts - 1, 20));

/**
 * Whether an event is given up after a failed attempt: when it is three days old, or at once if the store answers that
 * the address is gone (410).
 */
export const givesUp = (
  { createdAt, status }: { createdAt: string; status: number | null },
  now: string,
): boolean => status === 410 || Date.parse(now) - Date.parse(createdAt) >= TRIED_FOR_MS;
