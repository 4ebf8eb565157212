import type { Money } from '../../../kernel/money.ts';
import { type Discount, discountOn } from '../../terms/rules/offer.ts';

/** The parts of an order's total that the customer is not asked for, by reason; minor units. */
export type DiscountBase = {
  readonly credited: number;
  readonly split: number;
  readonly withheld: number;
};

/**
 * An order's current early-payment discount. It is a share of the total less what credit notes took off it and what
 * goes to the state under split payment; what is withheld stays in this base, although it is never asked for. `payable`
 * is what settles the order.
 * @param given the discount of the order's whole total
 */
export function settlingDiscount(given: Discount, base?: DiscountBase): Discount {
  const { credited = 0, split = 0, withheld = 0 } = base ?? {};
  const less = (money: Money, by: number): Money => ({ ...money, amount: Math.max(money.amount - by, 0) });
  const total = { ...given.amount, amount: given.amount.amount + given.payable.amount };
  const discount = discountOn(given, less(total, credited + split));
  return { ...discount, payable: less(discount.payable, withheld) };
}
