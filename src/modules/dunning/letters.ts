import type { Day, Instant } from '../../kernel/calendar.ts';
import type { Db, Tx } from '../../platform/postgres/client.ts';
import { endMail, type MailRow, mailColumns, releaseMail } from '../mail/tables.ts';
import { lookBy } from '../orders/life-cycle.ts';
import type { StepRow } from '../orders/steps.ts';
import { closeTasks } from '../tasks/close-tasks.ts';
import type { LetterTone } from './rules/dunning.ts';
import type { WaitReason } from './rules/item-guards.ts';

/** A letter to a customer, in addition to its mail. */
export type LetterRow = {
  mailId: string;
  customerId: string;
  /** Null until it is composed. */
  tone: LetterTone | null;
  payBy: Day | null;
  reference: string | null;
  leftOn: Day | null;
  approvedBy: string | null;
  approvedAt: Instant | null;
  /** The steps that were in it when it was approved. */
  approved: string[];
  /** What it does not wait for, because a person asked for it. */
  ignoring: WaitReason[];
};
export type LetterItemRow = {
  orderId: string;
  instalment: number;
  tone: LetterTone;
  /** In minor units. */
  asked: number;
  currency: string;
};

/** A letter that has not ended. */
export type LiveReminder = Pick<LetterRow, 'customerId' | 'ignoring'> & {
  id: string;
  state: 'held' | 'queued' | 'sending';
};

/** The customer's letter that has not ended, if there is one; a customer has one at most. */
export async function liveReminder(db: Db, customerId: string): Promise<LiveReminder | null> {
  const [row] = await db<LiveReminder[]>`
    select mails.id, mails.customer_id, mails.state, letters.ignoring from mails join letters on letters.mail_id = mails.id
    where mails.customer_id = ${customerId} and mails.kind = 'reminder' and mails.state in ('held', 'queued', 'sending')`;
  return row ?? null;
}

export async function insertLetter(
  tx: Tx,
  { mailId, customerId }: Pick<LetterRow, 'mailId' | 'customerId'>,
): Promise<void> {
  await tx`insert into letters (mail_id, customer_id) values (${mailId}, ${customerId})`;
}

export async function getLetter(db: Db, mailId: string): Promise<LetterRow> {
  return (await findLetter(db, mailId))!;
}

/** Null: the mail is not a reminder. */
export async function findLetter(db: Db, mailId: string): Promise<LetterRow | null> {
  const [row] = await db<LetterRow[]>`
    select mail_id, customer_id, tone, pay_by, reference, left_on, approved_by, approved_at,
      approved, ignoring from letters where mail_id = ${mailId}`;
  return row ?? null;
}

/** A step's name among all: "1042 1/P5D". */
export const stepName = ({ orderId, key }: Pick<StepRow, 'orderId' | 'key'>): string => `${orderId} ${key}`;

/** A person has approved the letter, about the steps that are in it now. Needs the customer's lock. */
export async function noteApproved(
  tx: Tx,
  mailId: string,
  { actor, now }: { actor: string; now: Instant },
): Promise<void> {
  await tx`
    update letters set approved_by = ${actor}, approved_at = ${now}, approved = array(
      select order_id || ' ' || key from steps where steps.mail_id = letters.mail_id and state = 'in_letter')
    where mail_id = ${mailId}`;
}

/** A person has to approve the letter, maybe again. Needs the customer's lock. */
export async function noteNotApproved(tx: Tx, mailId: string): Promise<void> {
  await tx`update letters set approved_by = null, approved_at = null, approved = '{}' where mail_id = ${mailId}`;
}

/** The letter does not wait for these reasons any more. Needs the customer's lock. */
export async function noteIgnoring(tx: Tx, mailId: string, reasons: readonly WaitReason[]): Promise<void> {
  await tx`update letters set ignoring = ${reasons as WaitReason[]} where mail_id = ${mailId}`;
}

/** Writes what a letter asks for, as it was composed: in place of what an earlier attempt asked for. */
export async function writeLetter(
  tx: Tx,
  { id: mailId, attempts }: Pick<MailRow, 'id' | 'attempts'>,
  {
    tone,
    payBy,
    reference,
    items,
  }: Pick<LetterRow, 'payBy' | 'reference'> & {
    tone: LetterTone;
    /** With the key of the step for which each is asked. */
    items: readonly (LetterItemRow & { key: string })[];
  },
): Promise<void> {
  const rows = items.map(({ orderId, instalment, key, tone, asked, currency }) => ({
    ...{ mail_id: mailId, order_id: orderId, instalment, step: key, tone, asked, currency },
  }));
  await Promise.all([
    tx`update letters set tone = ${tone}, pay_by = ${payBy}, reference = ${reference} where mail_id = ${mailId}`,
    attempts > 0 && tx`delete from letter_items where mail_id = ${mailId}`,
    tx`insert into letter_items ${tx(rows)}`,
  ]);
}

