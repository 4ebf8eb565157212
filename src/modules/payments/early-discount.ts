import { percentOf } from '../../kernel/percent.ts';
import type { Db } from '../../platform/postgres/client.ts';
import type { OrderRow } from '../orders/tables.ts';

/** `amount`: what of the discount is not booked yet, in minor units. `missing`: what must still be received by its day. */
export type DiscountLeft = { amount: number; missing: number; earned: boolean };

const none: DiscountLeft = { amount: 0, missing: 0, earned: false };

/**
 * Where an order's early-payment discount stands. It is earned when what was received by its day, with what was
 * deducted for other reasons, reaches what was asked; credit counts by the day on which it was applied. It is a part of
 * the total less what was credited by credit notes and what is owed to the state under split payment. What is withheld was
 * never asked, whenever its invoice came.
 */
export async function discountLeft(
  db: Db,
  { id, discount }: Pick<OrderRow, 'id' | 'discount'>,
  zone: string,
): Promise<DiscountLeft> {
  if (!discount) return none;
  const [row] = await db<
    { received: number; given: number; credited: number; split: number; withheld: number }[]
  >`
    with entries as (
      select -l.amount as amount, coalesce(r.kind, l.kind) as kind, coalesce(l.label, '') as label,
             coalesce(p.received_on, (l.booked_at at time zone ${zone})::date) as day
      from ledger l left join ledger r on r.id = l.reverses left join payments p on p.payment_id = l.payment_id
      where l.order_id = ${id} and l.account = 'receivable' and l.part = 'principal')
    select coalesce(sum(amount) filter (where day <= ${discount.until} and (kind in ('payment', 'allocation')
             or (kind = 'adjustment' and label in ('bank_fee', 'rounding')))), 0)::bigint as received,
           coalesce(sum(amount) filter (where kind = 'adjustment' and label = 'split_payment'), 0)::bigint as split,
           coalesce(sum(amount) filter (where kind = 'adjustment' and label = 'withholding'), 0)::bigint as withheld,
           coalesce(sum(amount) filter (where kind = 'adjustment' and label = 'discount'), 0)::bigint as given,
           coalesce(sum(amount) filter (where kind = 'credit_note'), 0)::bigint as credited
    from entries`;
  const { received, given, credited, split, withheld } = row!;
  const total = discount.amount.amount + discount.payable.amount - credited - split;
  const amount = percentOf(total, discount.percent);
  const missing = Math.max(total - withheld - amount - received, 0);
  return { amount: Math.max(amount - given, 0), missing, earned: missing === 0 };
}
