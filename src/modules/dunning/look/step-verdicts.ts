import type { Instant } from '../../../kernel/calendar.ts';
import type { Tx } from '../../../platform/postgres/client.ts';
import { lookInTime } from '../../orders/life-cycle.ts';
import type { LetterTone } from '../rules/dunning.ts';
import { isSharper } from '../rules/letter-tones.ts';
import { type DueStep, notSending } from './due-steps.ts';
import type { AskedItem, Judged, Looking } from './look.ts';

/** What becomes of a step; null: it stays as it is. */
type Written = {
  readonly state: 'done' | 'waiting' | 'in_letter';
  readonly reason: string | null;
  readonly waitsFor: string | null;
  readonly lookAt: Instant | null;
  readonly mailId: string | null;
};

/** Writes, in one statement, what was decided on steps. What a letter asks for joins the customer's letter, `mailId`. */
export async function noteVerdicts(
  tx: Tx,
  judged: readonly Judged[],
  { mailId, now }: { mailId: string | null; now: Instant },
): Promise<void> {
  const written = judged.flatMap(({ step: { orderId, key, ...step }, verdict }) => {
    const after = afterVerdict(step, verdict, mailId);
    return after ? [{ orderId, key, ...after }] : [];
  });
  if (written.length === 0) return;
  const all = <Member extends keyof (typeof written)[number]>(member: Member) =>
    written.map((one) => one[member]);
  await tx`
    update steps set state = w.state, outcome = case when w.state = 'done' then 'skipped' end, reason = w.reason,
      noted_at = case when w.state = 'done' then ${now}::timestamptz end, waits_for = w.waits_for, look_at = w.look_at,
      mail_id = w.mail_id
    from unnest(${all('orderId')}::text[], ${all('key')}::text[], ${all('state')}::text[], ${all('reason')}::text[],
      ${all('waitsFor')}::text[], ${all('lookAt')}::timestamptz[], ${all('mailId')}::text[])
      as w (order_id, key, state, reason, waits_for, look_at, mail_id)
    where steps.order_id = w.order_id and steps.key = w.key`;
}

/**
 * What waits for an instant is looked at then: the workflow of its order may not know of that, since the look was brought
 * about by another order, or by the sender.
 */
export async function wakeInTime(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const firsts = new Map<string, Instant>();
  for (const { step, verdict } of judged) {
    if (verdict.kind !== 'wait' || verdict.until === null) continue;
    const first = firsts.get(step.orderId);
    if (first === undefined || Date.parse(verdict.until) < Date.parse(first))
      firsts.set(step.orderId, verdict.until);
  }
  await lookInTime(tx, firsts);
}

function afterVerdict(
  { state, waitsFor, lookAt, mailId: before }: Pick<DueStep, 'state' | 'waitsFor' | 'lookAt' | 'mailId'>,
  verdict: Judged['verdict'],
  mailId: string | null,
): Written | null {
  const nothing = { reason: null, waitsFor: null, lookAt: null, mailId: null };
  if (verdict.kind === 'skip') return { ...nothing, state: 'done', reason: verdict.reason };
  if (verdict.kind === 'wait') {
    const { for: reason, until } = verdict;
    if (state === 'waiting' && waitsFor === reason && lookAt === until) return null;
    return { ...nothing, state: 'waiting', waitsFor: reason, lookAt: until };
  }
  return state === 'in_letter' && before === mailId ? null : { ...nothing, state: 'in_letter', mailId };
}

/** What is planned for the same items before the next letter may leave, and is not sharper, is said by this one. */
export async function coverSteps(
  tx: Tx,
  asked: readonly AskedItem[],
  mailId: string,
  { policies, now }: Looking,
): Promise<void> {
  const { minIntervalDays } = policies.dunning.body;
  const items = asked.filter(({ exact }) => !exact);
  if (items.length === 0 || minIntervalDays === 0) return;
  const planned = await tx<{ orderId: string; key: string; instalment: number; tone: LetterTone }[]>`
    select order_id, key, instalment, tone from steps
    where order_id = any(${items.map(({ orderId }) => orderId)}) and state = 'planned' and tone is not null
      and planned_at > ${now} and planned_at < ${now}::timestamptz + ${minIntervalDays} * interval '1 day'`;
  for (const { orderId, key, instalment, tone } of planned) {
    const item = items.find((one) => one.orderId === orderId && one.instalment === instalment);
    if (!item || isSharper(tone, item.tone)) continue;
    await tx`update steps set state = 'in_letter', mail_id = ${mailId}, look_at = null where order_id = ${orderId} and key = ${key}`;
  }
}

/**
 * Before a look: steps that a letter would cover before their time are planned again, and so are those of orders that
 * were closed since, in case one is opened again.
 */
export async function uncoverSteps(tx: Tx, customerId: string, now: Instant): Promise<void> {
  await tx`
    update steps set state = 'planned', mail_id = null, look_at = planned_at
    where customer_id = ${customerId} and state = 'in_letter'
      and (planned_at > ${now} or not exists (select 1 from orders o where o.id = order_id and o.status = 'open'))
      and ${notSending(tx)}`;
}
