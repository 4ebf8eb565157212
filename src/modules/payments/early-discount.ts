import type { Day } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { OrderRow } from '../orders/tables.ts';
import type { Discount } from '../terms/rules/offer.ts';
import { type DiscountBase, settlingDiscount } from './rules/discount.ts';

type Discounted = Pick<OrderRow, 'id' | 'discount'>;

/**
 * In minor units. `amount`: the discount that is not booked yet; `excess`: what is booked and is too much now;
 * `missing`: what must still come by its last day.
 */
type DiscountLeft = { amount: number; excess: number; missing: number; earned: boolean };

const none: DiscountLeft = { amount: 0, excess: 0, missing: 0, earned: false };

/**
 * The state of an order's early-payment discount. It is earned when what was received by its last day, together with
 * what was deducted for other reasons, reaches what was asked; credit counts on the day on which it was applied.
 */
export async function discountLeft(db: Db, { id, discount }: Discounted): Promise<DiscountLeft> {
  if (!discount) return none;
  const booked = (await bookedOn(db, [id], { until: discount.until })).get(id);
  const { amount, payable } = settlingDiscount(discount, booked);
  const missing = Math.max(payable.amount - (booked?.received ?? 0), 0);
  const left = amount.amount - (booked?.given ?? 0);
  return { amount: Math.max(left, 0), excess: Math.max(-left, 0), missing, earned: missing === 0 };
}

/** The current discounts of orders, with what really settles each order. Orders without one are missing. */
export async function discountsOf(db: Db, orders: readonly Discounted[]): Promise<Map<string, Discount>> {
  const ids = orders.filter(({ discount }) => discount !== null).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const booked = await bookedOn(db, ids, { until: null });
  return new Map(
    orders.flatMap(({ id, discount }) =>
      discount ? [[id, settlingDiscount(discount, booked.get(id))]] : [],
    ),
  );
}

type Booked = DiscountBase & {
  /** Up to the day `until`; zero if there is none. */
  readonly received: number;
  /** The discount that is already booked. */
  readonly given: number;
};

/**
 * What was booked on the principal of orders, in minor units; of what credit notes and invoices took off, also the part
 * that became credit. Money of a payment counts from the day on which it was
 * received, even if it was moved since; a reversed payment counts as never received.
 */
async function bookedOn(
  db: Db,
  orderIds: readonly string[],
  { until }: { until: Day | null },
): Promise<Map<string, Booked>> {
  const rows = await db<(Booked & { orderId: string })[]>`
    with entries as (
      select l.order_id, case l.account when 'receivable' then -l.amount else l.amount end as amount, l.effect,
             coalesce((select min(p.value_on) from ledger p where p.payment_id = l.payment_id and p.kind = 'payment'),
                      o.value_on, l.value_on) as day
      from ledger l left join ledger o on o.id = l.reverses
      where l.order_id = any(${orderIds as string[]}) and l.part = 'principal'
        and (l.account = 'receivable' or l.effect in ('credit_note', 'split_payment', 'withholding')))
    select order_id,
           coalesce(sum(amount) filter (where day <= ${until}::date
             and effect in ('payment', 'allocation', 'bank_fee', 'rounding', 'tolerance')), 0)::bigint as received,
           coalesce(sum(amount) filter (where effect = 'early_payment_discount'), 0)::bigint as given,
           coalesce(sum(amount) filter (where effect = 'credit_note'), 0)::bigint as credited,
           coalesce(sum(amount) filter (where effect = 'split_payment'), 0)::bigint as split,
           coalesce(sum(amount) filter (where effect = 'withholding'), 0)::bigint as withheld
    from entries group by order_id`;
  return new Map(rows.map(({ orderId, ...booked }) => [orderId, booked]));
}
