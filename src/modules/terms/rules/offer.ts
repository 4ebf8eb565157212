import { addDays, type Day, dayAt, dueDayCalendar } from '../../../kernel/calendar.ts';
import type { Money } from '../../../kernel/money.ts';
import { percentOf } from '../../../kernel/percent.ts';
import type { DueContext } from './due-dates.ts';
import { instalmentsOf, type NewInstalment } from './instalments.ts';
import { type Regime, requireWithin } from './regime.ts';
import type { Terms } from './terms.ts';

/**
 * The discount for paying the whole order by `until`, that day included. The ledger shows the total as owed until
 * payments received by that day reach `payable`.
 */
export type Discount = {
  readonly percent: string;
  readonly until: Day;
  readonly amount: Money;
  /** The total without it. */
  readonly payable: Money;
};

/** What terms mean for an order: the same in an offer, in a preview and at the checkout. */
export type Offer = { readonly instalments: readonly NewInstalment[]; readonly discount: Discount | null };

/**
 * @param order `regime`: of the goods, if a law limits their payment terms
 * @throws NettermsError `terms-not-applicable`, as `instalmentsOf` and `requireWithin` do
 */
export function offerOf(
  terms: Terms,
  {
    regime = null,
    ...order
  }: DueContext & { readonly total: Money; readonly regime?: Regime | null | undefined },
): Offer {
  const instalments = instalmentsOf(terms, order);
  const placedOn = dayAt(order.placedAt, order.settings.timeZone);
  const last = instalments.at(-1)!.dueOn;
  if (regime) requireWithin(regime, placedOn, last);
  return {
    instalments,
    discount: discountOf(terms, order.total, { basedOn: placedOn, last, settings: order.settings }),
  };
}

/**
 * The discount of these terms, counted from their base day; null if they give none. It never outlasts the last due
 * date. If its last day is a Sunday or a public holiday, it moves to the next day that is neither, as a due date does
 * (art. 2963 of the Italian civil code).
 * @param last the last due date
 */
export function discountOf(
  { discount }: Pick<Terms, 'discount'>,
  total: Money,
  { basedOn, last, settings }: { basedOn: Day; last: Day; settings: DueContext['settings'] },
): Discount | null {
  if (!discount) return null;
  const { percent, withinDays } = discount;
  const day = addDays(basedOn, withinDays);
  const until = dueDayCalendar(settings).nextBusinessDay(day < last ? day : last);
  return discountOn({ percent, until }, total);
}

/** The same discount on another total. */
export function discountOn({ percent, until }: Pick<Discount, 'percent' | 'until'>, total: Money): Discount {
  const amount = percentOf(total.amount, percent);
  return {
    percent,
    until,
    amount: { ...total, amount },
    payable: { ...total, amount: total.amount - amount },
  };
}
