import type { Instant } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/client.ts';
import { insertSteps, removeSteps } from '../orders/steps.ts';
import { liveReminder } from './letters.ts';
import { type Looking, type LookResult, look } from './look/look.ts';
import { isOverdueTone, type LetterTone } from './rules/dunning.ts';
import { type Hindrance, hindranceOf } from './rules/not-wanted.ts';

/** What a letter is asked for: what is overdue, or what is not due yet. What is due by its schedule joins it. */
export const askedKinds = ['overdue', 'due-soon'] as const;
export type AskedKind = (typeof askedKinds)[number];

/** The letter that would leave, or why none would. */
export type Wanted =
  | { readonly letterId: string; readonly result: LookResult }
  | { readonly because: readonly Hindrance[] };

/** Looks at the customer as the sender does: what a letter would say now, by the schedule alone. Needs the customer's lock. */
export async function letterBySchedule(tx: Tx, given: Looking): Promise<Wanted> {
  const result = await look(tx, given);
  return wanted(tx, given, result, result.asked.length > 0);
}

/**
 * Plans a step now for each item of that kind without one that is due, and looks at the customer. Needs the customer's
 * lock. If no letter is wanted, the caller rolls back.
 * @param key names the steps: it is unique among the requests for letters
 */
export async function askForLetter(
  tx: Tx,
  given: Looking,
  { kind, key }: { kind: AskedKind; key: string },
): Promise<Wanted> {
  const planned = await planNow(tx, given, { kind, key });
  const result = await look(tx, given);
  const isAsked = result.asked.some(({ tone }) => isOverdueTone(tone) === (kind === 'overdue'));
  const found = await wanted(tx, given, result, isAsked);
  // What this letter does not ask for is not asked for later either: that is for the schedule.
  if ('letterId' in found) await removeSteps(tx, planned);
  return found;
}

async function wanted(tx: Tx, given: Looking, result: LookResult, isAsked: boolean): Promise<Wanted> {
  const { customer, now } = given;
  const live = await liveReminder(tx, customer.id);
  if (isAsked && live) return { letterId: live.id, result };
  const because = result.judged.flatMap(
    ({ step, verdict }) => (step.kind === 'decide' ? null : hindranceOf(step, verdict)) ?? [],
  );
  if (because.length > 0) return { because };
  if (live?.state === 'sending') return { because: [{ reason: 'letter-under-way', until: null }] };
  return { because: [{ reason: 'not-due', until: await nextStepOf(tx, customer.id, now) }] };
}

/** When something of the customer is looked at next; null if nothing is planned. */
async function nextStepOf(tx: Tx, customerId: string, now: Instant): Promise<Instant | null> {
  const [row] = await tx<{ at: Instant | null }[]>`
    select min(look_at) as at from steps where customer_id = ${customerId} and state = 'planned' and tone is not null
      and look_at > ${now}`;
  return row!.at;
}

/**
 * Steps for what is overdue have the tone of the item's newest level whose time has come, the first one's if there is
 * none; before the due date they announce it.
 */
async function planNow(
  tx: Tx,
  { customer, now }: Looking,
  { kind, key }: { kind: AskedKind; key: string },
): Promise<{ orderId: string; key: string }[]> {
  const items = await tx<{ orderId: string; instalment: number; exact: boolean; tone: LetterTone | null }[]>`
    select o.id as order_id, i.number as instalment, o.terms->>'kind' = 'elapsed' as exact,
      (select s.tone from steps s where s.order_id = o.id and s.instalment = i.number and s.kind = 'overdue'
         and s.level is not null and s.planned_at <= ${now} order by s.planned_at desc limit 1) as tone
    from orders o join instalments i on i.order_id = o.id
    where o.customer_id = ${customer.id} and o.status = 'open' and i.outstanding > 0 and i.due_at is not null
      and ${kind === 'overdue' ? tx`i.due_at <= ${now}` : tx`i.due_at > ${now}`}
      and not exists (
        select 1 from steps s where s.order_id = o.id and s.instalment = i.number and s.tone is not null
          and ${kind === 'overdue' ? tx`s.kind <> 'remind'` : tx`true`}
          and (s.state = 'waiting' or (s.state = 'planned' and s.look_at <= ${now})
               or (s.state = 'in_letter' and s.planned_at <= ${now})))
    order by i.due_at, o.id, i.number`;
  const steps = items.map(({ instalment, ...item }) => ({
    ...item,
    instalment,
    key: `${instalment}/now/${key}`,
  }));
  for (const { orderId, instalment, exact, tone, key } of steps)
    await insertSteps(tx, { id: orderId, customerId: customer.id }, [
      {
        ...{ key, at: now, kind: kind === 'overdue' ? 'overdue' : 'remind', instalment, level: null, exact },
        tone: kind === 'overdue' ? (tone ?? 'overdue-1') : 'due-soon',
      },
    ]);
  return steps;
}
