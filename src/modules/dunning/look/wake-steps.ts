import type { Instant } from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { lockCustomer } from '../../customers/tables.ts';
import { lookBy } from '../../orders/life-cycle.ts';
import type { ActivePolicies } from '../../settings/tables.ts';
import { linkCreditNotes } from '../reserves/link-credit-notes.ts';
import type { WaitReason } from '../rules/item-guards.ts';
import { nextSlot } from '../rules/windows.ts';
import { closeEndedTasks } from './close-ended-tasks.ts';
import { look } from './look.ts';
import { planOwedAgain } from './owed-again.ts';
import { planReturned } from './returned-steps.ts';

/**
 * Something has happened to a customer: what waited for an event, or for one of `causes` although it has an end of its
 * own, is looked at in the customer's next slot (at once, on terms of seconds), by the workflow of one of the orders.
 * Tasks whose cause is gone are closed.
 * Needs the customer's lock.
 */
export async function wakeSteps(
  tx: Tx,
  {
    customerId,
    causes = ['credit', 'final-letter'],
    policies,
    now,
  }: { customerId: string; causes?: readonly WaitReason[]; policies: ActivePolicies; now: Instant },
): Promise<void> {
  const [found] = await tx<
    {
      waits: boolean;
      returned: boolean;
      held: boolean;
      asked: boolean;
      owedAgain: boolean;
      upheld: boolean;
    }[]
  >`
    select
      exists (select 1 from steps where customer_id = ${customerId} and state = 'waiting') as waits,
      exists (select 1 from orders o join bank_collections c on c.order_id = o.id
              where o.customer_id = ${customerId} and o.status = 'open' and c.state = 'unpaid') as returned,
      exists (select 1 from mails where customer_id = ${customerId} and kind = 'reminder' and state = 'held') as held,
      exists (select 1 from disputes where customer_id = ${customerId} and outcome = 'upheld' and credit_note_id is null) as upheld,
      exists (select 1 from tasks where customer_id = ${customerId} and state = 'open') as asked,
      exists (select 1 from orders o join instalments i on i.order_id = o.id
                join steps s on s.order_id = o.id and s.instalment = i.number
              where o.customer_id = ${customerId} and o.status = 'open' and i.outstanding > 0
                and s.reason in ('paid', 'insolvency')) as owed_again`;
  const { waits, returned, held, asked, owedAgain, upheld } = found!;
  if (upheld) await linkCreditNotes(tx, customerId, now);
  if (asked) await closeEndedTasks(tx, customerId, now);
  if (returned) await planReturned(tx, customerId, now);
  if (held) await lookAtHeld(tx, { customerId, policies, now });
  // Pauses hold back letters about something overdue only: the look makes those wait for their end.
  const about = { tone: 'due-soon' } as const;
  const slot = nextSlot(now, policies.dunning.body, policies.settings.body.country, customerId, about);
  if (owedAgain) await planOwedAgain(tx, customerId, { slot, now });
  if (!waits && !returned) return;
  await tx`
    update steps set look_at = case when exact then ${now}::timestamptz else ${slot}::timestamptz end
    where customer_id = ${customerId} and (
      (state = 'waiting' and (look_at is null or waits_for = any(${causes as string[]})))
      or (state = 'planned' and kind = 'returned' and look_at = planned_at and planned_at <= ${now}))`;
  // Also what was woken before: the order that was to look may have been closed since.
  const [first] = await tx<{ orderId: string; lookAt: Instant }[]>`
    select s.order_id, s.look_at from steps s join orders o on o.id = s.order_id
    where s.customer_id = ${customerId} and o.status = 'open' and s.look_at is not null
      and (s.state = 'waiting' or (s.state = 'planned' and s.kind = 'returned'))
    order by s.look_at, s.order_id limit 1`;
  if (first) await lookBy(tx, first.orderId, first.lookAt);
}

/** The customer's letter has ended: what waited for that is looked at now. Needs the customer's lock. */
export async function wakeBehindLetter(tx: Tx, customerId: string, now: Instant): Promise<void> {
  const woken = await tx<{ orderId: string }[]>`
    update steps set look_at = ${now}
    where customer_id = ${customerId} and state = 'waiting' and waits_for = 'letter-under-way' and look_at is null
    returning order_id`;
  for (const { orderId } of woken) await lookBy(tx, orderId, now);
}

/**
 * A letter that waits for a person is looked at again at any time of the day: what may not be asked for any more is taken
 * out of it, and if nothing is left, nobody has to approve it.
 */
async function lookAtHeld(
  tx: Tx,
  { customerId, policies, now }: { customerId: string; policies: ActivePolicies; now: Instant },
): Promise<void> {
  const customer = await lockCustomer(tx, customerId);
  await look(tx, { customer, policies, now, ignoring: new Set(['window']) });
}
