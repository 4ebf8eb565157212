import type { Db } from '../../platform/postgres/client.ts';
import { collectionState } from '../bank-collections/tables.ts';
import { reminderReaches } from '../customers/undeliverable-addresses.ts';
import type { Discrepancy } from './reconcile-balances.ts';

/** How long a mail may wait for its turn. */
const MAIL_WAITS = '1 hour';

/**
 * What would keep a letter from leaving for ever: a step that nobody looks at, one whose letter has ended, one that waits
 * for something that is over, and a mail whose attempt nobody takes up.
 * @param before steps must have been looked at by now if their time came before that instant
 */
export async function reconcileLetters(db: Db, before: string): Promise<Discrepancy[]> {
  const found = await Promise.all([
    db<Discrepancy[]>`
      select 'order/' || s.order_id as subject, format('step %s should have been looked at %s', s.key, s.look_at) as problem
      from steps s join orders o on o.id = s.order_id
      where o.status = 'open' and s.state in ('planned', 'waiting') and s.look_at < ${before}`,
    db<Discrepancy[]>`
      select 'order/' || s.order_id as subject, format('its step %s is in the letter %s, which is %s', s.key, m.id, m.state) as problem
      from steps s join mails m on m.id = s.mail_id
      where s.state = 'in_letter' and m.state not in ('held', 'queued', 'sending')`,
    db<Discrepancy[]>`
      select 'order/' || s.order_id as subject, format('step %s waits for %s, which is over', s.key, s.waits_for) as problem
      from steps s join orders o on o.id = s.order_id join customers c on c.id = s.customer_id
        join instalments i on i.order_id = s.order_id and i.number = s.instalment
        left join bank_collections b on b.order_id = s.order_id and b.instalment = s.instalment
      where o.status = 'open' and s.state = 'waiting' and s.look_at is null and case s.waits_for
        when 'store' then o.paid_in_store in ('marked', 'chased')
        when 'bank-collection' then coalesce(${collectionState(db)} in ('paid', 'unpaid', 'cancelled'), true)
        when 'not-invoiced' then exists (select 1 from invoice_parts p where p.order_id = o.id)
        when 'not-delivered' then o.fulfilled_on is not null
        when 'hold' then not exists (select 1 from holds h where h.customer_id = s.customer_id and h.released_at is null
          and (h.order_ids is null or s.order_id = any(h.order_ids)))
        when 'dispute' then not exists (select 1 from disputes d where d.order_id = s.order_id
          and (d.outcome is null or (d.outcome = 'upheld' and d.credit_note_id is null)))
        -- A sweep finds what the store has changed.
        when 'address' then c.updated_at < ${before} and ${reminderReaches(db)}
        when 'letter-under-way' then not exists (
          select 1 from mails m where m.customer_id = s.customer_id and m.kind = 'reminder' and m.state in ('queued', 'sending'))
        when 'credit' then not exists (select 1 from accounts a where a.customer_id = s.customer_id and a.unapplied > 0)
        else false end`,
    db<Discrepancy[]>`
      select 'customer/' || customer_id as subject, format('its mail %s is %s, and nobody sends it', id, state) as problem
      from mails
      where (state = 'queued' and coalesce(try_at, wake_by) < now() - ${MAIL_WAITS}::interval)
        or (state = 'sending' and claimed_until < now() - ${MAIL_WAITS}::interval)`,
  ]);
  return found.flat();
}