export async function itemsOfLetter(db: Db, mailId: string): Promise<LetterItemRow[]> {
  return db<LetterItemRow[]>`
    select order_id, instalment, tone, asked, currency from letter_items where mail_id = ${mailId} order by order_id, instalment`;
}

/** The letter was received on that day, or may have been; null: it was not, after all. */
export async function noteLeft(tx: Tx, mailId: string, day: Day | null): Promise<void> {
  await tx`update letters set left_on = ${day} where mail_id = ${mailId}`;
}

/** What a letter does not wait for, and `more`. */
export async function ignoringOf(
  tx: Tx,
  mailId: string,
  more: Iterable<WaitReason> = [],
): Promise<ReadonlySet<WaitReason>> {
  return new Set([...(await getLetter(tx, mailId)).ignoring, ...more]);
}

/**
 * The outcome of a letter is the outcome of the steps that it asks for. What joined a letter that has failed after it was
 * last composed, or would have been covered by it, is looked at again.
 */
export async function concludeSteps(
  tx: Tx,
  mailId: string,
  { outcome, reason, now }: { outcome: 'sent' | 'failed' | 'unknown'; reason: string | null; now: Instant },
): Promise<void> {
  await tx`
    update steps s set state = 'done', outcome = ${outcome}, reason = ${reason}, noted_at = ${now}, look_at = null
    where mail_id = ${mailId} and state = 'in_letter' and (${outcome} <> 'failed' or exists (
      select 1 from letter_items i where i.mail_id = s.mail_id and i.order_id = s.order_id and i.step = s.key))`;
  if (outcome !== 'failed') return;
  const again = await tx<{ orderId: string; lookAt: Instant }[]>`
    update steps set state = 'planned', mail_id = null, look_at = greatest(planned_at, ${now})
    where mail_id = ${mailId} and state = 'in_letter' returning order_id, look_at`;
  for (const { orderId, lookAt } of again) await lookBy(tx, orderId, lookAt);
}

/** A letter that had been sent came back: so its steps have failed. */
export async function noteStepsFailed(tx: Tx, mailId: string, now: Instant): Promise<void> {
  await tx`
    update steps set outcome = 'failed', reason = 'mail-failed', noted_at = ${now}
    where mail_id = ${mailId} and outcome in ('sent', 'unknown')`;
}

/** The letters that ask for something of an order, with their tone, the oldest first. */
export async function lettersAbout(db: Db, orderId: string): Promise<(MailRow & { tone: LetterTone })[]> {
  return db<(MailRow & { tone: LetterTone })[]>`
    select ${mailColumns(db)}, letters.tone from mails join letters on letters.mail_id = mails.id
    where letters.mail_id in (select mail_id from letter_items where order_id = ${orderId}) order by mails.queued_at, mails.id`;
}

/** The receipts about several orders that name an order, or are to name it, the oldest first. */
export async function receiptsAbout(db: Db, orderId: string): Promise<MailRow[]> {
  return db<MailRow[]>`
    select ${mailColumns(db)} from mails where order_id is distinct from ${orderId}
      and id in (select mail_id from receipts where order_id = ${orderId} and (paid is not null or reopenings is not null))
    order by queued_at, id`;
}

type Ending = Pick<MailRow, 'id' | 'customerId'>;

/** The letter is not needed any more, and nobody has to approve it. Needs the customer's lock. */
export async function withdrawReminder(tx: Tx, { id, customerId }: Ending, now: Instant): Promise<void> {
  const why = 'nothing is to be asked any more';
  await endMail(tx, id, { state: 'withdrawn', why });
  await endApproval(tx, { customerId, reason: why, now });
}

/** The letter waited for a person, and nothing that is left of it needs one. Needs the customer's lock. */
export async function releaseReminder(tx: Tx, { id, customerId }: Ending, now: Instant): Promise<void> {
  await releaseMail(tx, id, now);
  await endApproval(tx, { customerId, reason: 'what is left of the letter needs no approval', now });
}

const endApproval = (tx: Tx, given: { customerId: string; reason: string; now: Instant }) =>
  closeTasks(tx, { kind: 'approve-letter', orderId: null, outcome: 'done', ...given });
