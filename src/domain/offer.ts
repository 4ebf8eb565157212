import { addDays, type Day, dayAt } from './calendar.ts';
import type { DueContext } from './due-dates.ts';
import { instalmentsOf } from './instalments.ts';
import type { Money } from './money.ts';
import { percentOf } from './percent.ts';
import type { DiscountTerms, Instalment, Terms } from './terms.ts';

/**
 * What is less for who pays the whole order by `until`, that day included. The ledger asks for the total until payments
 * received by then reach `payable`.
 */
export type Discount = {
  readonly percent: string;
  readonly until: Day;
  readonly amount: Money;
  /** The total without it. */
  readonly payable: Money;
};

/** What terms come to for an order: the same in an offer, in a preview and at the checkout. */
export type Offer = { readonly instalments: readonly Instalment[]; readonly discount: Discount | null };

/** @throws NettermsError `terms-not-applicable`, as `instalmentsOf` does */
export function offerOf(terms: Terms, order: DueContext & { readonly total: Money }): Offer {
  const instalments = instalmentsOf(terms, order);
  if (!terms.discount) return { instalments, discount: null };
  const placedOn = dayAt(order.placedAt, order.settings.timeZone);
  const discount = discountOf(terms.discount, order.total, placedOn, instalments.at(-1)!.dueOn);
  return { instalments, discount };
}

/** It never outlives the last due date. */
function discountOf(
  { percent, withinDays }: DiscountTerms,
  total: Money,
  placedOn: Day,
  last: Day,
): Discount {
  const day = addDays(placedOn, withinDays);
  const amount = percentOf(total.amount, percent);
  return {
    percent,
    until: day < last ? day : last,
    amount: { ...total, amount },
    payable: { ...total, amount: total.amount - amount },
  };
}
