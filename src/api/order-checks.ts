import { type Day, dayAt } from '../kernel/calendar.ts';
import { NettermsError } from '../kernel/errors.ts';
import { invalid } from '../kernel/invalid.ts';
import { type Money, plainMoney } from '../kernel/money.ts';
import type { OrderRow } from '../modules/orders/tables.ts';

/** @throws NettermsError `currency-mismatch` */
export function requireCurrency({ id, currency }: OrderRow, given: Money): void {
  if (given.currency === currency) return;
  throw new NettermsError('currency-mismatch', `Order ${id} is in ${currency}, not in ${given.currency}.`);
}

/**
 * What is wrong with a fulfilment at once; the order's workflow has the last word.
 * @throws NettermsError `order-not-confirmed`, `already-fulfilled`, `validation`, `currency-mismatch`, `over-fulfilled`
 */
export function requireFulfillable(
  order: OrderRow,
  { amount }: { amount?: Money | undefined },
  { fulfilledOn, today, zone }: { fulfilledOn: Day; today: Day; zone: string },
): void {
  const { id, total, fulfilled, currency } = order;
  if (order.status === 'reserved')
    throw new NettermsError(
      'order-not-confirmed',
      `Order ${id} is only reserved: confirm it first (POST /v1/orders/${id}/confirm).`,
    );
  if (order.fulfilledOn !== null)
    throw new NettermsError('already-fulfilled', `Order ${id} is fulfilled since ${order.fulfilledOn}.`);
  const placedOn = dayAt(order.placedAt, zone);
  if (fulfilledOn > today) invalid('/fulfilledOn', `This is in the future: today is ${today}.`);
  if (fulfilledOn < placedOn) invalid('/fulfilledOn', `This is before the order was placed, on ${placedOn}.`);
  if (!amount) return;
  requireCurrency(order, amount);
  const left = { amount: total - fulfilled, currency };
  if (amount.amount > left.amount)
    throw new NettermsError(
      'over-fulfilled',
      `Of order ${id} ${plainMoney(left)} are left to fulfil, and this is ${plainMoney(amount)}: amend the order first (POST /v1/orders/${id}/amend), or say less.`,
    );
}
