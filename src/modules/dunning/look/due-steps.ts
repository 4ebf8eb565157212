import type { Day, Instant } from '../../../kernel/calendar.ts';
import type { Db, Fragment, Tx } from '../../../platform/postgres/client.ts';
import { collectionState } from '../../bank-collections/tables.ts';
import type { PaidInStore } from '../../orders/rules/order-state.ts';
import { type StepRow, stepColumns } from '../../orders/steps.ts';
import type { PaymentMeans } from '../../terms/rules/terms.ts';
import type { LetterTone } from '../rules/dunning.ts';
import type { ItemFacts } from '../rules/item-guards.ts';

/** A step whose time has come, with what is known of its instalment; amounts in minor units of `currency`. */
export type DueStep = Omit<StepRow, 'tone'> & {
  tone: LetterTone | null;
  currency: string;
  outstanding: number;
  dueOn: Day;
  dueAt: Instant;
  collection: PaymentMeans;
  paidInStore: PaidInStore;
  /** The plan of the dunning policy by which its levels were planned. */
  planCode: string | null;
  /** What is outstanding on the order's earlier instalments. */
  before: number;
  bankCollection: ItemFacts['bankCollection'];
  hasInvoice: boolean;
  /** Delivered completely, or due before the delivery by its terms. */
  isDelivered: boolean;
  /** Letters that said it was late, and were received or may have been. */
  lateLetters: number;
  /** What the last letter said of it: the letter itself may be sharper, because of others. */
  lastTone: LetterTone | null;
  /** The deadline of the last letter that listed it, though it only announced the item. */
  lastPayBy: Day | null;
  /** Whether a letter about it is still planned, waits, or is on its way; one that waits for more to be due may never come. */
  lettersToCome: boolean;
};

/**
 * The steps of a customer's open orders that are due, wait for something, or are in a letter that has not left, in order
 * of time. Exact under the customer's lock.
 * @param withSending whether those of a letter that is on its way are among them; otherwise they are out of reach
 */
export async function dueSteps(
  tx: Tx,
  customerId: string,
  { now, withSending }: { now: Instant; withSending: boolean },
): Promise<DueStep[]> {
  return tx<DueStep[]>`
    select ${stepColumns(tx)}, o.currency, o.paid_in_store, coalesce(o.dunning_plan, o.terms->>'code') as plan_code,
      i.outstanding, i.due_on, i.due_at, coalesce(b.method, i.collection) as collection,
      ${collectionState(tx)} as bank_collection,
      (select coalesce(sum(earlier.outstanding), 0)::bigint from instalments earlier
       where earlier.order_id = i.order_id and (earlier.due_at, earlier.number) < (i.due_at, i.number)) as before,
      exists (select 1 from invoice_parts p where p.order_id = o.id) as has_invoice,
      o.fulfilled_on is not null or ${isAdvance(tx)} as is_delivered,
      coalesce(h.late, 0)::int as late_letters, h.tone as last_tone, h.pay_by as last_pay_by,
      exists (select 1 from steps other where other.order_id = steps.order_id and other.instalment = steps.instalment
              and other.tone is not null and other.state <> 'done' and other.waits_for is distinct from 'minimum') as letters_to_come
    from steps join orders o on o.id = steps.order_id
      join instalments i on i.order_id = steps.order_id and i.number = steps.instalment
      left join bank_collections b on b.order_id = i.order_id and b.instalment = i.number
      left join lateral (
        select count(*) filter (where li.tone not in ('due-soon', 'due')) as late,
               (array_agg(li.tone order by l.left_on desc, m.queued_at desc))[1] as tone,
               (array_agg(l.pay_by order by l.left_on desc, m.queued_at desc))[1] as pay_by
        from letter_items li join letters l on l.mail_id = li.mail_id join mails m on m.id = l.mail_id
        where li.order_id = i.order_id and li.instalment = i.number and l.left_on is not null) h on true
    where steps.customer_id = ${customerId} and o.status = 'open' and i.due_at is not null
      and (steps.state = 'waiting' or (steps.state = 'planned' and steps.look_at <= ${now})
           or (steps.state = 'in_letter' and steps.planned_at <= ${now} and ${withSending ? tx`true` : notSending(tx)}))
    order by steps.planned_at, steps.order_id, steps.key`;
}

/** Whether the instalment is due whenever the delivery is, while others of the order are due from the delivery on. */
const isAdvance = (db: Db): Fragment => db`(o.terms->>'kind' = 'instalments' and i.line >= 0
  and o.terms->'lines'->i.line->'terms'->>'from' is distinct from 'fulfilled'
  and exists (select 1 from jsonb_array_elements(o.terms->'lines') other (part) where part->'terms'->>'from' = 'fulfilled'))`;

/** A step in a letter that is on its way is out of reach. */
export const notSending = (db: Db): Fragment =>
  db`not exists (select 1 from mails m where m.id = steps.mail_id and m.state = 'sending')`;
