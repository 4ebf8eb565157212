import type { Day } from '../../../kernel/calendar.ts';
import { concerns, type Item } from './item.ts';

/** No reminders for a time; `until` is the last day, null: until it is released. */
export type Hold = {
  readonly id: string;
  /** Null: all orders of the customer, those placed later included. */
  readonly orderIds: readonly string[] | null;
  readonly reason: string;
  readonly until: Day | null;
};

/** The hold on an item that lasts longest; null if none is in force. Released holds must have been left out. */
export function holdOn(item: Item, holds: readonly Hold[], today: Day): Hold | null {
  const end = ({ until }: Hold): Day => until ?? '9999-12-31';
  const [longest = null] = holds
    .filter((hold) => concerns(hold.orderIds, item) && end(hold) >= today)
    .sort((a, b) => (end(a) > end(b) ? -1 : end(a) < end(b) ? 1 : 0));
  return longest;
}
