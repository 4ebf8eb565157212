import type { Money } from '../../../kernel/money.ts';
import { type Discount, discountOn } from '../../terms/rules/offer.ts';

/** What of an order's total is not asked of the customer, by its reason; minor units. */
export type DiscountBase = {
  readonly credited: number;
  readonly split: number;
  readonly withheld: number;
};

/**
 * An order's early-payment discount as it stands. It is a part of the total less what credit notes took off it and what
 * is owed to the state under split payment; what is withheld is a part of that, though never asked. `payable` is what
 * settles the order.
 * @param given the discount of the order's whole total
 */
export function settlingDiscount(given: Discount, base?: DiscountBase): Discount {
  const { credited = 0, split = 0, withheld = 0 } = base ?? {};
  const less = (money: Money, by: number): Money => ({ ...money, amount: Math.max(money.amount - by, 0) });
  const total = { ...given.amount, amount: given.amount.amount + given.payable.amount };
  const discount = discountOn(given, less(total, credited + split));
  return { ...discount, payable: less(discount.payable, withheld) };
}
